"""Files, network and programs seen through `sys.addaudithook` while a cell runs.

The hook sees opens made by Python code (`open`, `pandas.read_csv`, `pickle`, `sqlite3`), not those
of pyarrow, polars or h5py. A hook cannot be removed: one is added for the life of the process,
at the first start, and it does nothing while no log listens.
"""

import os
import stat
import sys
import sysconfig
from collections.abc import Callable
from types import FrameType
from typing import Any

from ipyprod.session.cell import SideEffect, SideEffectKind

_MOST_EFFECTS = 1000  # of one cell: a loop over files must not fill the memory
_MOST_WATCHED = 100  # files that may still be open: the last ones opened

# Programs that libraries ask about the machine; they tell nothing that a user would miss.
_PROBES = frozenset(
    {"lscpu", "uname", "fc-list", "ldconfig", "/sbin/ldconfig", "sysctl", "file", "locale"}
)


def _library_folders() -> tuple[str, ...]:
    home = os.path.expanduser("~")
    paths = sysconfig.get_paths()
    folders = [paths.get(key, "") for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [os.path.join(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix)]
    folders += [os.path.join(prefix, "share") for prefix in (sys.prefix, sys.base_prefix)]
    folders += [os.path.join(home, name) for name in (".cache", ".config", ".ipython", ".jupyter")]
    folders += [os.path.join(home, name) for name in (".matplotlib", ".local", "Library")]
    folders += [os.environ.get(name, "") for name in ("MPLCONFIGDIR", "IPYTHONDIR")]
    folders += ["/proc", "/sys", "/dev", "/etc", "/usr/share", "/usr/lib"]
    real = {os.path.realpath(folder) for folder in folders if folder}
    return tuple(os.path.join(folder, "") for folder in sorted(real | {f for f in folders if f}))


class AuditLog:
    """The outside effects seen between `start` and `stop`. Never raises.

    Everything that the process does in between counts, on whatever thread: a cell may start
    threads of its own. A file that was opened to be written in an earlier cell is looked at again:
    whatever holds it open may have written on.

        logging.basicConfig(filename="run.log")
        logging.warning("odd")
        ^ writes the file, and opens none
    """

    def __init__(self) -> None:
        self._libraries = _library_folders()
        self._seen: dict[tuple[SideEffectKind, str], None] = {}
        self._code_files: dict[str, bool] = {}  # path -> whether a library holds that code
        self._opened: dict[str, tuple[int, int] | None] = {}  # path -> what it was at the start

    def start(self) -> None:
        """Begin to listen, with nothing seen."""
        self._seen = {}
        self._opened = {path: _state_of(path) for path in list(self._opened)[-_MOST_WATCHED:]}
        _HOOK.add(self)

    def stop(self) -> tuple[SideEffect, ...]:
        """Stop listening and give what was seen, in the order in which it was first seen."""
        is_listening = _HOOK.remove(self)
        for path, state in self._opened.items() if is_listening else ():
            if _state_of(path) != state:
                self.add(SideEffectKind.FILE_WRITTEN, path)
        seen, self._seen = self._seen, {}
        opened = (path for kind, path in seen if kind is SideEffectKind.FILE_WRITTEN)
        self._opened |= dict.fromkeys(opened)
        return tuple(SideEffect(kind=kind, target=target) for kind, target in seen)

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        """Take one audit event that `_READERS` knows."""
        if len(self._seen) < _MOST_EFFECTS:
            _READERS[event](self, args)

    def add(self, kind: SideEffectKind, target: str) -> None:
        """Count one effect."""
        self._seen[kind, target] = None

    def add_file(self, kind: SideEffectKind, path: Any) -> None:
        """Count a file of the user's; those of Python, libraries and caches are none."""
        if isinstance(path, int) or path is None:
            return
        full = os.path.abspath(os.fsdecode(path))
        if full.startswith(self._libraries) or full.endswith((".pyc", ".so", ".dylib", ".pyd")):
            return
        if self._is_import_machinery(sys._getframe(2)):  # noqa: SLF001 - the only way to the caller
            return
        self.add(kind, os.path.realpath(full))

    def add_program(self, command: Any) -> None:
        """Count a program that was started, unless it only tells about the machine."""
        words = command if isinstance(command, (list, tuple)) else [command]
        text = " ".join(os.fsdecode(word) for word in words if isinstance(word, (str, bytes)))
        first = os.path.basename(text.split(" ")[0])
        caller = sys._getframe(2)  # noqa: SLF001 - as above
        if first in _PROBES or self._is_import_machinery(caller):
            return
        self.add(SideEffectKind.SUBPROCESS, text)

    def _is_of_library(self, file: str) -> bool:
        """Whether code is of a library; asked for each frame of each file that a cell opens."""
        known = self._code_files.get(file)
        if known is None:
            known = os.path.realpath(file).startswith(self._libraries)
            self._code_files[file] = known
        return known

    def _is_import_machinery(self, frame: FrameType | None) -> bool:
        """Whether a library is being loaded: what it opens meanwhile is its own affair.

        A module of the user's own that opens a file as it is loaded does what a cell could do.
        """
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith("<frozen importlib"):
                return True
            if not file.startswith("<") and file != __file__ and not self._is_of_library(file):
                return False
            frame = frame.f_back
        return False


def _state_of(path: str) -> tuple[int, int] | None:
    """Return what tells whether a file was written, None where there is no such file.

    A folder is none: it changes with each file that is made in it.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_size, found.st_mtime_ns


def _note_open(log: AuditLog, args: tuple[Any, ...]) -> None:
    path, mode, flags = args
    if isinstance(path, int):
        return
    is_write = _is_write(mode, flags)
    log.add_file(SideEffectKind.FILE_WRITTEN if is_write else SideEffectKind.FILE_READ, path)
    if isinstance(mode, str) and "+" in mode and "w" not in mode and "x" not in mode:
        log.add_file(SideEffectKind.FILE_READ, path)


def _is_write(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _note_written(log: AuditLog, args: tuple[Any, ...]) -> None:
    log.add_file(SideEffectKind.FILE_WRITTEN, args[0])


def _note_moved(log: AuditLog, args: tuple[Any, ...]) -> None:
    log.add_file(SideEffectKind.FILE_WRITTEN, args[0])
    log.add_file(SideEffectKind.FILE_WRITTEN, args[1])


def _note_database(log: AuditLog, args: tuple[Any, ...]) -> None:
    path = os.fsdecode(args[0])
    if path and ":memory:" not in path:
        log.add_file(SideEffectKind.FILE_READ, path.removeprefix("file:").split("?")[0])
        log.add_file(SideEffectKind.FILE_WRITTEN, path.removeprefix("file:").split("?")[0])


def _note_connection(log: AuditLog, args: tuple[Any, ...]) -> None:
    address = args[1]
    if isinstance(address, tuple):
        log.add(SideEffectKind.NETWORK, ":".join(str(part) for part in address[:2]))
    else:
        log.add(SideEffectKind.NETWORK, os.fsdecode(address))


def _note_program(log: AuditLog, args: tuple[Any, ...]) -> None:
    log.add_program(args[1] or args[0])


def _note_command(log: AuditLog, args: tuple[Any, ...]) -> None:
    log.add_program(args[0])


def _note_fork(log: AuditLog, _args: tuple[Any, ...]) -> None:
    log.add_program("")


_READERS: dict[str, Callable[[AuditLog, tuple[Any, ...]], None]] = {
    "open": _note_open,
    "os.mkdir": _note_written,
    "os.remove": _note_written,
    "os.rmdir": _note_written,
    "os.truncate": _note_written,
    "os.rename": _note_moved,
    "os.link": _note_moved,
    "os.symlink": _note_moved,
    "sqlite3.connect": _note_database,
    "socket.connect": _note_connection,
    "subprocess.Popen": _note_program,
    "os.posix_spawn": _note_program,
    "os.system": _note_command,
    "os.forkpty": _note_fork,
}


class _Hook:
    """The one audit hook of the process, and the logs that listen to it."""

    def __init__(self) -> None:
        self._logs: list[AuditLog] = []
        self._is_added = False

    def add(self, log: AuditLog) -> None:
        if not self._is_added:
            sys.addaudithook(_hearing(self._logs))
            self._is_added = True
        if log not in self._logs:
            self._logs.append(log)

    def remove(self, log: AuditLog) -> bool:
        """Remove a log; false where it did not listen."""
        is_there = log in self._logs
        if is_there:
            self._logs.remove(log)
        return is_there


def _hearing(logs: list[AuditLog]) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook: a plain function, because `id` calls it too, and a method takes 4 times as long."""
    readers = _READERS

    def hear(event: str, args: tuple[Any, ...]) -> None:
        if event not in readers:
            return
        try:
            for log in tuple(logs):
                log.note(event, args)
        except Exception:
            # An exception here would become the user's: the effect is lost instead.
            return

    return hear


_HOOK = _Hook()
