"""What a function will be, decided before a line of it is written."""

from dataclasses import dataclass
from enum import Enum

from ipyprod.session.cell import TypeNote, VariableNote
from ipyprod.source.statements import Statement


class CopyKind(Enum):
    """The idiom by which a parameter is copied before it is changed."""

    NONE = "none"
    METHOD = "{name} = {name}.copy()"  # frames and arrays
    LIST = "{name} = list({name})"
    DICT = "{name} = dict({name})"
    SET = "{name} = set({name})"
    DEEP = "{name} = copy.deepcopy({name})"
    UNSAFE = "unsafe"  # its type has no safe copy: changed in place, with a note


class DocstringStyle(Enum):
    """How the sections of a docstring are laid out."""

    NUMPY = "numpy"
    GOOGLE = "google"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. `default` is source text, "" for a required one; a knob is keyword-only."""

    name: str
    type: TypeNote | None
    default: str = ""
    is_keyword_only: bool = False
    copy: CopyKind = CopyKind.NONE
    comment: str = ""  # what the session's comment beside or above the default says
    tried: str = ""  # other values that a knob had in the session: "0.2 to 0.25"


class ClassKind(Enum):
    """What an input must be an instance of; the value is how an error calls it."""

    ANY = "anything"
    OWN = ""  # the class that was seen, by its own name
    NUMBER = "number"
    MAPPING = "mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputCheck:
    """What the code needs of one parameter.

    `columns` and `keys` are those that it reads, `least` how many rows or items it takes.
    """

    name: str
    type: TypeNote
    kind: ClassKind = ClassKind.ANY
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnValue:
    """One returned name and what was seen of it."""

    name: str
    type: TypeNote | None


class AssumptionKind(Enum):
    """What the plan takes for granted, for the user to know."""

    UNSEEDED_RANDOM = "draws random numbers without a seed"
    CHANGED_IN_PLACE = "is changed in place: its type has no safe copy"
    SHARED_INPUTS = "share memory and are copied together"
    FAILED_STATEMENT = "failed on the way; its error is caught"
    SOURCE_GONE = "its source is not in the record"
    PERSONAL_PATH = "is a path of this machine"
    UNKNOWN_EFFECT = "could not be looked at; kept to be safe"
    RUNS_TEXT = "runs text as code: the names in that text were not looked at"
    EXTRA_PARAMETER = "was read from the session and is a parameter now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing taken for granted about `subject`, at `place` ("In [7], line 2") where known."""

    kind: AssumptionKind
    subject: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A session function, class or constant that comes along to module level."""

    name: str
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPlan:
    """Everything that rendering needs, and nothing that it must look up.

    `nested` are definitions from before the snippet that read what is local to the function, and
    imports of names that the body binds anew: they stand at the top of the body. `joint_copies`
    are parameters that share objects and are copied in one go. `result` is the last statement of
    the body where its value is what the function returns. `definition` is a session function or
    class that is promoted as it is: body and returns are empty then. `variables` are what was
    seen of the names that the body binds. `example` are the lines of an example call. `shown` are
    definitions inside the function whose qualified name can be seen.
    """

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    returns: tuple[ReturnValue, ...]
    imports: tuple[Statement, ...]
    companions: tuple[Companion, ...]
    summary: str
    is_async: bool = False
    assumptions: tuple[Assumption, ...] = ()
    nested: tuple[Statement, ...] = ()
    joint_copies: tuple[tuple[str, ...], ...] = ()
    rebound_builtins: tuple[str, ...] = ()
    result: Statement | None = None
    result_type: TypeNote | None = None
    definition: Statement | None = None
    variables: tuple[VariableNote, ...] = ()
    raised: tuple[tuple[Statement, str], ...] = ()  # what failed on the way, with its error's type
    is_named: bool = False  # returns a NamedTuple
    description: str = ""  # what follows the summary
    example: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()
    left_outside: tuple[Statement, ...] = ()  # knobs that later cells read: they stay bound there
    style: DocstringStyle = DocstringStyle.NUMPY
    checks: tuple[InputCheck, ...] = ()  # made at the top of the function
    is_inplace: bool = False  # what is passed in may be changed
    uses_globals: bool = False  # its variables are those of the module, which text looks up
    typed_arrays: bool = False  # `npt.NDArray[np.float64]` instead of `np.ndarray`

    @property
    def tuple_name(self) -> str:
        """The name of the `NamedTuple` that it returns."""
        return "".join(part.capitalize() for part in self.name.split("_")) + "Result"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFunction:
    """Source text of a definition and what must stand beside it in a module.

    `text` is the definition, `companions` are (name, source) in an order in which each can be
    executed, `imports` one import statement each, not formatted.
    """

    name: str
    text: str
    imports: tuple[str, ...] = ()
    companions: tuple[tuple[str, str], ...] = ()
