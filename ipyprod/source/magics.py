"""What each magic of IPython, and of well-known extensions, becomes."""

import ast
import re
from collections.abc import Callable

from ipyprod.source.interpolation import Field, as_literal, quote, write_string
from ipyprod.source.magic_options import OptionsError, read_options, split_words, unquoted
from ipyprod.source.shell_commands import installed_requirement
from ipyprod.source.shell_magics import (
    capture_cell,
    capture_command,
    capture_string,
    run_alias,
    run_command,
    run_script,
    written_text,
)
from ipyprod.source.statements import OmissionKind
from ipyprod.source.translations import ConsoleUse, Translation, dropped, refused

Translate = Callable[[ConsoleUse], Translation]


def translate_magic(use: ConsoleUse) -> Translation:
    """Translate one magic; an unknown one is refused."""
    table = LINE_MAGICS if use.body is None else CELL_MAGICS
    translate = table.get(use.name)
    if translate is None:
        sign = "%" if use.body is None else "%%"
        return refused(
            f"{sign}{use.name} has no Python equivalent: write the Python that it stands for"
        )
    try:
        return translate(use)
    except OptionsError as error:
        return refused(f"%{use.name}: {error}")


def _display(_use: ConsoleUse) -> Translation:
    return dropped()


def _help(_use: ConsoleUse) -> Translation:
    return dropped(OmissionKind.HELP)


def _time(use: ConsoleUse) -> Translation:
    line = re.sub(r"^\s*--no-raise-error(?:\s+|$)", "", use.line)
    if use.body is None:
        return Translation(code=_respaced(line), gives_result=True)
    if line.strip():
        return refused("move the statement below the %%time line")
    return Translation(code=use.body, code_line=1, gives_result=True)


def _respaced(line: str) -> str:
    """Join the words by one space, as IPython 9 does, where that alters a string in the line."""
    joined = " ".join(split_words(line, is_strict=False))
    try:
        is_same = ast.dump(ast.parse(line.strip())) == ast.dump(ast.parse(joined))
    except SyntaxError:
        is_same = True
    return line.strip() if is_same else joined


def _timeit(use: ConsoleUse) -> Translation:
    options = read_options(use.line, "n:r:tcp:qov:", posix=False, keeps_rest=True)
    code = options.rest if use.body is None else f"{options.rest}\n{use.body}"
    if "v" in options.values:
        name = options.values["v"].strip()
        return refused("measure with the timeit module instead", binds=frozenset({name}))
    return Translation(omission=OmissionKind.TIMING, timed=code)


def _profiled(short: str) -> Translate:
    def translate(use: ConsoleUse) -> Translation:
        options = read_options(use.line, short, posix=False)
        if use.body is None:
            return Translation(code=options.rest)
        if options.rest.strip():
            return Translation(code=f"{options.rest}\n{use.body}")
        return Translation(code=use.body, code_line=1)

    return translate


def _body_runs(use: ConsoleUse) -> Translation:
    if use.body is None:
        return Translation(code=use.line)
    return Translation(code=use.body, code_line=1)


def _capture(use: ConsoleUse) -> Translation:
    words = [word for word in split_words(use.line) if not word.startswith("--no-")]
    return Translation(
        code=use.body,
        code_line=1,
        gives_result=True,
        is_quiet=True,
        binds=frozenset(words),
        hint="print to an io.StringIO with contextlib.redirect_stdout instead of %%capture",
    )


def _cd(use: ConsoleUse) -> Translation:
    observation = use.cell.observation
    if observation.is_complete and not observation.ambient & {"cwd"}:
        return dropped()  # it failed with a message, or led to where the session was
    line = use.line.strip()
    if re.match(r"-\d+$|--|-$|-b\b|-q\s+-", line):
        return refused("name the folder itself: the history of folders is IPython's")
    parts = use.expand(line)
    folder = as_literal(parts)
    if folder is None:
        return Translation(text=f"{use.module('os')}.chdir({write_string(parts)})")
    return Translation(text=_chdir(use, read_options(folder, "qb").rest))


