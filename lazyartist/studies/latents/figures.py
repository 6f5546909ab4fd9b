"""Figures of what latents, and the units of an encoder, have to do with factors; from arrays, torch-free."""

from __future__ import annotations

import math

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from matplotlib.figure import Figure

from lazyartist.latents.odd_image import latent_name


if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

UNUSED = "#e9ecef"  # the ground of latents that are not in use
INNER = 0.4  # radius of the inner rim of a plane with an angle; the outer one is 1


def information_figure(shares: Numbers, factors: Sequence[str], circles: int, about: str) -> Figure:
    """Show how much each latent tells of each factor; latents stand in the order of the factor that they tell most of.

    Args:
        shares: (Z, F) in [0, 1], mutual information as a share of the factor's entropy; NaN for what is not in use.
        factors: F names.
        circles: how many latents, counted from the first, are angles.
        about: one line below.
    """
    return _matrices({"share of the factor's information": (shares, 1.0, "{:.2f}")}, factors, circles, about)


def responses_figure(
    of_everything: Numbers, in_sds: Numbers, factors: Sequence[str], circles: int, about: str
) -> Figure:
    """Show how far each latent moves when exactly one factor is changed in the image.

    Args:
        of_everything: (Z, F), as a share of how far it moves when all factors change; NaN for what is not in use.
        in_sds: (Z, F), in standard deviations of the posterior.
        factors: F names.
        circles: how many latents, counted from the first, are angles.
        about: one line below.
    """
    most = float(np.nanmax(in_sds, initial=1.0))
    matrices = {
        "move, as a share of that\nwhen all factors change": (of_everything, 1.0, "{:.2f}"),
        "move, in standard deviations\nof the posterior": (in_sds, most, "{:.1f}"),
    }
    return _matrices(matrices, factors, circles, about)


def _matrices(
    matrices: dict[str, tuple[Numbers, float, str]], factors: Sequence[str], circles: int, about: str
) -> Figure:
    """Draw matrices (Z, F) side by side, each with its largest value and how its numbers are written."""
    first = next(iter(matrices.values()))[0]
    order = by_factor(first)
    width, height = 1.1 + len(matrices) * (0.62 * len(factors) + 0.3), 1.6 + 0.34 * len(first)
    figure = Figure(figsize=(width, height))
    # a layout that is solved for comes out another in the last bit now and then
    figure.subplots_adjust(left=1.0 / width, right=1 - 0.1 / width, top=1 - 1.1 / height, bottom=0.4 / height)
    panels = figure.subplots(1, len(matrices), squeeze=False, gridspec_kw={"wspace": 0.08})[0]
    for panel, (title, (values, most, form)) in zip(panels, matrices.items(), strict=True):
        panel.set_title(title, fontsize=9, pad=6)
        _heat(panel, values[order], most, form)
        panel.set_xticks(range(len(factors)), [name.replace("_", "\n") for name in factors], fontsize=8)
        panel.tick_params(top=True, bottom=False, labeltop=True, labelbottom=False, length=0)
        panel.set_yticks([])
    panels[0].set_yticks(range(len(order)), [latent_name(int(latent), circles) for latent in order], fontsize=8)
    panels[0].tick_params(axis="y", length=0)
    figure.text(0.5, 0.1 / height, about, ha="center", va="bottom", fontsize=8)
    return figure


def by_factor(matrix: Numbers) -> NDArray[np.int64]:
    """Return the latents' order: by the factor that each has most to do with, strongest first; unused ones last."""
    known = np.nan_to_num(matrix, nan=-1.0)
    factor = np.where(known.max(1) < 0, matrix.shape[1], known.argmax(1))
    order: NDArray[np.int64] = np.lexsort((-known.max(1), factor))
    return order


