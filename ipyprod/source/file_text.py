"""Files that a call names literally: which it reads, which it writes."""

import ast
import shlex
from dataclasses import dataclass, field

from ipyprod.source.shell_commands import is_look


@dataclass(slots=True)
class FileUse:
    """States "file:PATH" (and "cwd" where a path is relative) read and written by a call."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)

    def note(self, path: str | None, *, reads: bool = False, writes: bool = False) -> None:
        """Add a path, None for one that the text does not tell."""
        if path is None:
            return
        if not path.startswith(("/", "~")) and "://" not in path and path[1:2] != ":":
            self.reads.add("cwd")
        if reads:
            self.reads.add(f"file:{path}")
        if writes:
            self.writes.add(f"file:{path}")


_OPENERS = frozenset(
    [
        "io.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "codecs.open",
        "zipfile.ZipFile",
        "tarfile.open",
        "h5py.File",
        "wave.open",
        "netCDF4.Dataset",
        "PIL.Image.open",
        "fitz.open",
    ]
)
_WRITING_FLAGS = frozenset({"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"})
_READERS = frozenset(
    [
        "numpy.load",
        "numpy.loadtxt",
        "numpy.genfromtxt",
        "numpy.fromfile",
        "joblib.load",
        "torch.load",
        "matplotlib.pyplot.imread",
        "matplotlib.image.imread",
        "os.stat",
        "os.path.getsize",
        "os.path.exists",
        "os.path.isfile",
        "os.path.isdir",
        "os.path.islink",
        "os.path.getmtime",
        "os.chdir",
        "scipy.io.loadmat",
        "cv2.imread",
        "imageio.imread",
        "linecache.getline",
        "linecache.getlines",
        "xarray.open_dataset",
        "xarray.open_dataarray",
        "runpy.run_path",
    ]
)
_READER_PREFIXES = ("pandas.read_", "polars.read_", "polars.scan_", "networkx.read_")
_WRITERS = frozenset(
    [
        "numpy.save",
        "numpy.savez",
        "numpy.savez_compressed",
        "numpy.savetxt",
        "matplotlib.pyplot.savefig",
        "matplotlib.pyplot.imsave",
        "os.remove",
        "os.unlink",
        "os.truncate",
        "os.mkdir",
        "os.makedirs",
        "os.rmdir",
        "shutil.rmtree",
        "scipy.io.savemat",
        "cv2.imwrite",
        "imageio.imwrite",
        "pandas.ExcelWriter",
    ]
)
_REMOVERS = frozenset(["os.truncate", "os.remove", "os.unlink", "os.rmdir", "shutil.rmtree"])
_WRITERS_OF_SECOND = frozenset(["joblib.dump", "torch.save"])
_BOTH_WAYS = frozenset(
    ["sqlite3.connect", "shelve.open", "dbm.open", "pandas.HDFStore", "duckdb.connect"]
)
_MAPPERS = frozenset(["numpy.memmap", "numpy.lib.format.open_memmap"])
_COPIERS = frozenset(
    [
        "shutil.copy",
        "shutil.copy2",
        "shutil.copyfile",
        "shutil.copytree",
        "shutil.move",
        "os.rename",
        "os.replace",
        "os.link",
        "os.symlink",
    ]
)
_WRITING_METHODS = frozenset(
    [
        "to_csv",
        "to_excel",
        "to_json",
        "to_parquet",
        "to_pickle",
        "to_feather",
        "to_hdf",
        "to_html",
        "to_latex",
        "to_markdown",
        "to_xml",
        "to_stata",
        "to_orc",
        "to_string",
        "to_netcdf",
        "to_zarr",
        "savefig",
        "save",
        "write_csv",
        "write_parquet",
        "write_html",
        "write_image",
        "write_json",
        "tofile",
        "dump",
        "savetxt",
        "save_model",
    ]
)
_READING_METHODS = frozenset(["load_model", "loadtxt", "read_csv", "read_file"])
# What they give depends on all that lies below a folder, the working directory by default.
_LISTERS = frozenset(["os.listdir", "os.walk", "os.scandir", "glob.glob", "glob.iglob"])
_LISTING_METHODS = frozenset(["iterdir", "glob", "rglob", "walk"])
_PATH_READS = frozenset(["read_text", "read_bytes", "stat", "exists", "is_file", "is_dir"])
# The same of a path that the text does not tell: no other common type has such a method.
_UNTOLD_READS = frozenset(["exists", "is_file", "is_dir", "iterdir", "rglob", "stat"])
_PROGRAM_STARTERS = ("subprocess.", "os.system", "os.popen", "os.spawn", "os.exec", "os.posix_")
_PATH_WRITES = frozenset(
    ["write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "replace"]
)


def literal_path(node: ast.expr | None) -> str | None:
    """Read a path that is written out: a string, `Path("a") / "b"`, `os.path.join("a", "b")`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and node.value else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined([literal_path(node.left), literal_path(node.right)])
    if isinstance(node, ast.Call) and not node.keywords:
        name = ast.unparse(node.func)
        if name.rpartition(".")[2] in {"Path", "PurePath", "join", "fspath"}:
            return _joined([literal_path(argument) for argument in node.args])
    return None


def _joined(parts: list[str | None]) -> str | None:
    known = [part.rstrip("/") for part in parts if part is not None]
    return "/".join(known) if parts and len(known) == len(parts) else None


def _argument(call: ast.Call, place: int, *keywords: str) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((k.value for k in call.keywords if k.arg in keywords), None)


