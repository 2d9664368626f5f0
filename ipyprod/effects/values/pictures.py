"""What pyplot's open figures draw, as a piece of ambient state."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import fingerprint
from ipyprod.effects.values.kinds import home_of, identity, is_a, namespace_of
from ipyprod.effects.values.marks import Certainty, Fingerprint

_DRAWING = frozenset({"matplotlib", "seaborn", "pylab"})
_METHODS = frozenset({"plot", "hist", "boxplot", "axes", "figure", "ax", "fig"})


def open_figures() -> object:
    """Return a cheap token of the open figures: which there are, and how much is on each."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return None
    figures = [(n, manager.canvas.figure) for n, manager in helpers.Gcf.figs.items()]
    return tuple((n, identity(figure), *map(_axes, figure.axes)) for n, figure in figures)


def are_same_figures(old: Any, new: Any) -> bool:
    """Whether two tokens of `open_figures` are of the same figures, whatever is on them."""
    return [one[:2] for one in old or ()] == [one[:2] for one in new or ()]


def may_draw(words: Collection[str], namespace: Mapping[str, Any]) -> bool:
    """Whether figures are open and the words of a cell have to do with drawing."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or not helpers.Gcf.figs:
        return False
    return not _METHODS.isdisjoint(words) or any(_draws(namespace.get(word)) for word in words)


def look_at_figures(last: Fingerprint, budget: Budget) -> Fingerprint:
    """Look at what the open figures draw; not begun where the last look says that it will not end."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or budget.is_too_small_for(last):
        return replace(last, certainty=Certainty.NONE)
    return fingerprint([manager.canvas.figure for manager in helpers.Gcf.figs.values()], budget)


def _draws(value: Any) -> bool:
    name = namespace_of(value).get("__name__") if is_a(value, ModuleType) else home_of(type(value))
    return type(name) is str and name.partition(".")[0] in _DRAWING


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
    return identity(axes), len(axes.get_children()), points, texts
