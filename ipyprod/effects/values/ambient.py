"""State outside variables that code can read and change without naming it."""

import decimal
import locale
import os
import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from os import getcwd
from typing import Any

import xxhash

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.kinds import identity
from ipyprod.effects.values.marks import UNSEEN, Certainty, Fingerprint
from ipyprod.effects.values.modules import changed_modules, module_tokens
from ipyprod.effects.values.own_modules import OwnModules
from ipyprod.effects.values.pictures import (
    are_same_figures,
    look_at_figures,
    may_draw,
    open_figures,
)

_OWN = "library:"  # the state of a module of one's own, as that of a library
_PLAIN = frozenset({int, float, str, bool, bytes, type(None)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbientState:
    """What is remembered of ambient state from before a cell."""

    modules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    libraries: frozenset[str] = frozenset()
    may_draw: bool = False
    picture: bytes | None = None  # None where it could not be looked at in time


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbientChanges:
    """The pieces of ambient state that differ; `weak` are those that a first import set up.

    `has_unseen_picture` says that figures could not be looked at in time.
    """

    changed: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    has_unseen_picture: bool = False

    @property
    def has_own_module(self) -> bool:
        """Whether something in a module of one's own was changed, which variables may share."""
        return any(state.startswith(_OWN) for state in self.changed)


class AmbientWatcher:
    """Compares ambient state from cell to cell."""

    def __init__(self) -> None:
        self._tokens: dict[str, object] | None = None
        self._own = OwnModules()
        self._picture = UNSEEN  # what the open figures drew when they were last looked at

    def before(
        self, words: Collection[str], namespace: Mapping[str, Any], budget: Budget
    ) -> AmbientState:
        """Note what a cell with these words may change."""
        if self._tokens is None:
            self._tokens = _tokens()
        draws = may_draw(words, namespace)
        if draws and not _is_seen(self._picture):
            self._picture = look_at_figures(self._picture, budget)
        return AmbientState(
            modules=module_tokens(words, namespace),
            libraries=_loaded(),
            may_draw=draws,
            picture=self._picture.digest if draws and _is_seen(self._picture) else None,
        )

    def after(
        self,
        state: AmbientState | None,
        words: Collection[str],
        namespace: Mapping[str, Any],
        budget: Budget,
    ) -> AmbientChanges:
        """Compare with what was so before the cell."""
        state = state or AmbientState()
        old, new = self._tokens or {}, _tokens()
        self._tokens = new
        changed: set[str] = set()
        weak: set[str] = set()
        for name, token in new.items():
            if token == old.get(name):
                continue
            library = LIBRARY_OF.get(name)
            is_new = library is not None and library not in state.libraries
            is_set_up = old.get(name) is None or is_new
            has_figures = name == "pyplot" and bool(token)
            drawer = weak if is_set_up and not has_figures else changed
            drawer.add(name)
            if name == "pandas.options" and _works_otherwise(old.get(name), token):
                drawer.add("pandas.options.mode")
        modules = module_tokens(words, namespace)
        changed |= {f"module:{name}" for name in changed_modules(state.modules, modules, words)}
        changed |= {_OWN + name for name in self._own.look(budget)}
        is_unseen = False
        if "pyplot" in changed:
            is_same_set = are_same_figures(old.get("pyplot"), new.get("pyplot"))
            self._picture = (
                replace(self._picture, certainty=Certainty.NONE) if is_same_set else UNSEEN
            )
        elif state.may_draw:
            if state.picture is not None:
                self._picture = look_at_figures(self._picture, budget)
            is_unseen = not _is_seen(self._picture)
            if not is_unseen and state.picture != self._picture.digest:
                changed.add("pyplot")
        if state.libraries != _loaded():
            fills = {name for name in changed if name in _FILLED_BY_IMPORTS}
            changed, weak = changed - fills, weak | fills
        return AmbientChanges(
            changed=frozenset(changed), weak=frozenset(weak), has_unseen_picture=is_unseen
        )


def _is_seen(picture: Fingerprint) -> bool:
    return picture.certainty is not Certainty.NONE


def _works_otherwise(old: Any, new: Any) -> bool:
    return old is None or new is None or old[1] != new[1]


def _tokens() -> dict[str, object]:
    """Return a token for each piece of ambient state; a different token means a change."""
    tokens: dict[str, object] = {}
    for name, read in _READERS.items():
        try:
            tokens[name] = read()
        except Exception:
            tokens[name] = None
    return tokens


def _loaded() -> frozenset[str]:
    return frozenset(library for library in LIBRARY_OF.values() if library in sys.modules)


def _random() -> object:
    random = sys.modules.get("random")
    if random is None:
        return None
    return hash(random._inst.getstate())  # noqa: SLF001 - `random.getstate` may be replaced


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
    if torch is None or not hasattr(torch, "random"):
        return None
    return xxhash.xxh3_64_intdigest(torch.random.get_rng_state().numpy())


def _environment() -> object:
    return hash(frozenset(os.environ._data.items()))  # type: ignore[attr-defined] # noqa: SLF001 - without decoding


def _folder() -> object:
    return getcwd()


def _warnings() -> object:
    return tuple(map(identity, warnings.filters))


def _decimal() -> object:
    context = decimal.getcontext()
    traps = tuple(trap for trap, is_set in context.traps.items() if is_set)
    return (
        context.prec,
        context.rounding,
        context.Emin,
        context.Emax,
        context.capitals,
        context.clamp,
        traps,
    )


def _numpy_errors() -> object:
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "geterr"):
        return None
    return tuple(numpy.geterr().items())


def _numpy_printing() -> object:
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "get_printoptions"):
        return None
    return tuple(map(_plain, numpy.get_printoptions().values()))


def _parameters() -> object:
    parameters = getattr(sys.modules.get("matplotlib"), "rcParams", None)
    if parameters is None:
        return None
    values = dict.values(parameters)
    return [one if type(one) in _PLAIN else _plain(one) for one in values]


def _pandas_options() -> object:
    """Return what concerns the display and what concerns the work, apart."""
    options = getattr(sys.modules.get("pandas._config.config"), "_global_config", None)
    if options is None:
        return None
    return [
        _plain(options.get("display")),
        [_plain(options[key]) for key in options if key != "display"],
    ]


def _plain(value: Any) -> object:
    """Return a value of an option by content as far as it is plain, else by identity."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return [(key, _plain(one)) for key, one in value.items()]
    if kind is list or kind is tuple:
        return [_plain(one) for one in value]
    return identity(value)


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
    "numpy.printoptions": _numpy_printing,
    "rcParams": _parameters,
    "pandas.options": _pandas_options,
    "pyplot": open_figures,
}
# The library whose first import sets up a piece of ambient state.
LIBRARY_OF = {
    "random": "random",
    "numpy.random": "numpy",
    "torch.random": "torch",
    "numpy.errstate": "numpy",
    "numpy.printoptions": "numpy",
    "rcParams": "matplotlib",
    "pandas.options": "pandas",
    "pyplot": "matplotlib",
}
_FILLED_BY_IMPORTS = frozenset({"warnings", "os.environ", "locale"})
