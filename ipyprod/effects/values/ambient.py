"""State outside variables that code can read and change without naming it."""

import decimal
import locale
import os
import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from types import ModuleType
from typing import Any

import xxhash

from ipyprod.effects.values.kinds import is_a


def ambient_tokens() -> dict[str, object]:
    """Return a token for each piece of ambient state; a different token means a change."""
    tokens: dict[str, object] = {}
    for name, read in _READERS.items():
        try:
            tokens[name] = read()
        except Exception:
            tokens[name] = None
    return tokens


def module_tokens(names: Collection[str], namespace: Mapping[str, Any]) -> dict[str, object]:
    """Return a token for the attributes of each module that `names` mention."""
    tokens: dict[str, object] = {}
    for name in names:
        value: Any = namespace.get(name)
        if is_a(value, ModuleType):
            items = list(vars(value).items())
            tokens[value.__name__] = {key: id(item) for key, item in items}
    return tokens


def changed_modules(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the modules with an attribute that was set or replaced, submodules apart."""
    changed = set()
    for name, old in before.items():
        new = after.get(name)
        if new is None or new == old:
            continue
        owner = vars(sys.modules[name]) if name in sys.modules else {}
        differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        if any(not _is_own_fill(key, owner.get(key), was_there=key in old) for key in differing):
            changed.add(name)
    return changed


def _is_own_fill(key: str, value: Any, *, was_there: bool) -> bool:
    """Whether a module filled an attribute by itself: a submodule, or a lazy name of its own."""
    if is_a(value, ModuleType) or key.startswith("__"):
        return True
    return not was_there and key.startswith("_")


def _random() -> object:
    random = sys.modules.get("random")
    return None if random is None else hash(random.getstate())


def _numpy_random() -> object:
    module = sys.modules.get("numpy.random")
    if module is None:
        return None
    state = module.mtrand._rand.get_state(legacy=False)  # noqa: SLF001 - the global generator
    inner = state["state"]
    key = inner.get("key")
    digest = xxhash.xxh3_64_intdigest(key) if key is not None else str(inner)
    return digest, inner.get("pos"), state.get("has_gauss"), state.get("gauss")


def _torch_random() -> object:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    return xxhash.xxh3_64_intdigest(torch.random.get_rng_state().numpy())


def _environment() -> object:
    return hash(frozenset(os.environ._data.items()))  # type: ignore[attr-defined] # noqa: SLF001


def _folder() -> object:
    return os.getcwd()


def _warnings() -> object:
    return tuple(map(id, warnings.filters))


def _decimal() -> object:
    context = decimal.getcontext()
    return context.prec, context.rounding, context.Emin, context.Emax, context.capitals


def _numpy_errors() -> object:
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "geterr"):
        return None
    return tuple(numpy.geterr().items())


def _parameters() -> object:
    matplotlib = sys.modules.get("matplotlib")
    parameters = getattr(matplotlib, "rcParams", None)
    if parameters is None:
        return None
    return tuple(map(_plain, dict.values(parameters)))


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else str(value)


def _pandas_options() -> object:
    module = sys.modules.get("pandas._config.config")
    options = getattr(module, "_global_config", None)
    return None if options is None else repr(options)


def _pyplot() -> object:
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return None
    return tuple(
        (number, _figure(manager.canvas.figure)) for number, manager in helpers.Gcf.figs.items()
    )


def _figure(figure: Any) -> object:
    return id(figure), tuple(_axes(one) for one in figure.axes)


def _axes(axes: Any) -> object:
    """What an axes holds; its limits as they are, without the autoscaling that asking starts."""
    own = object.__getattribute__(axes, "__dict__")
    limits = own.get("_viewLim")
    points = limits.get_points().tobytes() if limits is not None else b""
    texts = tuple(
        own[name]._text  # noqa: SLF001 - get_text may be overridden
        for name in ("title", "_left_title", "_right_title")
        if name in own
    )
    return id(axes), len(axes.get_children()), points, texts


_READERS: dict[str, Callable[[], object]] = {
    "random": _random,
    "numpy.random": _numpy_random,
    "torch.random": _torch_random,
    "os.environ": _environment,
    "cwd": _folder,
    "sys.path": lambda: tuple(sys.path),
    "locale": lambda: locale.setlocale(locale.LC_ALL),
    "warnings": _warnings,
    "decimal": _decimal,
    "numpy.errstate": _numpy_errors,
    "rcParams": _parameters,
    "pandas.options": _pandas_options,
    "pyplot": _pyplot,
}
# The library whose first import sets up a piece of ambient state.
LIBRARY_OF = {
    "random": "random",
    "numpy.random": "numpy",
    "torch.random": "torch",
    "numpy.errstate": "numpy",
    "rcParams": "matplotlib",
    "pandas.options": "pandas",
    "pyplot": "matplotlib",
}
