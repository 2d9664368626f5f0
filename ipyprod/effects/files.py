"""Reads text files, and replaces them whole or not at all."""

import io
import os
import secrets
import stat
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ipyprod.effects.journal import Journal, JournalEntry
from ipyprod.errors import ModuleFileError
from ipyprod.module_file.edit import ModuleEdit
from ipyprod.module_file.layout import parse_layout

_BOM = b"\xef\xbb\xbf"
_NOT_A_PACKAGE = frozenset(
    {"src", "lib", "python", "scripts", "notebooks", "examples", "docs", "tests", "test", "data"}
)
_TEMPORARY = ".ipyprod-"  # what a killed write leaves begins so


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file as it was read. `path` is real: symbolic links are followed, `~` is expanded.

    `text` is None where there is no file yet; its line breaks are the file's own, and the byte
    order mark is not part of it. `base` is the folder that relative paths start from.
    """

    path: str
    base: str
    text: str | None
    content: bytes | None = field(default=None, repr=False)
    encoding: str = "utf-8"
    has_bom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A write that took place. `entry` is None where nothing had to change.

    `is_confirmed` is false where the file is in place but the disk did not confirm it. `created`
    are folders and `__init__.py` files made on the way.
    """

    path: str
    entry: JournalEntry | None = None
    is_confirmed: bool = True
    created: tuple[str, ...] = ()


def read_text(path: str, *, folder: str = "") -> SourceFile:
    """Read a text file that is going to be written, or note that there is none yet.

    Raises:
        ModuleFileError: it is no regular writable file with a single name, or no text.
    """
    base = os.path.abspath(folder) if folder else _working_folder(path)
    real = os.path.realpath(os.path.join(base, os.path.expanduser(path)))
    content = _read_bytes(real)
    if content is None:
        _refuse_folder(real)
        return SourceFile(path=real, base=base, text=None)
    has_bom = content.startswith(_BOM)
    encoding = _encoding(content, real) if real.endswith((".py", ".pyi")) else "utf-8"
    try:
        text = content.removeprefix(_BOM).decode(encoding)
        same = text.encode(encoding) == content.removeprefix(_BOM)
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        raise _refusal(f"{real}, line {line} is not {encoding} text", "save it as UTF-8") from None
    if not same:
        raise _refusal(f"{real} cannot be kept byte for byte in {encoding}", "save it as UTF-8")
    return SourceFile(
        path=real, base=base, text=text, content=content, encoding=encoding, has_bom=has_bom
    )


def read_bytes(path: str, *, folder: str = "") -> SourceFile:
    """Read a file of any content that is going to be written, or note that there is none yet.

    Raises:
        ModuleFileError: it is no regular writable file with a single name.
    """
    base = os.path.abspath(folder) if folder else _working_folder(path)
    real = os.path.realpath(os.path.join(base, os.path.expanduser(path)))
    content = _read_bytes(real)
    if content is None:
        _refuse_folder(real)
    return SourceFile(path=real, base=base, text=None, content=content)


def read_source(path: str, *, folder: str = "") -> SourceFile:
    """Read a module that is going to be edited, or note that there is none yet.

    Raises:
        ModuleFileError: as `read_text`, or it is not valid Python; the line is named.
    """
    source = read_text(path, folder=folder)
    if source.text is not None:
        parse_layout(source.text, path=source.path)
    return source


def write_edit(source: SourceFile, edit: ModuleEdit, *, operation: str = "") -> Written:
    """Write an edit of a module that was read as `source`; see `write_text`."""
    if edit.before != source.text:
        raise _refusal(f"{source.path} is not the text that was edited", "run the command again")
    parse_layout(edit.after, path=source.path)
    return write_text(source, edit.after, wrote=dict(edit.wrote), operation=operation)


def write_text(
    source: SourceFile,
    text: str,
    *,
    wrote: Mapping[str, str] | None = None,
    operation: str = "",
) -> Written:
    """Replace a file by `text` in one step, journal first.

    `wrote` maps names to the definitions in it that ipyprod answers for. Writes with the same
    `operation` are undone together.

    Raises:
        ModuleFileError: nothing was written: the file was changed meanwhile, or cannot be written.
    """
    try:
        data = text.encode(source.encoding)
    except UnicodeEncodeError as error:
        bad = error.object[error.start : error.end]
        problem = f"{source.path} is {source.encoding}, which cannot hold {bad!r}"
        raise _refusal(problem, "save the file as UTF-8 first") from None
    data = (_BOM if source.has_bom else b"") + data
    if data == source.content:
        return Written(path=source.path)
    return replace_bytes(source, data, wrote=wrote, operation=operation)


def replace_bytes(
    source: SourceFile, data: bytes, *, wrote: Mapping[str, str] | None = None, operation: str = ""
) -> Written:
    """Replace a file that was read as `source` by `data`; journal first, atomically."""
    created: list[str] = []
    entry: JournalEntry | None = None
    folder = os.path.dirname(source.path)
    journal = Journal(folder=folder)
    try:
        _make_folders(folder, source.base, created)
        with journal.locked():
            _remove_leftovers(source.path)
            compare(source)
            entry = journal.record(
                path=source.path,
                before=source.content,
                after=data,
                wrote=wrote or {},
                operation=operation,
                created=tuple(created),
            )
            is_confirmed = swap(source, data)
            journal.trim()
    except BaseException as error:
        if entry is not None and _holds(source.path, data):
            if isinstance(error, Exception):
                return Written(
                    path=source.path, entry=entry, is_confirmed=False, created=tuple(created)
                )
            raise
        _take_back(journal, entry, created)
        if isinstance(error, OSError):
            raise _os_refusal(source.path, error) from error
        raise
    return Written(path=source.path, entry=entry, is_confirmed=is_confirmed, created=tuple(created))


