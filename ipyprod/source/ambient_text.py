"""Ambient state that the text of a call, an attribute or an import reads or writes."""

import ast
from dataclasses import dataclass, field

from ipyprod.source import ambient_words as words
from ipyprod.source.chains import last_name
from ipyprod.source.file_text import files_of_call

NONE: frozenset[str] = frozenset()
ASKED_FOR = "state:"  # "state:random": what the generator is at, which draws nothing
SET_AGAIN = "seed:"  # "seed:random": the generator is put in a state that may be the earlier one
ENTROPY = "entropy"  # what the system offers as random: never the same twice


@dataclass(slots=True)
class Ambient:
    """Ambient names collected; `resets` are writes after which the earlier state is gone."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    resets: set[str] = field(default_factory=set)

    def both(self, *names: str) -> None:
        """Note states that are read and written, as by a random draw."""
        self.reads.update(names)
        self.writes.update(names)

    def merge(self, other: "Ambient") -> None:
        """Take over what `other` collected."""
        self.reads |= other.reads
        self.writes |= other.writes
        self.resets |= other.resets


def _has_constant_argument(call: ast.Call) -> bool:
    return bool(call.args or call.keywords) and all(
        isinstance(argument, ast.Constant) and argument.value is not None
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
    )


SHOWING_SETTINGS = frozenset({"pandas.options", "numpy.printoptions"})


def _is_seeded_by(call: ast.Call) -> bool:
    values = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(not (isinstance(v, ast.Constant) and v.value is None) for v in values)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def _has_seed(call: ast.Call) -> bool:
    for name in ("random_state", "seed", "rng", "generator", "random_seed"):
        value = _keyword(call, name)
        if value is not None:
            return not (isinstance(value, ast.Constant) and value.value is None)
    return False


def ambient_of_call(call: ast.Call, full_name: str, *, builtin: str, method: str) -> Ambient:
    """Say what a call reads and writes.

    `full_name` is the real dotted name of what is called ("numpy.random.seed"), "" where it is
    not reached through a module; `builtin` the builtin's name or ""; `method` the attribute or "".
    """
    found = Ambient()
    if full_name:
        _note_function(found, call, full_name)
    elif method:
        _note_method(found, call, method)
    if builtin == "__import__" or full_name == "importlib.import_module":
        found.reads |= {"cwd", "sys.path", "sys.modules"}
    if (
        builtin in words.RENDERING
        or {method, full_name.rpartition(".")[2]} & words.RENDERING_METHODS
        or (builtin not in words.ASKING_FOR_TYPES and any(map(_is_renderer, _given(call))))
    ):
        found.reads |= SHOWING_SETTINGS
    files = files_of_call(call, full_name, builtin=builtin, method=method)
    found.reads |= files.reads
    found.writes |= files.writes
    return found


def _given(call: ast.Call) -> list[ast.expr]:
    """Return what a call is given, types that it asks for by name apart: `dtype=str`."""
    return [*call.args, *(k.value for k in call.keywords if k.arg not in words.NAMING_TYPES)]


def _is_renderer(value: ast.expr) -> bool:
    return last_name(value) in words.RENDERERS


def _note_method(found: Ambient, call: ast.Call, method: str) -> None:
    if method in words.PLOTTING_METHODS and _keyword(call, "ax") is None:
        found.both("pyplot")
        found.reads.add("rcParams")
    elif method in words.DRAWING_METHODS:
        found.writes.add("pyplot")
        found.reads.add("rcParams")
    if method in words.RANDOM_METHODS and not _has_seed(call):
        found.both("numpy.random")
    if method in {"backward", "step", "train"}:
        found.reads.add("torch.random")


def _note_function(found: Ambient, call: ast.Call, name: str) -> None:
    package, _, rest = name.partition(".")
    last = name.rpartition(".")[2]
    if package == "random":
        _note_generator(found, call, "random", rest, fresh=frozenset({"Random", "SystemRandom"}))
    elif name.startswith("numpy.random."):
        _note_generator(found, call, "numpy.random", last, fresh=words.NUMPY_FRESH)
    elif package == "numpy":
        _note_numpy(found, last)
    elif package == "torch":
        _note_torch(found, call, name)
    elif name.startswith("matplotlib."):
        _note_matplotlib(found, call, name)
    elif package == "seaborn" and last in words.SEABORN_QUESTIONS:
        found.reads.add("rcParams")
    elif package == "seaborn":
        states = ("rcParams",) if last in words.SEABORN_SETTINGS else ("pyplot",)
        found.both(*states)
        found.reads.add("rcParams")
    elif package == "pandas":
        _note_pandas(found, call, last)
    elif package == "secrets" or name in words.FROM_ENTROPY:
        found.reads.add(ENTROPY)
    elif package in {"os", "pathlib", "glob", "sys", "subprocess", "linecache"}:
        _note_system(found, name)
    elif package in {"warnings", "locale", "decimal"}:
        _note_setting(found, package, last)
    elif package in {"sklearn", "scipy", "imblearn"} and not _has_seed(call):
        if not last.startswith(words.NEVER_DRAWING):
            found.both("numpy.random")
    elif package == "networkx" and not _has_seed(call):
        _note_networkx(found, last)


_SETTING_STATE = frozenset({"setstate", "set_state", "set_bit_generator"})


def _note_generator(
    found: Ambient, call: ast.Call, state: str, last: str, *, fresh: frozenset[str]
) -> None:
    if last in fresh:
        if last not in words.SEEDED_BY_PART and not _is_seeded_by(call):
            found.reads.add(ENTROPY)
        return
    if last == "seed" and not _is_seeded_by(call):
        found.reads.add(ENTROPY)
    if last in {"getstate", "get_state"}:
        found.reads |= {state, ASKED_FOR + state}
        return
    found.both(state)
    if last in {*_SETTING_STATE, "seed"}:
        found.writes.add(SET_AGAIN + state)
    if last in _SETTING_STATE or (last == "seed" and _has_constant_argument(call)):
        found.resets.add(state)
        found.reads.discard(state)
    if last == "seed":
        found.reads.discard(state)


def _note_numpy(found: Ambient, last: str) -> None:
    found.reads.add("numpy.errstate")
    if last in {"seterr", "seterrcall"}:
        found.both("numpy.errstate")
    if last == "set_printoptions":
        found.both("numpy.printoptions")
    if last in {"array2string", "array_repr", "array_str", "get_printoptions"}:
        found.reads.add("numpy.printoptions")


def _note_torch(found: Ambient, call: ast.Call, name: str) -> None:
    last = name.rpartition(".")[2]
    if last in {"manual_seed", "set_rng_state"}:
        found.writes.add("torch.random")
        if last == "set_rng_state" or _has_constant_argument(call):
            found.resets.add("torch.random")
    elif last in words.TORCH_DRAWS or name.startswith(("torch.nn.", "torch.utils.data.")):
        found.both("torch.random")


def _note_matplotlib(found: Ambient, call: ast.Call, name: str) -> None:
    last = name.rpartition(".")[2]
    found.reads.add("rcParams")
    is_setting = ".rcParams." in name or ".style." in name or last in {"rc", "rcdefaults", "xkcd"}
    if is_setting and last not in {"get", "copy", "keys", "items", "values", "context"}:
        found.both("rcParams")
        return
    if not name.startswith("matplotlib.pyplot.") or _draws_nothing(name):
        return
    found.both("pyplot")
    is_numbered = bool(call.args) or _keyword(call, "num") is not None
    closes_all = last == "close" and ast.unparse(call).endswith("close('all')")
    makes_figure = last == "figure" and not is_numbered
    makes_figure |= last in {"subplots", "subplot_mosaic"} and _keyword(call, "num") is None
    if closes_all or makes_figure:
        found.resets.add("pyplot")
        found.reads.discard("pyplot")


def _draws_nothing(name: str) -> bool:
    """Whether something of pyplot's leaves its figures alone: a class, a colour map, a question."""
    rest = name.removeprefix("matplotlib.pyplot.")
    return rest[:1].isupper() or rest.startswith("cm.") or rest in words.PYPLOT_QUESTIONS


