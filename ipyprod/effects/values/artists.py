"""Figures and what is on them, by what they draw: not by what drawing leaves behind in them."""

import sys
from collections.abc import Callable
from typing import Any

from ipyprod.effects.values.instances import admitted, attributes_of
from ipyprod.effects.values.kinds import identity, is_session_type, module_of, mro_of, qualname_of
from ipyprod.effects.values.layout import Plan, plan_for
from ipyprod.effects.values.look import Look, Rule, part

# The way up to what holds an artist, and what looks at other axes: each is looked at by itself.
_UPWARD = {
    "figure", "_figure", "_parent_figure", "axes", "_axes", "_sharex", "_sharey", "axis", "_axis",
    "_colorbar", "_parent", "colorbar", "_twinned_axes", "_legend_parent", "parent",
}  # fmt: skip
# What drawing and asking leave behind, by the class that draws. Checked by tests that draw.
_LEFT_BEHIND = {
    "Artist": {
        "_stale", "stale_callback", "_remove_method", "_callbacks", "_mouseover", "_axobservers",
        "_transform", "_agg_filter", "clipbox", "_clippath", "_in_layout",
    },
    "Line2D": {
        "_x", "_y", "_xy", "_path", "_subslice", "_transformed_path", "_invalidx", "_invalidy",
        "_x_filled",
    },
    "Text": {"_x", "_y", "_renderer", "_contains", "_transform_rotates_text"},
    "Patch": {"_patch_transform", "_dpi_cor"},
    "Wedge": {"_path"},
    "FancyArrow": {"_path"},
    "Collection": {
        "_facecolors", "_edgecolors", "_mapped_colors", "_face_is_mapped", "_edge_is_mapped",
        "_transforms", "_offset_transform", "_us_lw", "_us_linestyles", "_linewidths",
    },
    "_ImageBase": {"_imcache", "_rgbacache"},
    "FigureBase": {
        "canvas", "_canvas_callbacks", "_axobservers", "_layout_engine", "subplotpars", "_cachedRenderer",
        "bbox_inches", "dpi_scale_trans", "bbox", "transFigure", "transSubfigure", "figbbox",
        "_button_pick_id", "_scroll_pick_id", "number", "_original_dpi", "suppressComposite",
    },
    "_AxesBase": {
        "_stale_viewlims", "_originalPosition", "_position", "bbox", "dataLim", "ignore_existing_data_limits",
        "transScale", "transData", "transAxes", "transLimits", "_viewLim", "_xaxis_transform",
        "_yaxis_transform", "_mouseover_set", "_tight", "fmt_xdata", "fmt_ydata", "_gridOn",
    },
    "OffsetBox": {"_offset", "width", "height", "_children_offsets", "offset_transform", "dpi_transform"},
    "Legend": {"_legend_box", "_draggable", "legendPatch", "_outside_loc"},
    "Colormap": {"_isinit", "_lut"},
    "Formatter": {"locs", "offset", "orderOfMagnitude", "format", "_locs", "_format", "_sublabels"},
    "Locator": {"_transform", "dmin", "_numticks", "_locator"},
    "SubplotSpec": {"_gridspec"},
    "Table": {"_autoColumns"},
    "ContourSet": {"_contour_generator"},
    "Annotation": {"arrow_patch", "_arrow_relpos"},
}  # fmt: skip
_TICK_STYLE = ("_rotation", "_color", "_visible", "_horizontalalignment", "_verticalalignment")
_NOT_LOOKED_AT = ("matplotlib.backend", "matplotlib.pyplot", "matplotlib.cbook", "matplotlib._afm")
# They compute on drawing what they show, and keep it where others keep their data.
_ONE_WAY = frozenset({"Quiver", "QuiverKey", "Barbs", "FancyArrowPatch", "Table", "PolarAxes"})


def artist_rule(kind: type) -> Rule | None:
    """Return the rule for what belongs to a figure, None for other types."""
    if "matplotlib.artist" not in sys.modules:
        return None
    home = next((m for m in map(module_of, mro_of(kind)) if _is_of_figures(m)), "")
    if not home:
        return None
    if any(is_session_type(cls) for cls in mro_of(kind)) or home.startswith("mpl_toolkits."):
        return _one_way
    if home.startswith(_NOT_LOOKED_AT):
        return lambda _obj, _look: part("machinery of figures")
    names = {qualname_of(cls) for cls in mro_of(kind)}
    for name, rule in _OWN_RULES.items():
        if name in names:
            return rule
    return _drawing_rule(kind, names)


def _is_of_figures(module: str) -> bool:
    return module.startswith(("matplotlib.", "mpl_toolkits."))


def _one_way(obj: Any, look: Look) -> Any:
    look.is_one_way = True
    return part((qualname_of(type(obj)), identity(obj)))


