"""What pyplot's open figures draw, as a piece of ambient state."""

import sys
from collections.abc import Collection, Mapping
from types import ModuleType
from typing import Any

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import fingerprint
from ipyprod.effects.values.kinds import home_of, identity, is_a, namespace_of
from ipyprod.effects.values.marks import Certainty

_DRAWING = frozenset({"matplotlib", "seaborn", "pylab"})
_METHODS = frozenset({"plot", "hist", "boxplot", "axes", "figure", "ax", "fig"})


def open_figures() -> object:
    """Return a cheap token of the open figures: which there are, and how much is on each."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return None
    return tuple(
        (number, _figure(manager.canvas.figure)) for number, manager in helpers.Gcf.figs.items()
    )


def may_draw(words: Collection[str], namespace: Mapping[str, Any]) -> bool:
    """Whether figures are open and the words of a cell have to do with drawing."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or not helpers.Gcf.figs:
        return False
    return not _METHODS.isdisjoint(words) or any(_draws(namespace.get(word)) for word in words)


def figures_token(budget: Budget) -> bytes | None:
    """Return what the open figures draw, None where it cannot be told."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return None
    figures = [manager.canvas.figure for manager in helpers.Gcf.figs.values()]
    seen = fingerprint(figures, budget)
    return None if seen.certainty is Certainty.NONE else seen.digest


def _draws(value: Any) -> bool:
    name = namespace_of(value).get("__name__") if is_a(value, ModuleType) else home_of(type(value))
    return type(name) is str and name.partition(".")[0] in _DRAWING


def _figure(figure: Any) -> object:
    return identity(figure), tuple(_axes(one) for one in figure.axes)


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
