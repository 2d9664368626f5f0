"""Tab completion of the magics: options, variables, functions, cells, modules."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from IPython.core.completer import SimpleCompletion, SimpleMatcherResult

from ipyprod.ipython.options import COMMANDS, SUBCOMMANDS, Command, ValueKind, find_subcommand
from ipyprod.ipython.recorder import Recorder

_LINE = re.compile(
    r"^\s*%{1,2}(?P<magic>promote|session_to_module|freeze_env|ipyprod)[ \t](?P<rest>.*)$"
)
_MOST_PREVIEW = 50  # characters of a cell
_MOST_FILES = 200
_Offers = Iterable[SimpleCompletion]


class CommandMatcher:
    """IPython's matcher API v2 asks it for completions of one line."""

    matcher_api_version = 2
    matcher_priority = 100.0
    matcher_identifier = "ipyprod"

    def __init__(self, recorder: Recorder, shell: Any) -> None:
        self._recorder = recorder
        self._shell = shell
        # IPython asks every matcher for it, also for the identifier that it then ignores.
        self.__qualname__ = type(self).__name__

    def __call__(self, context: Any) -> SimpleMatcherResult:
        """Complete where a magic of ours is typed, and leave everything else alone."""
        match = _LINE.match(context.text_until_cursor)
        if match is None:
            return {"completions": [], "suppress": False}
        try:
            words = match["rest"].split(" ")
            fragment = re.split("[,=]", words[-1])[-1]
            offers = self._offers(match["magic"], [word for word in words[:-1] if word], words[-1])
            fitting = [offer for offer in offers if offer.text.startswith(fragment)]
        except Exception as fault:  # noqa: BLE001 - completion may fail, typing may not
            self._recorder.tell_fault(fault)
            fitting, fragment = [], context.token
        return {"completions": fitting, "matched_fragment": fragment, "suppress": True}

    def _offers(self, magic: str, before: list[str], word: str) -> _Offers:
        command = next((one for one in COMMANDS if one.name == magic), None)
        if magic == "ipyprod":
            if not before:
                return [SimpleCompletion(one.name, type=one.summary) for one in SUBCOMMANDS]
            command, before = find_subcommand(before[0]), before[1:]
        if command is None:
            return []
        option = command.find_option(
            word.partition("=")[0] if "=" in word else (before or [""])[-1]
        )
        if option is not None and option.kind is not ValueKind.NONE:
            return self._values(option.kind, word)
        if word.startswith("-"):
            return [SimpleCompletion(one.flag, type=one.meaning) for one in command.options]
        return self._positional(command, before, word)

    def _positional(self, command: Command, before: list[str], word: str) -> _Offers:
        place = 0
        takes_value = False
        for earlier in before:
            option = command.find_option(earlier)
            if takes_value:
                takes_value = False
            elif option is not None:
                takes_value = option.kind is not ValueKind.NONE
            elif not earlier.startswith("-"):
                place += 1
        if not command.arguments:
            return []
        argument = command.arguments[min(place, len(command.arguments) - 1)]
        if place >= len(command.arguments) and not argument.takes_rest:
            return []
        return self._values(argument.kind, word)

    def _values(self, kind: ValueKind, word: str) -> _Offers:
        session = self._recorder.session
        match kind:
            case ValueKind.VARIABLE:
                return [SimpleCompletion(name, type="variable") for name in sorted(session.live)]
            case ValueKind.NAME:
                return [SimpleCompletion(name, type="function") for name in self._functions()]
            case ValueKind.CELLS:
                latest = {cell.number: cell for cell in session.cells}
                return [
                    SimpleCompletion(str(number), type=_preview(cell.text))
                    for number, cell in sorted(latest.items())
                ]
            case ValueKind.FILE:
                return [SimpleCompletion(path, type="module") for path in _modules(word)]
        return []

    def _functions(self) -> list[str]:
        namespace = self._shell.user_ns
        return [
            name
            for name in sorted(self._recorder.session.live)
            if type(namespace.get(name)).__name__ == "function" or type(namespace.get(name)) is type
        ]


def _preview(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    short = lines[0][:_MOST_PREVIEW]
    return short + ("..." if len(lines) > 1 or len(lines[0]) > _MOST_PREVIEW else "")


def _modules(word: str) -> list[str]:
    typed = word.rpartition("=")[2]
    folder, slash, _ = typed.rpartition("/")
    start = Path(folder + slash if slash else ".").expanduser()
    if not start.is_dir():
        return []
    found = []
    for entry in sorted(start.iterdir())[:_MOST_FILES]:
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            found.append(f"{folder}{slash}{entry.name}/")
        elif entry.suffix in (".py", ".txt"):
            found.append(f"{folder}{slash}{entry.name}")
    return found
