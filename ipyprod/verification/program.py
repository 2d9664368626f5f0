"""What is to be run in a clean interpreter, and what is wanted of it."""

from dataclasses import dataclass
from enum import Enum


class ProgramKind(Enum):
    """How a program is started."""

    CODE = "code"  # executed as `__main__`, without a file
    MODULE = "module"  # a file that is imported, and its `main()` called where it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and the values wanted when it has ended.

    `text` is the source of a CODE program, `path` the absolute path of a MODULE. `wanted` maps the
    name under which a value is reported to the expression that gives it there; for a MODULE a
    plain name is looked for in the module, in what `main()` returns and in what `main()` and the
    functions that it calls hold when they return. `search_path` are folders that the program may
    import from, besides its working directory.
    """

    kind: ProgramKind
    text: str = ""
    path: str = ""
    wanted: tuple[tuple[str, str], ...] = ()
    search_path: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # for each line of `text` where the session had it, if known
