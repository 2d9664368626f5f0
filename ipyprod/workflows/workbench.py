"""What a workflow is given of the running console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipyprod.session.cell import Session
from ipyprod.session.selection import EarlierCells

if TYPE_CHECKING:
    from ipyprod.lineage.graph import LineageBuilder, LineageGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `c.IPyProd` and `[tool.ipyprod]` set; a default where neither does.

    `module` is the file that `%promote` writes to without `--to`, "" for none chosen yet.
    With `typed_arrays` hints say what is in an array: `npt.NDArray[np.float64]`.
    """

    module: str = ""
    check_seconds: float = 30.0
    docstring_style: str = "numpy"
    typed_arrays: bool = False


class SessionReader:
    """Reads a session as a graph; what it read of it before is not linked again."""

    def __init__(self) -> None:
        self._builder: LineageBuilder | None = None

    def read(self, session: Session, transform: Callable[[str], str]) -> "LineageGraph":
        """Return the statements of a session with what each did."""
        # imported with the first command: watching does without, and loading is felt
        from ipyprod.lineage.graph import LineageBuilder  # noqa: PLC0415
        from ipyprod.source.parsing import parse_session  # noqa: PLC0415

        self._builder = self._builder or LineageBuilder()
        return self._builder.build(session, parse_session(session, transform=transform))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """The console as a workflow sees it: the record, the live values, the folder.

    `namespace` holds the user's live variables and is only read. `transform` is IPython's own
    translation of its syntax to Python (`TransformerManager().transform_cell`). `folder` is the
    working directory, absolute. `earlier` looks up cells of earlier sessions ("~1/3"), of which
    nothing but the text is known; None where the console keeps no history. `reader` remembers what
    it read of the session.
    """

    session: Session
    namespace: Mapping[str, Any] = field(repr=False)
    transform: Callable[[str], str]
    folder: str
    settings: Settings = field(default_factory=Settings)
    earlier: EarlierCells | None = None
    reader: SessionReader = field(default_factory=SessionReader, repr=False)

    @property
    def search_path(self) -> tuple[str, ...]:
        """Folders, besides the working directory, from which promoted modules are imported."""
        roots = (promoted.root for promoted in self.session.promotions)
        return tuple(dict.fromkeys(root for root in roots if root and root != self.folder))

    def read_session(self) -> "LineageGraph":
        """Return the statements of the session with what each did."""
        return self.reader.read(self.session, self.transform)
