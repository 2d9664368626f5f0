"""What a shell command does: only shows something, installs a package, or has an effect."""

import re
import shlex

from ipyprod.source.word_sets import word_set

# Programs that write to the screen and nowhere else, whatever their arguments.
_LOOKS = word_set(
    "ls ll dir pwd cat head tail wc echo printf date whoami hostname uname which whereis type file stat du df"
    " free nproc lscpu lsblk lsb_release arch nvidia-smi nvcc ps uptime env printenv id groups grep"
    " egrep fgrep zgrep rg zcat zless cut tr tree less more man history column nl rev tac fold md5sum sha1sum"
    " sha256sum sha512sum cksum diff cmp comm test true false basename dirname realpath readlink cal"
    " xxd hexdump od strings locale clear sleep cd export set unset ulimit"
)
# Programs of many commands: those of their commands that only show something.
_LOOKS_BY_COMMAND = {
    "git": "status log diff show branch rev-parse describe remote ls-files blame shortlog --version",
    "pip": "list show freeze check --version -V help index",
    "pip3": "list show freeze check --version -V help index",
    "conda": "list info search --version -V",
    "mamba": "list info search --version -V",
    "jupyter": "--version --paths --path",
    "docker": "ps images --version version",
    "python": "--version -V",
    "python3": "--version -V",
    "uv": "--version version",
    "apt": "list show search",
    "gcc": "--version",
    "node": "--version",
}
_INSTALLERS = frozenset(("pip", "pip3", "conda", "mamba", "micromamba", "uv", "pipenv", "poetry"))
_SYSTEM_INSTALLERS = frozenset(("apt", "apt-get", "brew", "yum", "dnf", "apk", "npm"))
_INSTALL_COMMANDS = frozenset(("install", "add", "update", "upgrade", "uninstall", "remove", "i"))
_VALUE_OPTIONS = word_set(
    "-i --index-url --extra-index-url -f --find-links -c --constraint -t --target --prefix --root --src"
    " --progress-bar --timeout --retries --trusted-host --proxy --cache-dir --log --platform --upgrade-strategy"
    " --python-version --implementation --abi --no-binary --only-binary --channel -n --name -p --python"
)
_KEPT_OPTIONS = frozenset(("-r", "--requirement", "-e", "--editable"))
# Substitutions run commands of their own; a here document is data that shlex cannot read.
_HIDDEN_COMMAND = re.compile(r"[`\n]|\$\(|<\(|<<")
# What bash and zsh understand and the plain shell does not.
_BASH_ONLY = re.compile(
    r"\[\[|<\(|>\(|<<<|&>|\|&|\$'|\(\(|\w=\(|\$RANDOM|\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}|\*\*/"
    r"|\$\{\w+[/:^,\[](?![-=?+])|(?:^|[;&|]\s*)(?:source|pushd|function)\s|\becho\b.*(?:\s-e|\\)"
)


def is_look(command: str) -> bool:
    """Tell whether a command only writes to the screen."""
    segments = _segments(command)
    return segments is not None and all(_is_look(words) for words in segments)


def are_looks(script: str) -> bool:
    """Tell whether every line of a shell script only writes to the screen."""
    lines = [line.strip() for line in script.splitlines()]
    return all(is_look(line) for line in lines if line and not line.startswith("#"))


def needs_bash(command: str) -> bool:
    """Tell whether a command uses what the plain shell does not have."""
    return bool(_BASH_ONLY.search(command))


def installed_requirement(command: str) -> str | None:
    """Give what a command installs, as typed, "" where it names nothing; None if it is no installer.

    `pip install -q "scikit-learn>=1.5" pandas` gives `scikit-learn>=1.5 pandas`.
    """
    segments = _segments(command, may_redirect=True)
    if not segments:
        return None
    wanted = [_requirement(words) for words in segments if words and not _is_look(words)]
    if not wanted or None in wanted:
        return None
    return " ".join(words for words in wanted if words)


def _segments(command: str, *, may_redirect: bool = False) -> list[list[str]] | None:
    """Split at `;`, `&&`, `||` and `|`; None where the command cannot be read with certainty."""
    if _HIDDEN_COMMAND.search(command):
        return None
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    segments: list[list[str]] = [[]]
    try:
        for token in lexer:
            if token in (";", "&&", "||", "|"):
                segments.append([])
            elif set(token) <= set("<>&|;()") and not _is_harmless(
                token, may_redirect=may_redirect
            ):
                return None
            else:
                segments[-1].append(token)
    except ValueError:
        return None
    return [words for words in map(_without_redirection, segments) if words]


def _is_harmless(token: str, *, may_redirect: bool) -> bool:
    return token in ("<", ">&") or (may_redirect and token in (">", ">>", "&>"))


def _without_redirection(words: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif set(word) <= set("<>&"):
            skip = True
            if kept and kept[-1].isdigit():
                kept.pop()
        else:
            kept.append(word)
    while kept and re.match(r"\w+=", kept[0]):
        kept.pop(0)
    return kept[1:] if kept[:1] in (["time"], ["sudo"]) else kept


def _is_look(words: list[str]) -> bool:
    if not words:
        return True
    program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
    if program in _LOOKS:
        return True
    if program == "find":
        return not any(
            word.startswith(("-exec", "-delete", "-ok", "-fprint", "-fls")) for word in arguments
        )
    if program == "sort":
        return not any(word.startswith(("-o", "--output")) for word in arguments)
    if program == "uniq":
        return sum(not word.startswith("-") for word in arguments) <= 1
    if program == "sed":
        return arguments[:1] == ["-n"] and bool(re.fullmatch(r"[\d,$]+p", "".join(arguments[1:2])))
    if program in ("python", "python3") and arguments[:2] == ["-m", "pip"]:
        return _is_look(arguments[1:])
    return bool(arguments) and arguments[0] in _LOOKS_BY_COMMAND.get(program, "").split()


def _requirement(words: list[str]) -> str | None:
    program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
    is_python = program.startswith("python") or program == "{sys.executable}"
    if is_python and arguments[:1] == ["-m"] and len(arguments) > 1:
        program, arguments = arguments[1], arguments[2:]
    if program == "uv" and arguments[:1] == ["pip"]:
        arguments = arguments[1:]
    if program in _SYSTEM_INSTALLERS and _INSTALL_COMMANDS & set(arguments):
        return ""
    if program not in _INSTALLERS or not arguments or arguments[0] not in _INSTALL_COMMANDS:
        return None
    if arguments[0] in ("uninstall", "remove"):
        return ""
    return " ".join(_packages(arguments[1:]))


def _packages(arguments: list[str]) -> list[str]:
    packages = []
    rest = iter(arguments)
    for word in rest:
        if word in _KEPT_OPTIONS:
            packages += [word, next(rest, "")]
        elif word in _VALUE_OPTIONS:
            next(rest, "")
        elif not word.startswith("-"):
            packages.append(word)
    return packages
