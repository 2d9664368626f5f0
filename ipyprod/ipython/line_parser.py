"""A magic's line as the arguments of a workflow; pure.

IPython's `magic_arguments` fails on `--help`, keeps quotes in values, takes `;` and `# comment` as
arguments and shows shlex's own traceback for an unbalanced quote.
"""

import difflib
from dataclasses import dataclass, field

from ipyprod.errors import IpyprodError
from ipyprod.ipython.options import Command, Option, ValueKind

_HELP = frozenset({"--help", "-h", "?"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedLine:
    """What was asked. `is_silent`: the line ended with `;`."""

    arguments: dict[str, str | bool | int] = field(default_factory=dict)
    wants_help: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line cut into words, without its comment and its closing `;`."""

    words: tuple[str, ...]
    is_silent: bool = False


def split_line(line: str) -> Words:
    """Cut a line into words; quotes hold blanks together and are taken off.

    Raises:
        IpyprodError: a quote is left open.

    """
    words: list[str] = []
    word: str | None = None
    quote = ""
    silent_at = -1
    for offset, letter in enumerate(line):
        if quote:
            if letter == quote:
                quote = ""
            else:
                word = (word or "") + letter
        elif letter in "'\"":
            quote, word = letter, word or ""
        elif letter.isspace():
            if word is not None:
                words.append(word)
            word = None
        elif letter == "#" and word is None:
            break
        elif letter == ";" and _is_end(line[offset + 1 :]):
            silent_at = offset
            break
        else:
            word = (word or "") + letter
    if quote:
        raise IpyprodError(
            f"A quote ({quote}) is left open", hint=f"close it: {line.strip()}{quote}"
        )
    if word is not None:
        words.append(word)
    return Words(words=tuple(words), is_silent=silent_at >= 0)


def parse_line(command: Command, line: str) -> ParsedLine:
    """Read a magic's line by the table of its command.

    Raises:
        IpyprodError: an unknown option, a value too few or too many, an open quote.

    """
    split = split_line(line)
    return parse_words(command, split.words, is_silent=split.is_silent)


def parse_words(command: Command, words: tuple[str, ...], *, is_silent: bool) -> ParsedLine:
    """Read words by the table of a command; see `parse_line`."""
    if not _HELP.isdisjoint(words):
        return ParsedLine(wants_help=True, is_silent=is_silent)
    values: dict[str, str | bool | int] = {}
    positional: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            positional += rest
            break
        if not word.startswith("-") or word in ("-", "->"):
            positional.append(word)
            continue
        flag, equals, inline = word.partition("=")
        option = command.find_option(flag)
        if option is None:
            raise _unknown(command, flag)
        _refuse_twice(option, values)
        values[option.parameter] = _value(option, inline if equals else None, rest)
    return ParsedLine(arguments=_place(command, positional) | values, is_silent=is_silent)


def _is_end(rest: str) -> bool:
    stripped = rest.strip(" \t;")
    return not stripped or stripped.startswith("#")


def _unknown(command: Command, flag: str) -> IpyprodError:
    known = [name for one in command.options for name in (one.flag, one.short) if name]
    near = difflib.get_close_matches(flag, [*known, "--help"], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"see {command.spelling} --help"
    return IpyprodError(f"{command.spelling} has no option {flag}", hint=hint)


def _refuse_twice(option: Option, values: dict[str, str | bool | int]) -> None:
    if option.parameter in values:
        raise IpyprodError(f"{option.flag} contradicts or repeats an option before it")


def _value(option: Option, inline: str | None, rest: list[str]) -> str | bool | int:
    if option.kind is ValueKind.NONE:
        if inline is not None:
            raise IpyprodError(f"{option.flag} takes no value", hint=f"write {option.flag} alone")
        return option.value
    if inline is None:
        if not rest or (rest[0].startswith("--") and option.kind is not ValueKind.TEXT):
            raise IpyprodError(
                f"{option.flag} needs a value", hint=f"write {option.flag} {option.metavar}"
            )
        inline = rest.pop(0)
    if option.kind is ValueKind.NUMBER:
        return _number(inline)
    if option.kind is ValueKind.VARIABLE:
        # --from X, Y
        #        ^^ a blank after the comma goes on with the list
        while rest and (inline.endswith(",") or rest[0].startswith(",")):
            inline += rest.pop(0)
    return inline


def _place(command: Command, positional: list[str]) -> dict[str, str | bool | int]:
    values: dict[str, str | bool | int] = {}
    words = list(positional)
    for argument in command.arguments:
        if not words and argument.is_required:
            usage = " ".join(one.metavar for one in command.arguments)
            raise IpyprodError(
                f"{command.spelling} needs {argument.metavar}",
                hint=f"write {command.spelling} {usage}",
            )
        if not words:
            break
        if argument.takes_rest:
            values[argument.parameter], words = " ".join(words), []
        else:
            word = words.pop(0)
            values[argument.parameter] = (
                _number(word) if argument.kind is ValueKind.NUMBER else word
            )
    if words:
        raise IpyprodError(
            f"{command.spelling} does not take {words[0]!r}", hint=f"see {command.spelling} --help"
        )
    return values


def _number(word: str) -> int:
    if not word.isdecimal():
        raise IpyprodError(f"{word!r} is no number")
    return int(word)
