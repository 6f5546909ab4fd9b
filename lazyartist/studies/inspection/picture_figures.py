"""Figures of pictures that were made of models: what units and logits like best, and maps over images; torch-free."""

from __future__ import annotations

import math

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from matplotlib.figure import Figure


if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.float32]  # (…, H, W, 3) in [0, 1]


def logits_figure(pictures: Mapping[str, Pictures], palette: Sequence[Sequence[float]], about: str) -> Figure:
    """Show for each model the picture that each class's logit likes best, under the palette; one line per model."""
    columns = len(palette)
    figure = Figure(figsize=(0.82 * columns + 1.6, 0.85 * len(pictures) + 1.0))
    ratios = {"height_ratios": [0.3] + [1] * len(pictures), "hspace": 0.08, "wspace": 0.06}
    axes = figure.subplots(len(pictures) + 1, columns, squeeze=False, gridspec_kw=ratios)
    for label, (panel, colour) in enumerate(zip(axes[0], palette, strict=True)):
        panel.imshow([[colour]], aspect="auto")
        panel.set_title(str(label), fontsize=9)
    for line, (name, images) in zip(axes[1:], pictures.items(), strict=True):
        for panel, image in zip(line, images, strict=True):
            panel.imshow(image, interpolation="nearest")
        _say(line[0], name)
    _say(axes[0][0], "the class's colour")
    return _bare(figure, axes, about)


def units_figure(pictures: Mapping[str, Pictures], about: str) -> Figure:
    """Show all units of a layer for each model, above in colour and in grey below; one column per model."""
    units = max(map(len, pictures.values()))
    columns = 2 ** math.ceil(math.log2(units) / 2)  # 4 for 16 units, 8 for 32 and 64: lines that are full
    figure = Figure(figsize=(2.6 * len(pictures) + 0.4, 0.5 + 5 * math.ceil(units / columns) / columns))
    axes = figure.subplots(2, len(pictures), squeeze=False, gridspec_kw={"hspace": 0.05, "wspace": 0.05})
    for column, (name, images) in zip(axes.T, pictures.items(), strict=True):
        for panel, shown in zip(column, (images, greyed(images)), strict=True):
            panel.imshow(mosaic(shown, columns, gutter=0.7), interpolation="antialiased")  # white ones are seen
        column[0].set_title(name, fontsize=9)
    for line, words in zip(axes, ("in colour", "in grey"), strict=True):
        _say(line[0], words)
    return _bare(figure, axes, about)


@dataclass(frozen=True)
class MapPictures:
    """One model's maps of N images: `maps` (N, H, W) raw and positive, in one scale, and its `answers`."""

    maps: NDArray[np.float32]
    answers: Sequence[int]


def maps_figure(images: Pictures, titles: Sequence[str], models: Mapping[str, MapPictures], about: str) -> Figure:
    """Show images, and for each model its maps and the maps over the images, with the answers; one column per image."""
    columns, lines = len(images), 1 + 2 * len(models)
    figure = Figure(figsize=(0.84 * columns + 1.2, 0.9 * lines + 0.9))
    axes = figure.subplots(lines, columns, squeeze=False, gridspec_kw={"hspace": 0.22, "wspace": 0.06})
    for panel, image, title in zip(axes[0], images, titles, strict=True):
        panel.imshow(image, interpolation="nearest")
        panel.set_title(title, fontsize=8)
    _say(axes[0][0], "image")
    warm = mpl.colormaps["magma"]
    for i, (name, own) in enumerate(models.items()):
        heat = warm(own.maps / max(float(own.maps.max()), 1e-12))[..., :3]
        for panel, picture in zip(axes[1 + 2 * i], heat, strict=True):
            panel.imshow(picture, interpolation="nearest")
        for panel, picture, image, answer in zip(axes[2 + 2 * i], heat, images, own.answers, strict=True):
            panel.imshow(np.clip(0.55 * image + 0.55 * picture, 0, 1), interpolation="nearest")
            panel.set_xlabel(f"“{answer}”", fontsize=9, labelpad=2)
        _say(axes[1 + 2 * i][0], f"{name}:\nmap")
        _say(axes[2 + 2 * i][0], "over the image,\nand the answer")
    return _bare(figure, axes, about)


@dataclass(frozen=True)
class UnitPictures:
    """A unit: the `picture` (H, W, 3) that it likes best, its nine `top` images (9, H, W, 3), and a `title`."""

    picture: Pictures
    top: Pictures
    title: str


def polysemantic_figure(units: Mapping[str, Sequence[UnitPictures]], about: str) -> Figure:
    """Show units, each as what it likes best beside its nine top images; one line per model."""
    columns = max(map(len, units.values()))
    figure = Figure(figsize=(2.5 * columns + 1.2, 1.4 * len(units) + 0.6))
    axes = figure.subplots(len(units), columns, squeeze=False, gridspec_kw={"hspace": 0.25, "wspace": 0.06})
    for line, (name, own) in zip(axes, units.items(), strict=True):
        for panel, unit in zip(line, own, strict=False):
            top = mosaic(unit.top, 3)
            large = np.kron(unit.picture, np.ones((3, 3, 1)))
            left = np.ones((top.shape[0], large.shape[1] + 8, 3))
            margin = (top.shape[0] - large.shape[0]) // 2
            left[margin : margin + large.shape[0], : large.shape[1]] = large
            panel.imshow(np.concatenate([left, top], axis=1), interpolation="nearest")
            panel.set_title(unit.title, fontsize=8, pad=2)
        _say(line[0], name)
    return _bare(figure, axes, about)


def mosaic(images: Pictures, columns: int, gap: int = 3, gutter: float = 1.0) -> NDArray[np.float64]:
    """Return images (N, H, W, 3) laid out in lines of `columns` on a grey of `gutter`, white by default."""
    n, height, width = images.shape[:3]
    lines = -(-n // columns)
    whole = np.full((lines * (height + gap) - gap, columns * (width + gap) - gap, 3), gutter)
    for i, image in enumerate(images):
        y, x = i // columns * (height + gap), i % columns * (width + gap)
        whole[y : y + height, x : x + width] = image
    return whole


def greyed(images: Pictures) -> Pictures:
    """Return images (N, H, W, 3) without their colour, each stretched from black to white: what shape there is.

    At most tenfold, about the middle: one that is flat comes out grey, not as its own noise.
    """
    grey = images.mean(3, keepdims=True)
    low, high = grey.min((1, 2), keepdims=True), grey.max((1, 2), keepdims=True)
    stretched = (grey - (low + high) / 2) / np.maximum(high - low, 0.1) + 0.5
    flat: Pictures = np.repeat(stretched.clip(0, 1), 3, axis=3)  # rounding alone leaves the range
    return flat


def _say(panel: Any, words: str) -> None:
    panel.set_ylabel(words, rotation=0, ha="right", va="center", fontsize=8)


def _bare(figure: Figure, axes: Any, about: str) -> Figure:
    for panel in axes.flat:
        panel.set(xticks=[], yticks=[])
        for spine in panel.spines.values():
            spine.set_visible(False)
    figure.subplots_adjust(left=0.14, right=0.99, top=0.95, bottom=0.05)
    figure.text(0.5, 0.02, about, ha="center", va="top", fontsize=8)
    return figure