_PATH_KEYWORDS = (
    "file", "path", "fname", "filename", "path_or_buf", "filepath_or_buffer", "io", "excel_writer",
    "path_or_buffer", "buf", "fp", "database", "f",
)  # fmt: skip


def files_of_call(call: ast.Call, full_name: str, *, builtin: str, method: str) -> FileUse:
    """Collect the files that a call names literally (arguments as in `ambient_of_call`)."""
    use = FileUse()
    first = literal_path(_argument(call, 0, *_PATH_KEYWORDS))
    if builtin == "open" or full_name in _OPENERS:
        _note_open(use, first, _argument(call, 1, "mode"))
    elif full_name == "os.open":
        _note_open_by_flags(use, first, _argument(call, 1, "flags"))
    elif full_name in _LISTERS:
        use.reads |= {"cwd", f"folder:{_listed_folder(call)}"}
    elif full_name.startswith(_PROGRAM_STARTERS):
        _note_program(use, call)
    elif full_name in _READERS or full_name.startswith(_READER_PREFIXES):
        use.note(first, reads=True)
    elif full_name in _WRITERS or full_name.startswith("networkx.write_"):
        place = 1 if full_name.startswith("networkx.") else 0
        path = literal_path(_argument(call, place, *_PATH_KEYWORDS))
        use.note(path, writes=True, reads=full_name in _REMOVERS)
    elif full_name in _WRITERS_OF_SECOND:
        use.note(literal_path(_argument(call, 1, "filename", "f")), writes=True)
    elif full_name in _BOTH_WAYS:
        use.note(first, reads=True, writes=True)
    elif full_name in _MAPPERS:
        mode = _argument(call, 1 if "open" in full_name else 2, "mode")
        only_read = isinstance(mode, ast.Constant) and mode.value in {"r", "c", "readonly"}
        use.note(first, reads=True, writes=not only_read)
    elif full_name in _COPIERS:
        moves = full_name in {"shutil.move", "os.rename", "os.replace"}
        use.note(first, reads=True, writes=moves)
        use.note(literal_path(_argument(call, 1, "dst")), writes=True)
    elif method and isinstance(call.func, ast.Attribute):
        _note_method(use, call, method, full_name)
    return use


def _listed_folder(call: ast.Call) -> str:
    """Give the folder that a call lists, as far as its pattern is written out; "" for any."""
    path = literal_path(_argument(call, 0, "path", "pathname", "top")) or ""
    folder = path if "*" not in path else path.partition("*")[0].rpartition("/")[0]
    return "" if _keyword_is_given(call, "root_dir") else folder.strip("./")


def _keyword_is_given(call: ast.Call, name: str) -> bool:
    return any(keyword.arg == name for keyword in call.keywords)


def _note_program(use: FileUse, call: ast.Call) -> None:
    """A program may read and write files anywhere, unless its command only shows something."""
    command = _argument(call, 0, "args", "command", "cmd")
    words = command.elts if isinstance(command, ast.List | ast.Tuple) else [command]
    known = [text for text in map(_written_out, words) if text]
    use.reads.add("folder:")
    if len(known) < len(words) or not is_look(known[0] if len(known) == 1 else shlex.join(known)):
        use.writes.add("folder:")


def _written_out(node: ast.expr | None) -> str:
    """Give a part of a command, `x` for what is filled into it; "" where nothing is known."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_written_out(part) or "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _note_open(use: FileUse, path: str | None, mode: ast.expr | None) -> None:
    text = "r" if mode is None else ""
    if isinstance(mode, ast.Constant) and isinstance(mode.value, str):
        text = mode.value
    if not text:
        use.note(path, reads=True, writes=True)
        return
    writes = any(letter in text for letter in "wax+")
    reads = any(letter in text for letter in "ra+")
    use.note(path, reads=reads, writes=writes)


def _note_open_by_flags(use: FileUse, path: str | None, flags: ast.expr | None) -> None:
    """`os.open("a.txt", os.O_WRONLY | os.O_CREAT)`: flags that are not written out may be any."""
    words = {
        part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "")
        for part in ast.walk(flags or ast.Pass())
    }
    known = {word for word in words if word.startswith("O_")}
    writes = not known or bool(known & _WRITING_FLAGS)
    use.note(path, reads="O_TRUNC" not in known, writes=writes)


def _note_method(use: FileUse, call: ast.Call, method: str, full_name: str) -> None:
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    receiver_path = None if isinstance(receiver, ast.Constant) else literal_path(receiver)
    if receiver_path is not None:
        if method == "open":
            _note_open(use, receiver_path, _argument(call, 0, "mode"))
        elif method in _PATH_WRITES:
            reads = method in {"rename", "replace", "unlink", "rmdir"}
            use.note(receiver_path, writes=True, reads=reads)
            moves = method in {"rename", "replace"}
            use.note(literal_path(_argument(call, 0, "target")) if moves else None, writes=True)
        elif method in {"hardlink_to", "symlink_to"}:
            use.note(receiver_path, writes=True)
            use.note(literal_path(_argument(call, 0, "target")), reads=True)
        elif method in _PATH_READS:
            use.note(receiver_path, reads=True)
        elif method in _LISTING_METHODS:
            use.reads |= {"cwd", f"folder:{receiver_path.strip('./')}"}
        return
    if method in _UNTOLD_READS or (method == "glob" and not full_name):
        use.reads.add("folder:")
    first = literal_path(_argument(call, 0, *_PATH_KEYWORDS))
    if method in _WRITING_METHODS:
        use.note(first, writes=True)
    elif method in _READING_METHODS:
        use.note(first, reads=True)
