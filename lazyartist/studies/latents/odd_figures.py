"""Figures of odd images: how odd, in which latent, and what they would look like otherwise; torch-free."""

from __future__ import annotations

import textwrap

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from matplotlib.figure import Figure

from lazyartist.latents.odd_image import latent_name
from lazyartist.studies.latents.picture_figures import RED, in_colour, show


if TYPE_CHECKING:
    from lazyartist.latents.odd_image import OddImage

DARK, GREY = "#264653", "#adb5bd"
FAR = 8.0  # standard deviations, where bars end
COLUMNS = 6
WIDTH, HEIGHT = 1.4, 2.15  # of what is shown of one image, inches
TITLES = ("image", "reconstruction", "counterfactual", "difference")


def odd_images_figure(odd: Sequence[OddImage], threshold: float, circles: int, about: str) -> Figure:
    """Show odd images, each with how odd it is and how far each of its latents deviates.

    Args:
        odd: what to show, one or more, 24 or so at most.
        threshold: the distance from which on an image counts as odd.
        circles: how many latents, counted from the first, are angles.
        about: one line below.

    Raises:
        ValueError: there are none.
    """
    _need_some(odd)
    columns = min(max(len(odd), 4), COLUMNS)
    width, height = WIDTH * columns + 0.3, HEIGHT * -(-len(odd) // columns) + 0.4
    figure = Figure(figsize=(width, height))
    for place, one in enumerate(odd):
        line, column = divmod(place, columns)
        left, bottom = 0.3 + WIDTH * column, height - HEIGHT * (line + 1)

        def panel(low: float, high: float, left: float = left, bottom: float = bottom) -> Any:
            return figure.add_axes((left / width, (bottom + low) / height, 1.25 / width, (high - low) / height))

        picture = panel(0.6, 1.8)
        show(picture, one.image)
        picture.set_title(f"{_short(one.name)}\ndistance {one.distance:,.1f}", fontsize=7, pad=2)
        bars = panel(0.2, 0.55)
        _bars(bars, one, labelled=column == 0)
        bars.set_xlabel(f"mostly latent {latent_name(one.latent, circles)}", fontsize=7, labelpad=1)
    words = f"{about} Odd: distance above {threshold:.2f}. Bars: z-scores of the latents, cut off at ±{FAR:.0f}."
    figure.text(0.5, 0.08 / height, words, ha="center", va="bottom", fontsize=8)
    return figure


def _bars(panel: Any, one: OddImage, *, labelled: bool) -> None:
    """Draw z-scores; the most deviating latent is red, and what is not in use has no bar."""
    z = np.asarray(one.z, dtype=float)
    inks = [RED if latent == one.latent else GREY for latent in range(len(z))]
    panel.bar(range(len(z)), np.nan_to_num(z).clip(-FAR, FAR), color=inks, width=0.8)
    panel.axhline(0, color=DARK, lw=0.5)
    panel.set(ylim=(-FAR, FAR), xlim=(-0.7, len(z) - 0.3))
    panel.set_xticks(range(len(z)), range(len(z)), fontsize=5)
    panel.set_yticks([-FAR, FAR] if labelled else [])
    panel.tick_params(labelsize=5, length=0, pad=1)
    for spine in panel.spines.values():
        spine.set_visible(False)


def counterfactuals_figure(odd: Sequence[OddImage], about: str) -> Figure:
    """Show odd images, one per line: as it is, as it is decoded, as it would be normal, the difference, and words.

    Args:
        odd: those that have a counterfactual, one or more.
        about: one line below.

    Raises:
        ValueError: one of them has none, or there are none.
    """
    _need_some(odd)
    height = 1.08 * len(odd) + 0.6
    figure = Figure(figsize=(8.4, height))
    figure.subplots_adjust(left=0.01, right=0.99, top=1 - 0.25 / height, bottom=0.3 / height, wspace=0.06, hspace=0.06)
    axes = figure.subplots(len(odd), 5, squeeze=False, gridspec_kw={"width_ratios": [1, 1, 1, 1, 2.6]})
    for line, one in zip(axes, odd, strict=True):
        if one.reconstruction is None or one.counterfactual is None:
            raise ValueError(f"{one.name} has no reconstruction and counterfactual: show it with odd_images_figure")
        pictures = [in_colour(np.asarray(each, float)) for each in (one.image, one.reconstruction, one.counterfactual)]
        for panel, picture in zip(line, [*pictures, np.abs(pictures[2] - pictures[1])], strict=False):
            show(panel, picture)
        line[4].set_axis_off()
        words = f"{_short(one.name)}\n{textwrap.fill(one.words, 46)}".strip()
        line[4].text(0.04, 0.5, words, va="center", fontsize=8, transform=line[4].transAxes)
    for panel, title in zip(axes[0], TITLES, strict=False):
        panel.set_title(title, fontsize=8)
    words = f"{about} Difference: between counterfactual and reconstruction, black where there is none."
    figure.text(0.5, 0.05 / height, words, ha="center", va="bottom", fontsize=8)
    return figure


def _need_some(odd: Sequence[OddImage]) -> None:
    if not odd:
        raise ValueError("there is no odd image to show: draw the figure only where some are found")


def _short(name: str) -> str:
    """Return a name that fits over a picture: of a long one its end, where files differ."""
    return name if len(name) <= 24 else f"…{name[-23:]}"
