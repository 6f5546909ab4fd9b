"""Figures of pictures that latents make: traversals, and maps of where they are read and shown; torch-free."""

from __future__ import annotations

import math

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from matplotlib.figure import Figure

from lazyartist.latents.odd_image import latent_name


if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.float32]  # (…, H, W, 1 or 3) in [0, 1]
    Numbers = NDArray[np.float64]

RED = "#e76f51"


def traversals_figure(
    start: Pictures,
    images: Pictures,
    values: Numbers,
    own: Numbers,
    latents: Sequence[int],
    skipped: Sequence[int],
    circles: int,
    about: str,
) -> Figure:
    """Show one image, and each of its latents along its path; the stop that is nearest to where it is has a frame.

    Args:
        start: (H, W, C), the image as it is decoded.
        images: (L, S, H, W, C), what becomes of it.
        values: (L, S), where each latent was.
        own: (L,), where it is in `start`.
        latents: L numbers.
        skipped: those that are not in use.
        circles: how many latents, counted from the first, are angles.
        about: one line below.
    """
    lines, stops = values.shape
    width, height = 0.62 * (stops + 1) + 1.3, 0.78 * lines + 0.5
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=1.1 / width, right=0.99, top=1 - 0.25 / height, bottom=0.4 / height)
    ratios = {"width_ratios": [1, 0.25] + [1] * stops, "wspace": 0.06, "hspace": 0.12}
    axes = figure.subplots(lines, stops + 2, squeeze=False, gridspec_kw=ratios)
    for line, latent, way, path, here in zip(axes, latents, images, values, own, strict=True):
        circle = latent < circles
        show(line[0], start)
        say(line[0], f"latent {latent_name(latent, circles)}")
        line[1].set_visible(False)
        nearest = int(np.argmin(_apart(path, here, circle)))
        for stop, (panel, image, value) in enumerate(zip(line[2:], way, path, strict=True)):
            show(panel, image)
            panel.set_title(f"{math.degrees(value):.0f}°" if circle else f"{value:.1f}", fontsize=6, pad=1.5)
            if stop == nearest:
                _frame(panel)
    axes[0][0].set_title("as it is", fontsize=7, pad=1.5)
    unused = f" Not in use: latent {', '.join(map(str, skipped))}." if skipped else ""
    figure.text(0.5, 0.1 / height, f"{about}{unused}", ha="center", va="bottom", fontsize=8)
    return figure


def _apart(path: Numbers, here: float, circle: bool) -> Numbers:
    off: Numbers = np.abs(path - here)
    return np.minimum(off % (2 * math.pi), 2 * math.pi - off % (2 * math.pi)) if circle else off


def change_maps_figure(
    image: Pictures, maps: NDArray[np.float32], latents: Sequence[int], circles: int, about: str
) -> Figure:
    """Show where the decoder puts each latent: how much each pixel changes when it moves, all in one scale.

    Args:
        image: (H, W, C), one to compare with.
        maps: (L, H, W), 0 or more.
        latents: L numbers.
        circles: how many latents, counted from the first, are angles.
        about: one line below.
    """
    titles = [latent_name(latent, circles) for latent in latents]
    width = 1.15 * (len(maps) + 1) + 0.7
    figure = Figure(figsize=(width, 1.9))
    axes = figure.subplots(1, len(maps) + 1, squeeze=False)[0]
    figure.subplots_adjust(left=0.01, right=1 - 0.65 / width, top=0.85, bottom=0.2, wspace=0.06)
    show(axes[0], image)
    axes[0].set_title("an image", fontsize=8)
    for panel, heat, title in zip(axes[1:], maps, titles, strict=True):
        shown = panel.imshow(heat, vmin=0, vmax=max(float(maps.max()), 1e-12), cmap="magma", interpolation="nearest")
        panel.set_title(f"latent {title}", fontsize=8)
        bare(panel)
    scale = figure.add_axes((1 - 0.55 / width, 0.22, 0.09 / width, 0.6))
    figure.colorbar(shown, cax=scale).ax.tick_params(labelsize=7)
    figure.text(0.5, 0.05, about, ha="center", va="bottom", fontsize=8)
    return figure


def read_maps_figure(images: Pictures, maps: Mapping[str, NDArray[np.float32]], about: str) -> Figure:
    """Show images, and below them where things are read from, one line per title, each line in a scale of its own.

    Args:
        images: (N, H, W, C).
        maps: title -> (N, H, W); lines that have negative values are drawn red for positive and blue for negative.
        about: one line below.
    """
    height, width = 0.86 * (len(maps) + 1) + 0.5, 0.86 * len(images) + 1.5
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=1.4 / width, right=0.99, top=0.99, bottom=0.35 / height, wspace=0.05, hspace=0.05)
    axes = figure.subplots(len(maps) + 1, len(images), squeeze=False)
    for panel, image in zip(axes[0], images, strict=True):
        show(panel, image)
    say(axes[0][0], "image")
    for line, (title, heats) in zip(axes[1:], maps.items(), strict=True):
        signed, most = bool((heats < 0).any()), max(float(np.abs(heats).max()), 1e-12)
        for panel, heat in zip(line, heats, strict=True):
            cmap = "RdBu_r" if signed else "magma"
            panel.imshow(heat, vmin=-most if signed else 0, vmax=most, cmap=cmap, interpolation="nearest")
            bare(panel)
        say(line[0], title)
    figure.text(0.5, 0.05 / height, about, ha="center", va="bottom", fontsize=8)
    return figure


def in_colour(images: Pictures) -> Pictures:
    """Return images (…, H, W, 1 or 3) as (…, H, W, 3)."""
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def say(panel: Any, words: str) -> None:
    """Write words at the left of a panel."""
    panel.set_ylabel(words, rotation=0, ha="right", va="center", fontsize=8)


def show(panel: Any, image: Pictures) -> None:
    """Draw an image (H, W, 1 or 3) and nothing around it."""
    panel.imshow(in_colour(np.asarray(image)).clip(0, 1), interpolation="nearest")
    bare(panel)


def bare(panel: Any) -> None:
    """Take ticks and frame from a panel."""
    panel.set(xticks=[], yticks=[])
    for spine in panel.spines.values():
        spine.set_visible(False)


def _frame(panel: Any) -> None:
    for spine in panel.spines.values():
        spine.set(visible=True, color=mpl.colors.to_rgba(RED), linewidth=1.8)