def _note_pandas(found: Ambient, call: ast.Call, last: str) -> None:
    found.reads.add("pandas.options.mode")
    if last in {"set_option", "reset_option"}:
        option = call.args[0] if call.args else None
        text = option.value if isinstance(option, ast.Constant) else ""
        found.both("pandas.options")
        if not (isinstance(text, str) and text.startswith(("display.", "max_", "precision"))):
            found.both("pandas.options.mode")
    elif last in {"get_option", "describe_option", "option_context"}:
        found.reads.add("pandas.options")


def _note_system(found: Ambient, name: str) -> None:
    if name.startswith("os.environ."):
        found.reads.add("os.environ")
        if name.rpartition(".")[2] not in {"get", "items", "keys", "values", "copy"}:
            found.writes.add("os.environ")
    elif name in {"os.putenv", "os.unsetenv"}:
        found.writes.add("os.environ")
    elif name in {"os.getenv", "os.path.expandvars", "os.path.expanduser"}:
        found.reads.add("os.environ")
    elif name in {"os.chdir", "os.fchdir"}:
        found.both("cwd")
    elif name in words.CWD_FUNCTIONS:
        found.reads.add("cwd")
    elif name.startswith(("subprocess.", "os.system", "os.popen", "os.spawn", "os.exec")):
        found.reads |= {"cwd", "os.environ"}
    elif name.startswith("linecache."):
        found.both("linecache")  # it keeps what it read
    elif name.startswith("sys.path."):
        found.both("sys.path")


def _note_setting(found: Ambient, package: str, last: str) -> None:
    found.reads.add(package)
    writers = {"setlocale", "setcontext", "localcontext"}
    if last in writers or (package == "warnings" and last in words.WARNING_WRITERS):
        found.writes.add(package)
    if last == "resetwarnings":
        found.resets.add(package)


def _note_networkx(found: Ambient, last: str) -> None:
    if last.startswith("draw"):
        found.both("pyplot")
    if "random" in last or "layout" in last or last.startswith(("draw", "gnp", "gnm", "barabasi")):
        found.both("random", "numpy.random")


_ATTRIBUTE_STATES = (
    ("os.environ", "os.environ"),
    ("sys.path", "sys.path"),
    ("sys.modules", "sys.modules"),
    ("matplotlib.pyplot.rcParams", "rcParams"),
    ("matplotlib.rcParams", "rcParams"),
    ("pandas.options", "pandas.options"),
    ("decimal.getcontext", "decimal"),
    ("warnings.filters", "warnings"),
)


def states_of_name(full_name: str) -> frozenset[str]:
    """Name the ambient states that a real dotted name is a part of."""
    found = {
        state
        for prefix, state in _ATTRIBUTE_STATES
        if full_name == prefix or full_name.startswith(f"{prefix}.")
    }
    if full_name.startswith("pandas.options.") and ".display" not in full_name:
        found.add("pandas.options.mode")
    return frozenset(found)