def _pushd(use: ConsoleUse) -> Translation:
    """`%pushd folder`: what `%popd` leads back to gets a name."""
    moved = _cd(use) if use.line.strip() else Translation()
    if moved.omission is OmissionKind.REFUSED:
        return moved
    name = use.fresh_name("pushed_folder")
    use.folders.append(name)
    lines = [f"{name} = {use.module('os')}.getcwd()", moved.text]
    return Translation(text="\n".join(line for line in lines if line))


def _popd(use: ConsoleUse) -> Translation:
    if not use.folders:
        return refused("name the folder itself: the history of folders is IPython's")
    return Translation(text=f"{use.module('os')}.chdir({use.folders.pop()})")


def _chdir(use: ConsoleUse, folder: str) -> str:
    module = use.module("os")
    if not folder or folder.startswith("~"):
        return f"{module}.chdir({module}.path.expanduser({quote(folder or '~')}))"
    return f"{module}.chdir({quote(folder)})"


def _pwd(use: ConsoleUse) -> Translation:
    return dropped(result=f"{use.module('os')}.getcwd()")


def _env(use: ConsoleUse) -> Translation:
    if not use.line.strip():
        return dropped()
    if "=" in use.line or len(use.line.split(" ")) > 1:
        return _set_env(use)
    name = as_literal(use.expand(use.line.strip()))
    return dropped(result=f"{use.module('os')}.environ[{quote(name)}]" if name else "")


def _set_env(use: ConsoleUse) -> Translation:
    parts = use.expand(use.line)
    sign = "=" if "=" in use.line else " "
    first = parts[0]
    if not isinstance(first, str) or sign not in first:
        return refused('write os.environ["NAME"] = value')
    name, _, start = first.partition(sign)
    value = [start.lstrip(), *parts[1:]] if start.strip() else parts[1:]
    if isinstance(value and value[-1], str) and value:
        value = [*value[:-1], str(value[-1]).rstrip()]
    kept = tuple(part for part in value if part != "") or ("",)
    strip = ".strip()" if isinstance(kept[0], Field) or isinstance(kept[-1], Field) else ""
    if re.search(r"\s", name.strip()) or not name.strip():
        return refused('write os.environ["NAME"] = value')
    environ = f"{use.module('os')}.environ"
    return Translation(text=f"{environ}[{quote(name.strip())}] = {write_string(kept)}{strip}")


def _writefile(use: ConsoleUse) -> Translation:
    line = as_literal(use.expand(use.line))
    if line is None:
        return refused("name the file itself, without variables")
    words = split_words(line)
    names = [unquoted(word) for word in words if word not in ("-a", "--append")]
    if len(names) != 1:
        return refused("name one file")
    path = f"{use.module('pathlib')}.Path({quote(names[0])})"
    if names[0].startswith("~"):
        path += ".expanduser()"
    content = written_text(use.body or "")
    if len(names) == len(words):
        return Translation(text=f'{path}.write_text({content}, encoding="utf-8")')
    stream = use.fresh_name("stream")
    indented = content.replace("\n    ", "\n        ")
    return Translation(
        text=f'with {path}.open("a", encoding="utf-8") as {stream}:\n    {stream}.write({indented})'
    )


def _pylab(use: ConsoleUse) -> Translation:
    code = "import numpy\nimport matplotlib\nfrom matplotlib import mlab, pylab, pyplot\n"
    code += "import numpy as np\nimport matplotlib.pyplot as plt\n"
    if "--no-import-all" not in use.line.split():
        code += "from matplotlib.pylab import *\nfrom numpy import *\n"
    return Translation(code=code)


def _aimport(use: ConsoleUse) -> Translation:
    modules = [word for word in use.line.replace(",", " ").split() if not word.startswith("-")]
    return (
        Translation(code="\n".join(f"import {name}" for name in modules)) if modules else dropped()
    )


def _delete(use: ConsoleUse) -> Translation:
    names = sorted(name for name in use.cell.observation.deleted if name.isidentifier())
    return Translation(text=f"del {', '.join(names)}") if names else dropped()


def _xdel(use: ConsoleUse) -> Translation:
    name = read_options(use.line, "n").rest.strip()
    return Translation(text=f"del {name}") if name.isidentifier() else dropped()


def _install(use: ConsoleUse) -> Translation:
    requirement = installed_requirement(f"{use.name} {use.line}")
    if requirement is None:
        return dropped()
    return Translation(omission=OmissionKind.INSTALL, requirement=requirement)


