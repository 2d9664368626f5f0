"""Which files a statement leaves open, and which it closes."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from ipyprod.lineage.file_states import FILE, same_file
from ipyprod.lineage.value_types import is_plain
from ipyprod.session.cell import Observation, SideEffectKind, TypeNote
from ipyprod.source.chains import called_name, imported_name, last_name, root_name
from ipyprod.source.expressions import is_chain
from ipyprod.source.statements import Statement, StatementNames
from ipyprod.source.word_sets import word_set

DESCRIPTORS = "descriptors"  # ambient state: where in its file each descriptor is at
_OPENING = frozenset({"open", "fdopen"})
_NUMBERING = frozenset({"os.open", "os.dup", "tempfile.mkstemp"})
_READING = word_set(
    "load loadtxt genfromtxt fromfile memmap read_text read_bytes read_csv getline listdir"
)
_LINKING = word_set("link symlink hardlink_to symlink_to")
_WRITING = word_set("write pwrite writev ftruncate truncate sendfile copy_file_range close")
_GOING_ON = word_set("read pread readv lseek")
_HOLDING_NONE = frozenset({"pathlib", "logging"})
# What can hold an open file and read on from it.
_FILES = word_set("_io gzip bz2 lzma zipfile tarfile h5py sqlite3 mmap _csv codecs tempfile")


class DescriptorUse(Enum):
    """What is done to a file by the number that it has for the system."""

    NONE = "nothing"
    GOES_ON = "another place in it is read next"
    WRITES = "it is written"


def closed_by(statement: Statement) -> set[str]:
    """Return the names of files, or of what holds them, that the statement closes.

    with log, open("notes.txt") as f: other.write(f.read())
    ^ closes `log`; `other` stays as open as it was
    """
    found: set[str] = set()
    for part in ast.walk(statement.node):
        if isinstance(part, (ast.With, ast.AsyncWith)):
            contexts = [item.context_expr for item in part.items]
            found |= _names_in(c for c in contexts if _is_file_itself(c))
        elif isinstance(part, ast.Call) and _is_close(part.func):
            root = root_name(part.func)
            # for f in files: f.close()
            #                 ^ stands for those in `files`
            found |= {root} if root in statement.names.reads else set(statement.names.reads)
    return found


def closed_in(statements: Iterable[Statement]) -> set[str]:
    """Return the names of files that are closed at the end of a cell, those of `with` included."""
    found: set[str] = set()
    for statement in statements:
        found |= closed_by(statement)
        for part in ast.walk(statement.node):
            if isinstance(part, ast.withitem) and part.optional_vars is not None:
                found |= _names_in([part.optional_vars])
    return found


def leaves_open(statement: Statement) -> bool:
    """Whether the statement opens a file that no `with` of its own closes.

    with ExitStack() as stack: log = stack.enter_context(open("log.txt"))
                                                         ^ is closed with the stack
    """
    nodes = list(ast.walk(statement.node))
    managed: list[ast.AST] = []
    for part in nodes:
        if isinstance(part, (ast.With, ast.AsyncWith)):
            managed += [item.context_expr for item in part.items]
        elif called_name(part) == "enter_context":
            managed.append(part)
    closed = {id(inner) for part in managed for inner in ast.walk(part)}
    calls = (part for part in nodes if isinstance(part, ast.Call) and id(part) not in closed)
    return any(last_name(call.func) in _OPENING for call in calls)


def reads_files(names: StatementNames) -> bool:
    """Whether the functions that a statement makes may read a file: `open(path)`, `np.load(path)`."""
    called = names.attributes.union(names.deferred_reads)
    states = names.deferred_ambient_reads
    return any(s.startswith(FILE) for s in states) or bool(called & (_OPENING | _READING))


def makes_link(run: Iterable[StatementNames]) -> bool:
    """Whether what is run gives a file another name: `os.link("a.txt", "b.txt")`."""
    return any(_LINKING & (names.attributes | names.calls) for names in run)


def makes_descriptor(statement: Statement, imported: Mapping[str, str]) -> bool:
    """Whether the statement gets the number of an open file: `fd = os.open("x.txt", flags)`."""
    calls = (part for part in ast.walk(statement.node) if isinstance(part, ast.Call))
    return any(
        last_name(call.func) == "fileno" or imported_name(call.func, imported) in _NUMBERING
        for call in calls
    )


def uses_descriptor(statement: Statement) -> DescriptorUse:
    """Say what a statement can do to a file by its number: `os.write(fd, b"x")`."""
    called = statement.names.attributes | statement.names.calls
    if called & (_WRITING | _OPENING):
        return DescriptorUse.WRITES
    return DescriptorUse.GOES_ON if called & _GOING_ON else DescriptorUse.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFiles:
    """The files that a cell was seen to read and to write, those aside that its text names.

    `named` are all of those that the text names, written or read; `linked` those that may be
    names of one file, as the cell makes links.
    """

    read: frozenset[str]
    written: frozenset[str]
    named: frozenset[str]
    linked: frozenset[str]
    closed: frozenset[str]  # names of files that the cell closed again

    def held_by(self, states: Iterable[str]) -> frozenset[str]:
        """Return the written files that an object may hold open which stands for `states`."""
        own = [state for state in states if state.startswith(FILE)]
        return self.written | {f for f in self.named if any(same_file(f, s) for s in own)}


def seen_files(
    observation: Observation, named: Iterable[str], closed: Iterable[str], *, has_link: bool
) -> SeenFiles:
    """Return the files that a cell was seen to use; `named` are the states that its text names."""
    effects = observation.side_effects
    by_name = [state for state in named if state.startswith(FILE)]
    kinds = (SideEffectKind.FILE_READ, SideEffectKind.FILE_WRITTEN)
    read, written = ({FILE + e.target for e in effects if e.kind is kind} for kind in kinds)
    known = frozenset(f for f in read | written if any(same_file(f, s) for s in by_name))
    return SeenFiles(
        read=frozenset(read - known),
        written=frozenset(written - known),
        named=known,
        linked=frozenset(written if has_link else ()),
        closed=frozenset(closed),
    )


def may_hold_file(note: TypeNote) -> bool:
    """Whether a value of this type can hold a file open that is written later, unseen.

    Not a number, a frame, a list of text; nor a path, nor a logger, which writes each line at once.
    """
    return not is_plain(note) and note.module.partition(".")[0] not in _HOLDING_NONE


def reads_on(note: TypeNote) -> bool:
    """Whether a value of this type can read on from a file that is open."""
    return note.is_iterator or note.module.partition(".")[0] in _FILES


def _is_close(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "close"


def _is_file_itself(context: ast.expr) -> bool:
    """Whether a `with` closes what it names: not in `with redirect_stdout(log)`."""
    return called_name(context) == "closing" or is_chain(context)


def _names_in(nodes: Iterable[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