def _heat(panel: Any, values: Numbers, most: float, form: str) -> None:
    panel.set_facecolor(UNUSED)
    panel.imshow(np.ma.masked_invalid(values), vmin=0, vmax=most, cmap="Blues", aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if math.isfinite(value):
            ink = "white" if value > 0.55 * most else "black"
            panel.text(column, row, form.format(value), ha="center", va="center", fontsize=8, color=ink)
    for row in np.flatnonzero(np.isnan(values).all(1)):
        panel.text((values.shape[1] - 1) / 2, row, "not in use", ha="center", va="center", fontsize=8, color="#6c757d")
    for spine in panel.spines.values():
        spine.set_visible(False)


@dataclass(frozen=True, eq=False)
class Plane:
    """Two latents of N images, coloured by a factor.

    Attributes:
        codes: (N, 2), their values; angles in radians.
        latents: which two; where only one of them is an angle, it is the first.
        factor: what the colours are.
        values: (N,) whole numbers from 0 on.
        size: how many there are.
    """

    codes: Numbers
    latents: tuple[int, int]
    factor: str
    values: NDArray[np.int64]
    size: int


def planes_figure(planes: Sequence[Plane], circles: int, about: str) -> Figure:
    """Show planes of two latents: an angle is drawn as the angle that it is, a second one from rim to rim.

    Hues are drawn in the colour that they are. Of two angles the second starts and ends at -180°: there its two rims
    are one.

    Args:
        planes: what to draw.
        circles: how many latents, counted from the first, are angles.
        about: one line below.
    """
    columns = min(len(planes), 3)
    lines = -(-len(planes) // columns)
    width, height = 3.5 * columns, 3.6 * lines + 0.4
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=0.05, right=0.98, top=1 - 0.4 / height, bottom=0.7 / height, wspace=0.26, hspace=0.3)
    for panel, plane in zip(figure.subplots(lines, columns, squeeze=False).flat, planes, strict=False):
        _plane(panel, plane, circles)
    for panel in figure.axes[len(planes) :]:
        panel.set_axis_off()
    figure.text(0.5, 0.1 / height, about, ha="center", va="bottom", fontsize=8)
    return figure


def _plane(panel: Any, plane: Plane, circles: int) -> None:
    first, second = plane.latents
    inks = factor_inks(plane.factor, plane.size)[plane.values]
    names = [latent_name(latent, circles) for latent in plane.latents]
    if first < circles:
        x, y, words = _ring(panel, plane.codes, second < circles)
        panel.set_xlabel(f"round: latent {names[0]}\n{words}: latent {names[1]}", fontsize=8)
    else:
        x, y = plane.codes.T
        panel.set_xlabel(f"latent {names[0]}", fontsize=8)
        panel.set_ylabel(f"latent {names[1]}", fontsize=8)
        panel.tick_params(labelsize=7)
    panel.scatter(x, y, c=inks, s=9, lw=0)
    panel.set_title(plane.factor, fontsize=9)


def _ring(panel: Any, codes: Numbers, both: bool) -> tuple[Numbers, Numbers, str]:
    """Return where points lie in a ring, and what its radius means; draw its rims."""
    angle, across = codes.T
    low, high = (-math.pi, math.pi) if both else (float(across.min()), float(across.max()))
    radius = INNER + (1 - INNER) * (across - low) / max(high - low, 1e-12)
    for rim in (INNER - 0.03, 1.03):
        panel.add_patch(mpl.patches.Circle((0, 0), rim, fill=False, ec="#adb5bd", lw=0.8))
    for turn, word in ((0, "0°"), (0.5, "90°"), (1, "180°"), (1.5, "-90°")):
        place = 1.14 * math.cos(turn * math.pi), 1.14 * math.sin(turn * math.pi)
        panel.text(*place, word, ha="center", va="center", fontsize=7, color="#6c757d")
    panel.set(aspect="equal", xlim=(-1.3, 1.3), ylim=(-1.25, 1.25), xticks=[], yticks=[])
    for spine in panel.spines.values():
        spine.set_visible(False)
    words = "from rim to rim, -180° to 180°" if both else f"from the inner rim, {low:.1f}, to the outer, {high:.1f}"
    return radius * np.cos(angle), radius * np.sin(angle), words


def factor_inks(factor: str, size: int) -> Numbers:
    """Return a colour for each value of a factor, (size, 4): that of the hue where it is one, or from dark to light."""
    shades = mpl.colormaps["hsv" if "hue" in factor else "viridis"]
    last = size if "hue" in factor else max(size - 1, 1)  # the last hue is not the first one again
    inks: Numbers = np.asarray(shades(np.arange(size) / last))
    return inks


@dataclass(frozen=True, eq=False)
class LayerUnits:
    """A layer of an encoder.

    Attributes:
        title: what it is.
        explained: (K, F) in [0, 1], the share of each unit's variance that each factor explains.
        dead: how many units are the same for every image.
    """

    title: str
    explained: Numbers
    dead: int


def monitor_figure(layers: Sequence[LayerUnits], factors: Sequence[str], least: float, about: str) -> Figure:
    """Show what the units of each layer answer to: one column per unit, sorted by the factor that explains most of it.

    At the right stands how many units each factor explains most of.

    Args:
        layers: from the first to the last.
        factors: F names.
        least: the share that must be explained for a unit to be counted to a factor.
        about: one line below.
    """
    height = 0.9 + len(layers) * (0.17 * len(factors) + 0.42)
    figure = Figure(figsize=(8.2, height))
    figure.subplots_adjust(left=0.13, right=0.9, top=1 - 0.4 / height, bottom=0.45 / height)
    figure.subplots_adjust(hspace=0.42 / (0.17 * len(factors)))
    for panel, layer in zip(figure.subplots(len(layers), 1, squeeze=False)[:, 0], layers, strict=True):
        best, most = layer.explained.argmax(1), layer.explained.max(1)
        order = np.lexsort((-most, best, most <= least))
        shown = panel.imshow(
            layer.explained[order].T, vmin=0, vmax=1, cmap="magma", aspect="auto", interpolation="none"
        )
        counted = [int(((best == place) & (most > least)).sum()) for place in range(len(factors))]
        rest = {"answer to no factor alone": len(best) - sum(counted) - layer.dead, "are dead": layer.dead}
        words = [f"{len(best)} units", *(f"{count} {what}" for what, count in rest.items() if count)]
        panel.set_title(f"{layer.title}: {', '.join(words)}", fontsize=9)
        panel.set_yticks(range(len(factors)), factors, fontsize=8)
        panel.set_xticks([])
        for place, count in enumerate(counted):
            panel.text(len(best) - 0.5, place, f"  {count}", va="center", fontsize=8)
        panel.tick_params(length=0)
    scale = figure.add_axes((0.955, 0.5 - 0.5 / height, 0.012, 1 / height))
    figure.colorbar(shown, cax=scale).ax.tick_params(labelsize=7)
    scale.set_title("η²", fontsize=8)
    figure.text(0.5, 0.1 / height, about, ha="center", va="bottom", fontsize=8)
    return figure