def _store(use: ConsoleUse) -> Translation:
    words = use.line.split()
    if "-r" in words:
        return refused(
            "save the value to a file and read it there: %store keeps it in IPython's own profile",
            binds=frozenset(word for word in words if word.isidentifier()),
        )
    return (
        refused("write the file with pathlib.Path(...).write_text")
        if ">" in use.line
        else dropped()
    )


def _replayed(use: ConsoleUse) -> Translation:
    if use.cell.replayed:
        return Translation(code=use.cell.replayed)
    return refused(f"run the code that %{use.name} ran in a cell of its own")


def _run(use: ConsoleUse) -> Translation:
    code = use.cell.replayed
    if not code:
        return refused("import the file, or paste its code into a cell")
    if re.search(r"\bsys\s*\.\s*argv\b|\bargparse\b|\b__file__\b", code):
        return refused(
            "the file reads its command line or its own path: import it and call its functions"
        )
    return Translation(code=code)


def _pasted(use: ConsoleUse) -> Translation:
    return Translation(code=use.cell.replayed) if use.cell.replayed else dropped()


def _dotenv(_use: ConsoleUse) -> Translation:
    return refused("call dotenv.load_dotenv()")


def _table(*entries: tuple[str, Translate]) -> dict[str, Translate]:
    return {name: translate for names, translate in entries for name in names.split()}


_DISPLAYED = (
    "matplotlib config load_ext reload_ext unload_ext autoreload precision colors xmode pdb debug tb who whos who_ls"
    " history hist magic lsmagic quickref logstart logstop logon logoff logstate notebook page pprint gui"
    " autoawait automagic autocall alias_magic doctest_mode dhist dirs bookmark pycat rehashx alias unalias"
    " killbgscripts save pastebin macro load loadpy recall rep edit_magic watermark version_information"
    " qtconsole connect_info tensorboard clear cls more less man ls ll lf lk lx ldir ddir subplots_adjust"
    " memory_profiler colab_paste reset_term promote session_to_module freeze_env ipyprod"
)

LINE_MAGICS = _table(
    (_DISPLAYED, _display),
    ("pinfo pinfo2 psearch pdef pdoc pfile psource", _help),
    ("time", _time),
    ("timeit", _timeit),
    ("prun", _profiled("D:l:rs:T:q")),
    ("lprun", _profiled("rsf:m:D:T:u:z")),
    ("mprun", _profiled("rf:T:c")),
    ("memit", _profiled("r:t:i:coq")),
    ("snakeviz pyinstrument scalene", _body_runs),
    ("sx system", capture_command),
    ("sc", capture_string),
    ("cp mv rm mkdir rmdir cat rsync touch ln chmod tar unzip zip wget curl git", run_alias),
    ("cd", _cd),
    ("pushd", _pushd),
    ("popd", _popd),
    ("pwd", _pwd),
    ("env", _env),
    ("set_env", _set_env),
    ("pylab", _pylab),
    ("aimport", _aimport),
    ("reset reset_selective", _delete),
    ("xdel", _xdel),
    ("pip conda mamba micromamba uv", _install),
    ("store", _store),
    ("run", _run),
    ("rerun edit ed", _replayed),
    ("paste cpaste", _pasted),
    ("dotenv", _dotenv),
)

CELL_MAGICS = _table(
    ("html HTML javascript js latex markdown svg SVG", _display),
    ("time", _time),
    ("timeit", _timeit),
    ("prun", _profiled("D:l:rs:T:q")),
    ("memit", _profiled("r:t:i:coq")),
    ("snakeviz pyinstrument scalene heat promote", _body_runs),
    ("capture", _capture),
    ("writefile file", _writefile),
    ("bash sh script perl ruby python python2 python3 pypy zsh", run_script),
    ("sx system !", capture_cell),
)

SHELL_CALLS: dict[str, Translate] = {
    "system": run_command,
    "system_raw": run_command,
    "system_piped": run_command,
    "getoutput": capture_command,
}
DISPLAY_CALLS = frozenset(
    ("set_next_input", "enable_matplotlib", "enable_gui", "enable_pylab", "set_custom_exc")
)
HELP_CALLS = frozenset(("show_usage",))
