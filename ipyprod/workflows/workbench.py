"""What a workflow is given of the running console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipyprod.session.cell import Session
from ipyprod.session.selection import EarlierCells


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """The console as a workflow sees it: the record, the live values, the folder.

    `namespace` holds the user's live variables and is only read. `transform` is IPython's own
    translation of its syntax to Python (`TransformerManager().transform_cell`). `folder` is the
    working directory, absolute. `earlier` looks up cells of earlier sessions ("~1/3"), of which
    nothing but the text is known; None where the console keeps no history.
    """

    session: Session
    namespace: Mapping[str, Any] = field(repr=False)
    transform: Callable[[str], str]
    folder: str
    settings: Settings = field(default_factory=Settings)
    earlier: EarlierCells | None = None

    @property
    def search_path(self) -> tuple[str, ...]:
        """Folders, besides the working directory, from which promoted modules are imported."""
        roots = (promoted.root for promoted in self.session.promotions)
        return tuple(dict.fromkeys(root for root in roots if root and root != self.folder))