def swap(source: SourceFile, data: bytes) -> bool:
    """Put `data` in the place of the file, in one step; say whether the disk confirmed it."""
    folder, name = os.path.split(source.path)
    temporary = os.path.join(folder, f".{name}{_TEMPORARY}{secrets.token_hex(8)}")
    try:
        _write_temporary(source, temporary, data)
        compare(source)  # an editor may have saved meanwhile
        os.replace(temporary, source.path)
    except BaseException:
        _remove_quietly(temporary)
        raise
    return sync_folder(folder)


def sync_folder(folder: str) -> bool:
    """Bring a folder's entries to the disk; false where that cannot be confirmed."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return os.name == "nt"  # Windows opens no folders
    try:
        os.fsync(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _write_temporary(source: SourceFile, temporary: str, data: bytes) -> None:
    # A new file gets what the umask leaves; a copy of an old one is private until it has its mode.
    mode = 0o666 if source.content is None else 0o600
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        if source.content is not None:
            _copy_attributes(source.path, temporary)
        os.fsync(file.fileno())


def _copy_attributes(path: str, temporary: str) -> None:
    there, mine = os.stat(path), os.stat(temporary)
    if hasattr(os, "chown") and (there.st_uid, there.st_gid) != (mine.st_uid, mine.st_gid):
        os.chown(temporary, there.st_uid, there.st_gid)
    if hasattr(os, "listxattr"):
        try:
            for name in os.listxattr(path):
                os.setxattr(temporary, name, os.getxattr(path, name))
        except OSError:  # not every file system has them, and some are the system's to set
            pass
    os.chmod(temporary, stat.S_IMODE(there.st_mode))


def _read_bytes(path: str) -> bytes | None:
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _os_refusal(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise _refusal(f"{path} is a folder", "name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise _refusal(f"{path} is no regular file", "choose another file")
    if status.st_nlink > 1:
        problem = f"{path} has {status.st_nlink} names (hard links), which a write would part"
        raise _refusal(problem, "choose another file")
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise _refusal(f"{path} is read-only", f"run `chmod u+w {path}`, or choose another file")
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise _os_refusal(path, error) from error


def _refuse_folder(path: str) -> None:
    """Refuse a new file whose nearest existing folder takes none."""
    folder = os.path.dirname(path)
    while not os.path.lexists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    try:
        mode = os.stat(folder).st_mode
    except OSError as error:
        raise _os_refusal(path, error) from error
    if not stat.S_ISDIR(mode):
        raise _refusal(f"{folder} is a file, not a folder", "choose another path")
    if not mode & 0o222 or not os.access(folder, os.W_OK | os.X_OK):
        raise _refusal(f"{folder} is a read-only folder", "choose a file in another folder")


def _encoding(content: bytes, path: str) -> str:
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        raise _refusal(
            f"{path} has no encoding that Python knows: {error}", "save it as UTF-8"
        ) from None
    return "utf-8" if name == "utf-8-sig" else name


def compare(source: SourceFile) -> None:
    """Raise unless the file still holds what was read.

    Raises:
        ModuleFileError: it was changed meanwhile; nothing was written.
    """
    if _read_bytes(source.path) != source.content:
        raise _refusal(f"{source.path} was changed meanwhile", "run the command again")


def _holds(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() == data
    except OSError:
        return False


def _make_folders(folder: str, base: str, created: list[str]) -> None:
    """Make the missing folders, each a package where it is a new one or inside one."""
    missing: list[str] = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for new in reversed(missing):
        os.mkdir(new)
        created.append(new)
        if becomes_package(new, base):
            init = os.path.join(new, "__init__.py")
            os.close(os.open(init, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            created.append(init)


def becomes_package(folder: str, base: str) -> bool:
    """Whether a folder that a write makes gets an `__init__.py`."""
    parent, name = os.path.split(folder)
    if not name.isidentifier():
        return False
    if os.path.exists(os.path.join(parent, "__init__.py")):
        return True
    if not os.path.isdir(parent) and becomes_package(parent, base):
        return True
    is_inside = os.path.commonpath([folder, os.path.realpath(base)]) == os.path.realpath(base)
    return is_inside and name not in _NOT_A_PACKAGE


def remove_created(created: Sequence[str]) -> None:
    """Remove folders and `__init__.py` files that a write made, as far as they are still empty."""
    for path in reversed(created):
        try:
            if os.path.isdir(path):
                os.rmdir(path)
            elif os.path.getsize(path) == 0:
                os.unlink(path)
        except OSError:  # something else is in there by now
            continue


def _take_back(journal: Journal, entry: JournalEntry | None, created: list[str]) -> None:
    if entry is not None:
        journal.forget(entry)
    if created:
        journal.remove_if_empty()
        remove_created(created)


def _remove_leftovers(path: str) -> None:
    """Remove what a killed write left beside the file; the lock says that none is under way."""
    folder, name = os.path.split(path)
    for other in os.listdir(folder):
        if other.startswith(f".{name}{_TEMPORARY}"):
            _remove_quietly(os.path.join(folder, other))


def _remove_quietly(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _working_folder(path: str) -> str:
    try:
        return os.getcwd()
    except OSError:
        raise _refusal(f"the working directory of {path} is gone", "use %cd first") from None


def _refusal(problem: str, hint: str) -> ModuleFileError:
    return ModuleFileError(f"{problem}; nothing was written", hint=hint)


def _os_refusal(path: str, error: OSError) -> ModuleFileError:
    reason = error.strerror or str(error)
    if isinstance(error.filename, str) and error.filename != path:
        reason = f"{reason} ({error.filename})"
    return _refusal(f"{path} cannot be written: {reason}", "choose another file with --to")
