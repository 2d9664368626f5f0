"""Describers for matplotlib: what an artist draws, without drawing it or settling its layout."""

# ruff: noqa: SLF001 - the public getters settle what is pending, and so change the artist

from typing import Any

from .walk import Described, Describer, Walker


def _figure(value: Any, walker: Walker) -> Described:
    parts = [
        ("size", [float(length) for length in value.get_size_inches()]),
        ("axes", list(value.axes)),
        ("texts", [text.get_text() for text in value.texts]),
        (
            "title",
            value._suptitle.get_text() if value._suptitle is not None else "",
        ),
    ]
    return Described("object", None, walker.pairs(parts))


def _axes(value: Any, walker: Walker) -> Described:
    parts = [
        ("title", [value.get_title(loc=place) for place in ("left", "center", "right")]),
        (
            "labels",
            [axis.get_label().get_text() for axis in value._axis_map.values()],
        ),
        (
            "scales",
            [axis.get_scale() for axis in value._axis_map.values()],
        ),
        ("limits", _fixed_limits(value)),
        ("artists", list(value._children)),
        ("legend", _legend_texts(value)),
    ]
    return Described("object", None, walker.pairs(parts))


def _fixed_limits(axes: Any) -> dict[str, list[float]]:
    """Limits that were set; the others follow from the data, and only once something is drawn."""
    fixed = {}
    if not axes.get_autoscalex_on():
        fixed["x"] = [float(edge) for edge in axes._viewLim.intervalx]
    if not axes.get_autoscaley_on():
        fixed["y"] = [float(edge) for edge in axes._viewLim.intervaly]
    return fixed


def _legend_texts(axes: Any) -> list[str]:
    legend = axes.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def _label(artist: Any) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _line(value: Any, walker: Walker) -> Described:
    parts = [
        ("x", value.get_xdata(orig=True)),
        ("y", value.get_ydata(orig=True)),
        ("color", value.get_color()),
        ("style", value.get_linestyle()),
        ("label", _label(value)),
    ]
    return Described("object", None, walker.pairs(parts))


def _collection(value: Any, walker: Walker) -> Described:
    parts = [
        ("offsets", value.get_offsets()),
        ("values", value.get_array()),
        ("paths", [path.vertices for path in value.get_paths()]),
        ("label", _label(value)),
    ]
    return Described("object", None, walker.pairs(parts))


def _patch(value: Any, walker: Walker) -> Described:
    path = value.get_path().vertices
    parts = [("path", path), ("place", value.get_patch_transform().get_matrix())]
    parts += [("color", tuple(value.get_facecolor())), ("label", _label(value))]
    return Described("object", None, walker.pairs(parts))


def _picture(value: Any, walker: Walker) -> Described:
    parts = [("pixels", value.get_array()), ("label", _label(value))]
    return Described("object", None, walker.pairs(parts))


def _words(value: Any, walker: Walker) -> Described:
    parts = [("text", value.get_text()), ("position", value.get_unitless_position())]
    return Described("object", None, walker.pairs(parts))


def _legend(value: Any, walker: Walker) -> Described:
    texts = [text.get_text() for text in value.get_texts()]
    return Described("object", None, walker.pairs([("texts", texts)]))


def _artists(value: Any, walker: Walker) -> Described:
    return Described("seq", walker.children(tuple.__getitem__(value, slice(None))), ())


def _limits(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("vmin", value.vmin), ("vmax", value.vmax)]))


def _other(_value: Any, _walker: Walker) -> Described:
    return Described("opaque", "part of a figure", ())


def _color_map(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("name", value.name), ("size", value.N)]))


def _rc_params(value: Any, walker: Walker) -> Described:
    settings = {name: dict.__getitem__(value, name) for name in dict.keys(value)}
    settings.pop("backend", None)
    return Described("object", None, walker.pairs([("settings", settings)]))


DESCRIBERS: dict[str, Describer] = {
    "matplotlib.FigureBase": _figure,
    "matplotlib.SubFigure": _other,
    "matplotlib._AxesBase": _axes,
    "matplotlib.Line2D": _line,
    "matplotlib.Collection": _collection,
    "matplotlib.Patch": _patch,
    "matplotlib._ImageBase": _picture,
    "matplotlib.Text": _words,
    "matplotlib.Legend": _legend,
    "matplotlib.Artist": _other,
    "matplotlib.Container": _artists,
    "matplotlib.Normalize": _limits,
    "matplotlib.Colormap": _color_map,
    "matplotlib.RcParams": _rc_params,
    "matplotlib.Axis": _other,
    "matplotlib.Transform": _other,
    "matplotlib.FigureCanvasBase": _other,
}