def _drawing_rule(kind: type, names: set[str]) -> Rule:
    hidden = frozenset().union(_UPWARD, *(_LEFT_BEHIND.get(name, ()) for name in names))
    plan = plan_for(kind)
    plan = Plan(
        layout=plan.layout,
        read_dict=plan.read_dict,
        slots=plan.slots,
        read_payload=plan.read_payload,
        lazy=plan.lazy,
        hidden=plan.hidden | hidden,
        is_library=True,
    )
    tag = qualname_of(kind)
    more = _MORE.get(next((name for name in _MORE if name in names), ""), _nothing)
    is_one_way = not names.isdisjoint(_ONE_WAY)

    def draw(obj: Any, look: Look) -> Any:
        look.is_one_way = look.is_one_way or is_one_way
        found = attributes_of(obj, plan, look)
        state = [found, admitted(obj, more(obj, look), look)]
        if plan.read_payload is not None:
            state.append(plan.read_payload(obj))
        return part(tag, (state,))

    return draw


def _nothing(_obj: Any, _look: Look) -> dict[str, Any]:
    return {}


def _own(obj: Any) -> dict[str, Any]:
    found: dict[str, Any] = object.__getattribute__(obj, "__dict__")
    return found


def _limits(axes: Any, _look: Look) -> dict[str, Any]:
    """Return the limits; None where drawing is still to set them, as asking would."""
    own = _own(axes)
    box = own.get("_viewLim")
    place = own.get("_originalPosition")
    found = {"place": place is not None and place._points.tobytes()}  # noqa: SLF001 - as it is
    shared = getattr(type(axes), "_shared_axes", {})
    for row, name in enumerate(("x", "y")):
        together = shared[name].get_siblings(axes) if name in shared else [axes]
        waits = any((_own(one).get("_stale_viewlims") or {}).get(name, False) for one in together)
        points = None if box is None or waits else box._points  # noqa: SLF001 - as it is
        found[f"_{name}"] = None if points is None else points[:, row].tobytes()
    return found


def _size(figure: Any, _look: Look) -> dict[str, Any]:
    own = _own(figure)
    inches = own.get("bbox_inches")
    spacing = own.get("subplotpars")
    return {
        "size": inches is not None and inches._points.tobytes(),  # noqa: SLF001 - as it is
        "spacing": sorted(vars(spacing).items()) if spacing is not None else "",
        "engine": type(own.get("_layout_engine")).__name__,
    }


def _place(text: Any, _look: Look) -> dict[str, Any]:
    """Return where a text stands; drawing moves titles and the labels of axes."""
    own = _own(text)
    axes, figure = own.get("_axes"), own.get("_parent_figure") or own.get("figure")
    if axes is not None:
        around = _own(axes)
        headings = [around.get(name) for name in ("title", "_left_title", "_right_title")]
        is_moved = any(text is one for one in headings)
    else:  # of a figure, or the label of an axis
        texts = _own(figure).get("texts", ()) if figure is not None else ()
        is_moved = not any(text is one for one in texts)
    if is_moved:
        return {}
    return {"place": (own.get("_x"), own.get("_y"))}


_MORE: dict[str, Callable[[Any, Look], dict[str, Any]]] = {
    "_AxesBase": _limits,
    "FigureBase": _size,
    "Text": _place,
}


def _axis(obj: Any, look: Look) -> Any:
    own = _own(obj)
    names = (
        "label",
        "major",
        "minor",
        "_major_tick_kw",
        "_minor_tick_kw",
        "units",
        "_label_position",
    )
    state = [own.get(name) for name in (*names, "_visible", "labelpad", "zorder", "_alpha")]
    state.append(type(own.get("_scale")).__name__)
    # Ticks are made when they are asked for: the first ones are no change of what is drawn.
    styles = {f"_{name}": _tick_styles(own.get(name)) for name in ("majorTicks", "minorTicks")}
    return part(qualname_of(type(obj)), (state, admitted(obj, styles, look)))


def _tick_styles(ticks: Any) -> Any:
    """Return how the labels of ticks look, each look once: drawing adds ticks of the same looks."""
    if type(ticks) is not list or not ticks:
        return None
    styles = set()
    for tick in ticks:
        for label in (_own(tick).get("label1"), _own(tick).get("label2")):
            own = _own(label)
            font = own.get("_fontproperties")
            looks = [own.get(name) for name in _TICK_STYLE]
            looks += [getattr(font, "_size", None), getattr(font, "_weight", None)]
            styles.add(str(looks))
    return sorted(styles)


def _spine(obj: Any, _look: Look) -> Any:
    own = _own(obj)
    names = ("_visible", "_edgecolor", "_linewidth", "_linestyle", "_alpha", "_bounds", "_position")
    return part("spine", ([own.get(name) for name in (*names, "zorder", "spine_type")],))


def _transform(obj: Any, _look: Look) -> Any:
    return part(qualname_of(type(obj)))


def _path(obj: Any, _look: Look) -> Any:
    own = _own(obj)
    return part("path", (own.get("_vertices"), own.get("_codes")))


def _stack(obj: Any, _look: Look) -> Any:
    """The axes of a figure in the order in which they became the current ones."""
    axes: dict[Any, Any] = _own(obj).get("_axes", {})
    latest = sorted(
        ((order, identity(one)) for one, order in dict.items(axes)), key=lambda item: item[0]
    )
    return part("axes", ([one for _, one in latest],))


_OWN_RULES: dict[str, Rule] = {
    "Axis": _axis,
    "Spine": _spine,
    "Tick": lambda _obj, _look: part("tick"),
    "TransformNode": _transform,
    "Path": _path,
    "_AxesStack": _stack,
    "CallbackRegistry": lambda _obj, _look: part("callbacks"),
}
