"""Files that a call names literally: which it reads, which it writes."""

import ast
from dataclasses import dataclass, field

from ipyprod.source.shell_commands import is_look

ANY_FILE = "file:*"
_PROGRAMS = ("subprocess.", "os.system", "os.popen", "os.spawn", "os.posix_spawn", "os.exec")


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
_READERS = frozenset(
    [
        "numpy.load",
        "numpy.loadtxt",
        "numpy.genfromtxt",
        "numpy.fromfile",
        "numpy.memmap",
        "joblib.load",
        "torch.load",
        "matplotlib.pyplot.imread",
        "matplotlib.image.imread",
        "os.stat",
        "os.path.getsize",
        "os.path.exists",
        "os.path.isfile",
        "os.listdir",
        "scipy.io.loadmat",
        "cv2.imread",
        "imageio.imread",
        "linecache.getline",
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
_WRITERS_OF_SECOND = frozenset(["joblib.dump", "torch.save"])
_BOTH_WAYS = frozenset(
    ["sqlite3.connect", "shelve.open", "dbm.open", "pandas.HDFStore", "duckdb.connect"]
)
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
_PATH_READS = frozenset(
    ["read_text", "read_bytes", "stat", "exists", "is_file", "iterdir", "glob", "rglob"]
)
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
    elif full_name in _READERS or full_name.startswith(_READER_PREFIXES):
        use.note(first, reads=True)
    elif full_name in _WRITERS or full_name.startswith("networkx.write_"):
        place = 1 if full_name.startswith("networkx.") else 0
        use.note(literal_path(_argument(call, place, *_PATH_KEYWORDS)), writes=True)
    elif full_name in _WRITERS_OF_SECOND:
        use.note(literal_path(_argument(call, 1, "filename", "f")), writes=True)
    elif full_name in _BOTH_WAYS:
        use.note(first, reads=True, writes=True)
    elif full_name in _COPIERS:
        moves = full_name in {"shutil.move", "os.rename", "os.replace"}
        use.note(first, reads=True, writes=moves)
        use.note(literal_path(_argument(call, 1, "dst")), writes=True)
    elif full_name.startswith(_PROGRAMS):
        _note_program(use, call)
    elif method and isinstance(call.func, ast.Attribute):
        _note_method(use, call, call.func.value, method)
    return use


def _note_program(use: FileUse, call: ast.Call) -> None:
    """A program may read and write any file, unless it is known to write to the screen alone."""
    command = _command(_argument(call, 0, "args", "command", "cmd"))
    use.reads |= {"cwd", ANY_FILE}
    if not command or not is_look(command) or _argument(call, 99, "input", "stdin"):
        use.writes.add(ANY_FILE)


def _command(node: ast.expr | None) -> str:
    """Give a command that is written out, "" for none; `x` stands for what is filled in."""
    if isinstance(node, ast.List | ast.Tuple):
        return " ".join(_command(part) or "x" for part in node.elts)
    if isinstance(node, ast.JoinedStr):
        return "".join(_command(part) or "x" for part in node.values)
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


def _note_method(use: FileUse, call: ast.Call, receiver: ast.expr, method: str) -> None:
    receiver_path = None if isinstance(receiver, ast.Constant) else literal_path(receiver)
    if receiver_path is not None:
        if method == "open":
            _note_open(use, receiver_path, _argument(call, 0, "mode"))
        elif method in _PATH_WRITES:
            use.note(receiver_path, writes=True, reads=method in {"rename", "replace"})
            use.note(literal_path(_argument(call, 0, "target")) if method == "rename" else None)
        elif method in _PATH_READS:
            use.note(receiver_path, reads=True)
        return
    first = literal_path(_argument(call, 0, *_PATH_KEYWORDS))
    if method in _WRITING_METHODS:
        use.note(first, writes=True)
    elif method in _READING_METHODS:
        use.note(first, reads=True)
