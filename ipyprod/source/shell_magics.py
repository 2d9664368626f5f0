"""Commands of the shell as Python: `!cmd`, `x = !cmd`, `%%bash` and their like."""

from ipyprod.source.interpolation import Part, as_literal, quote, write_string
from ipyprod.source.magic_options import OptionsError, read_options, split_words
from ipyprod.source.shell_commands import are_looks, installed_requirement, is_look, needs_bash
from ipyprod.source.statements import OmissionKind
from ipyprod.source.translations import ConsoleUse, Translation, dropped, refused

_STREAMS = {"--out": "stdout", "--err": "stderr"}
_SCRIPT_OPTIONS = ("--out", "--err", "--proc")
# Programs that take the body of `%%script` and do nothing with it: a way to switch a cell off.
_IDLE_PROGRAMS = frozenset(("false", "true", "echo", ":"))
_SHELLS = frozenset(("bash", "sh", "zsh", "dash", "ksh"))


def run_command(use: ConsoleUse) -> Translation:
    """`!cmd`: dropped where it only shows something, else run by the plain shell."""
    command = use.line
    if not command.strip():
        return dropped()
    requirement = installed_requirement(command)
    if requirement is not None:
        return Translation(omission=OmissionKind.INSTALL, requirement=requirement)
    parts = use.expand(command)
    if is_look(command) and not _calls_something(parts):
        return dropped()
    return Translation(
        text=f"{use.module('subprocess')}.run({_shell(command, parts)}, check=False)"
    )


def capture_command(use: ConsoleUse) -> Translation:
    """`x = !cmd`: the lines that the command wrote, errors among them, as IPython takes them."""
    module = use.module("subprocess")
    arguments = _shell(use.line, use.expand(use.line))
    return Translation(
        expression=(
            f"{module}.run({arguments}, stdout={module}.PIPE, stderr={module}.STDOUT,"
            ' encoding="utf-8", errors="replace", check=False).stdout.splitlines()'
        ),
        is_line_list=True,
    )


def capture_cell(use: ConsoleUse) -> Translation:
    """`%%sx` or `%%!`: the whole body is one script for the shell."""
    try:
        options = read_options(use.line, "", ("out=",))
    except OptionsError as error:
        return refused(str(error))
    captured = capture_command(_with_line(use, use.body or ""))
    name = options.values.get("out")
    if name:
        return Translation(text=f"{name} = {captured.expression}", is_line_list=True)
    return captured


def capture_string(use: ConsoleUse) -> Translation:
    """`%sc -l name=cmd`: the old spelling of `name = !cmd`."""
    try:
        options = read_options(use.line, "lv")
    except OptionsError as error:
        return refused(str(error))
    name = options.rest.partition("=")[0].strip()
    if "l" not in options.values or not name.isidentifier():
        names = frozenset({name}) if name.isidentifier() else frozenset()
        return refused("write `name = !command` instead", binds=names)
    command = use.line.partition("=")[2]
    captured = capture_command(_with_line(use, command))
    return Translation(text=f"{name} = {captured.expression}", is_line_list=True)


def run_alias(use: ConsoleUse) -> Translation:
    """`%cp a b` and other commands that IPython offers as magics."""
    return run_command(_with_line(use, f"{use.name} {use.line}".strip()))


def run_script(use: ConsoleUse) -> Translation:
    """`%%bash`, `%%script program`: the program gets the body as its input."""
    program = "" if use.name == "script" else f"{use.name} "
    line = as_literal(use.expand(use.line))
    if line is None:
        return refused("write the program and its options without variables")
    try:
        options, command = _script_options(split_words(program + line, posix=True))
    except OptionsError as error:
        return refused(str(error))
    binds = frozenset(options[name] for name in _SCRIPT_OPTIONS if name in options)
    if not command or "--bg" in options:
        return refused("call subprocess.Popen for a program in the background", binds=binds)
    if command[0] in _IDLE_PROGRAMS and not binds:
        return dropped()
    return _script(use, command, options)


def _script(use: ConsoleUse, command: list[str], options: dict[str, str]) -> Translation:
    body = use.body or ""
    names: dict[str, str] = {name: options[name] for name in _STREAMS if name in options}
    is_shell = command[0] in _SHELLS
    if is_shell and not names:
        requirement = installed_requirement("; ".join(_script_lines(body)))
        if requirement is not None:
            return Translation(omission=OmissionKind.INSTALL, requirement=requirement)
        if are_looks(body):
            return dropped()
    module = use.module("subprocess")
    program = ", ".join(quote(word) for word in command)
    body += "" if body.endswith("\n") else "\n"
    kept = "".join(
        f", {stream}={module}.PIPE" for option, stream in _STREAMS.items() if option in names
    )
    check = "False" if "--no-raise-error" in options else "True"
    call = f'{module}.run([{program}], input={written_text(body)}{kept}, encoding="utf-8", check={check})'
    return Translation(text=_with_streams(use, call, names))


def _with_streams(use: ConsoleUse, call: str, names: dict[str, str]) -> str:
    if not names:
        return call
    if len(names) == 1:
        ((option, name),) = names.items()
        return f"{name} = {call}.{_STREAMS[option]}"
    finished = use.fresh_name("finished")
    return (
        f"{finished} = {call}\n"
        f"{names['--out']} = {finished}.stdout\n{names['--err']} = {finished}.stderr"
    )


def _script_lines(body: str) -> list[str]:
    lines = (line.strip() for line in body.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _script_options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    command: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in _SCRIPT_OPTIONS:
            options[name] = value if equals else next(rest, "")
        elif word in ("--bg", "--no-raise-error"):
            options[word] = ""
        else:
            command.append(word)
    return options, command


def written_text(text: str) -> str:
    """Write a text as an argument, one literal a line, which indentation cannot spoil."""
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:  # noqa: PLR2004 - one line stays where it is
        return quote(text)
    return "".join(f"\n    {quote(line)}" for line in lines)


def _shell(command: str, parts: tuple[Part, ...]) -> str:
    bash = ', executable="/bin/bash"' if needs_bash(command) else ""
    return f"{write_string(parts)}, shell=True{bash}"


def _calls_something(parts: tuple[Part, ...]) -> bool:
    return any(not isinstance(part, str) and "(" in part.expression for part in parts)


def _with_line(use: ConsoleUse, line: str) -> ConsoleUse:
    return ConsoleUse(
        name=use.name,
        line=line,
        cell=use.cell,
        expand=use.expand,
        module=use.module,
        fresh_name=use.fresh_name,
    )
