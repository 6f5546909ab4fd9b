"""Figures about what models see and where they look: from rows, and from pictures that a study makes."""

from __future__ import annotations

import math

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from matplotlib.figure import Figure

from lazyartist.reporting.style import COLOURS, SPARE
from lazyartist.studies.inspection.tables import KINDS, PLACES, layers_of, models_of
from lazyartist.reporting.stats import Estimate, estimate
from lazyartist.reporting.table import by, seeds_of_all, values


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lazyartist.reporting.row import Row

    Pictures = NDArray[np.float32]  # (…, H, W, 3) in [0, 1]

KIND_INKS = dict(zip(KINDS, ("#e76f51", "#264653", "#b392ac", "#ced4da", "#ffffff"), strict=True))


def probes_figure(rows: Sequence[Row]) -> Figure:
    """Show the recolour proof, what units of each layer respond to, and where the map lies; a line a dataset."""
    cases = by(rows, "dataset", "model")
    figure = Figure(figsize=(11.5, 3.9 * len(cases)))
    # a layout that is solved for comes out another in the last bit now and then, and with it the SVG's identifiers
    figure.subplots_adjust(left=0.12, right=0.99, top=1 - 0.12 / len(cases), bottom=0.22 / len(cases))
    figure.subplots_adjust(wspace=0.22, hspace=0.55)
    lines = figure.subplots(len(cases), 3, squeeze=False, gridspec_kw={"width_ratios": [2, 3, 3]})
    for line, ((dataset, model), mine) in zip(lines, cases.items(), strict=True):
        _proof(line[0], mine)
        _kinds(line[1], mine)
        _places(line[2], mine)
        line[0].set_title(f"{dataset}, {model}, {seeds_of_all(mine)}\nanswers in another class's colour", fontsize=9)
    return figure


def _proof(place: Any, rows: Sequence[Row]) -> None:
    models = list(models_of(rows))
    for y, (_, found) in enumerate(models):
        v = values(found)
        for metric, ink, left in (("follows_colour", "#e76f51", False), ("stays_with_shape", "#264653", True)):
            if metric in v:
                e = estimate(v[metric].values())
                place.barh(y, 100 * e.mean, left=100 * (1 - e.mean) if left else 0, color=ink, height=0.6)
    place.set(yticks=range(len(models)), yticklabels=[name for name, _ in models], xlim=(0, 100))
    place.set_xlabel("%:  name the colour's class (red),\nname the shape's (dark)", fontsize=8)
    place.tick_params(axis="y", labelsize=8)
    place.invert_yaxis()


def _kinds(place: Any, rows: Sequence[Row]) -> None:
    models, layers = list(models_of(rows)), layers_of(rows)
    for group, layer in enumerate(layers):
        for i, (_, found) in enumerate(models):
            v, bottom = values(found), 0.0
            for kind in KINDS:
                share = 100 * estimate(v[f"units_{kind}_{layer}"].values()).mean if f"units_{kind}_{layer}" in v else 0
                place.bar(group * (len(models) + 1) + i, share, bottom=bottom, color=KIND_INKS[kind], width=0.85)
                bottom += share
    # the models' names under every bar would be too small to read: their initials
    marks = [(g * (len(models) + 1) + i, name) for g in range(len(layers)) for i, (name, _) in enumerate(models)]
    place.set_xticks([x for x, _ in marks], [_initials(name) for _, name in marks], fontsize=7)
    for group, layer in enumerate(layers):
        place.text(group * (len(models) + 1) + (len(models) - 1) / 2, 103, layer, ha="center", fontsize=8)
    place.set_ylim(0, 112)
    place.set_ylabel("units, %", fontsize=8)
    place.set_title("what explains a unit", fontsize=9)
    keys = [mpl.patches.Patch(facecolor=KIND_INKS[kind], edgecolor="grey", lw=0.3, label=kind) for kind in KINDS[:4]]
    place.legend(handles=keys, frameon=False, fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _places(place: Any, rows: Sequence[Row]) -> None:
    models = list(models_of(rows))
    step = 0.8 / max(len(models), 1)
    for i, (name, found) in enumerate(models):
        v = values(found)
        for x, region in enumerate(PLACES):
            for kind, marker in (("aligned", "o"), ("conflicting", "x")):
                metric = f"grad_cam_{kind}_{region}"
                if metric in v:
                    e = estimate(100 * share for share in v[metric].values())
                    at = x + step * (i - (len(models) - 1) / 2)
                    ink = COLOURS.get(name, SPARE[i % len(SPARE)])
                    place.errorbar(at, e.mean, yerr=_half(e), fmt=marker, color=ink, ms=4, lw=1, mfc="none")
        place.plot([], [], "o", color=COLOURS.get(name, SPARE[i % len(SPARE)]), label=f"{name} ({_initials(name)})")
    everywhere = values(rows)
    for x, region in enumerate(PLACES):
        if f"pixels_{region}" in everywhere:
            share = 100 * estimate(everywhere[f"pixels_{region}"].values()).mean
            place.hlines(share, x - 0.45, x + 0.45, color="grey", lw=0.8, ls=":")
    place.set_xticks(range(len(PLACES)), PLACES, fontsize=8)
    place.set_ylabel("share of the Grad-CAM map, %", fontsize=8)
    place.set_ylim(0, 100)
    place.set_title("o own colour   x another's   ⋯ an even map", fontsize=9)
    place.legend(frameon=False, fontsize=7, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.replace(":", "").replace("_", " ").split())


def _half(e: Estimate) -> float:
    return 0.0 if math.isnan(e.half_width) else e.half_width


def logits_figure(pictures: Mapping[str, Pictures], palette: Sequence[Sequence[float]], about: str) -> Figure:
    """Show for each model the picture that each class's logit likes best, under the palette; a line a model."""
    columns = len(palette)
    figure = Figure(figsize=(0.82 * columns + 1.6, 0.85 * len(pictures) + 1.0))
    ratios = {"height_ratios": [0.3] + [1] * len(pictures), "hspace": 0.08, "wspace": 0.06}
    axes = figure.subplots(len(pictures) + 1, columns, squeeze=False, gridspec_kw=ratios)
    for label, (place, colour) in enumerate(zip(axes[0], palette, strict=True)):
        place.imshow([[colour]], aspect="auto")
        place.set_title(str(label), fontsize=9)
    for line, (name, images) in zip(axes[1:], pictures.items(), strict=True):
        for place, image in zip(line, images, strict=True):
            place.imshow(image, interpolation="nearest")
        _say(line[0], name)
    _say(axes[0][0], "the class's colour")
    return _bare(figure, axes, about)


def scans_figure(pictures: Mapping[str, Pictures], about: str) -> Figure:
    """Show all units of a layer for each model, above in colour and in grey below; a column a model."""
    units = max(map(len, pictures.values()))
    columns = 2 ** math.ceil(math.log2(units) / 2)  # 4 for 16 units, 8 for 32 and 64: lines that are full
    figure = Figure(figsize=(2.6 * len(pictures) + 0.4, 0.5 + 5 * math.ceil(units / columns) / columns))
    axes = figure.subplots(2, len(pictures), squeeze=False, gridspec_kw={"hspace": 0.05, "wspace": 0.05})
    for column, (name, images) in zip(axes.T, pictures.items(), strict=True):
        for place, shown in zip(column, (images, greyed(images)), strict=True):
            place.imshow(mosaic(shown, columns, gutter=0.7), interpolation="antialiased")  # white ones are seen
        column[0].set_title(name, fontsize=9)
    for line, words in zip(axes, ("in colour", "in grey"), strict=True):
        _say(line[0], words)
    return _bare(figure, axes, about)


@dataclass(frozen=True)
class Look:
    """One model's maps of N images: `maps` (N, H, W) raw and positive, in one scale, and what it `says` of each."""

    maps: NDArray[np.float32]
    says: Sequence[int]


def looks_figure(images: Pictures, titles: Sequence[str], looks: Mapping[str, Look], about: str) -> Figure:
    """Show images, and for each model its maps and the maps over the images, with the answers; a column an image."""
    columns, lines = len(images), 1 + 2 * len(looks)
    figure = Figure(figsize=(0.84 * columns + 1.2, 0.9 * lines + 0.9))
    axes = figure.subplots(lines, columns, squeeze=False, gridspec_kw={"hspace": 0.22, "wspace": 0.06})
    for place, image, title in zip(axes[0], images, titles, strict=True):
        place.imshow(image, interpolation="nearest")
        place.set_title(title, fontsize=8)
    _say(axes[0][0], "image")
    warm = mpl.colormaps["magma"]
    for i, (name, look) in enumerate(looks.items()):
        heat = warm(look.maps / max(float(look.maps.max()), 1e-12))[..., :3]
        for place, picture in zip(axes[1 + 2 * i], heat, strict=True):
            place.imshow(picture, interpolation="nearest")
        for place, picture, image, said in zip(axes[2 + 2 * i], heat, images, look.says, strict=True):
            place.imshow(np.clip(0.55 * image + 0.55 * picture, 0, 1), interpolation="nearest")
            place.set_xlabel(f"“{said}”", fontsize=9, labelpad=2)
        _say(axes[1 + 2 * i][0], f"{name}:\nmap")
        _say(axes[2 + 2 * i][0], "over the image,\nand the answer")
    return _bare(figure, axes, about)


@dataclass(frozen=True)
class Unit:
    """A unit: the `picture` (H, W, 3) that it likes best, its nine `top` images (9, H, W, 3), and a `title`."""

    picture: Pictures
    top: Pictures
    title: str


def polysemantic_figure(units: Mapping[str, Sequence[Unit]], about: str) -> Figure:
    """Show units, each as what it likes best beside its nine top images; a line a model."""
    columns = max(map(len, units.values()))
    figure = Figure(figsize=(2.5 * columns + 1.2, 1.4 * len(units) + 0.6))
    axes = figure.subplots(len(units), columns, squeeze=False, gridspec_kw={"hspace": 0.25, "wspace": 0.06})
    for line, (name, mine) in zip(axes, units.items(), strict=True):
        for place, unit in zip(line, mine, strict=False):
            top = mosaic(unit.top, 3)
            large = np.kron(unit.picture, np.ones((3, 3, 1)))
            left = np.ones((top.shape[0], large.shape[1] + 8, 3))
            margin = (top.shape[0] - large.shape[0]) // 2
            left[margin : margin + large.shape[0], : large.shape[1]] = large
            place.imshow(np.concatenate([left, top], axis=1), interpolation="nearest")
            place.set_title(unit.title, fontsize=8, pad=2)
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


def _say(place: Any, words: str) -> None:
    place.set_ylabel(words, rotation=0, ha="right", va="center", fontsize=8)


def _bare(figure: Figure, axes: Any, about: str) -> Figure:
    for place in axes.flat:
        place.set(xticks=[], yticks=[])
        for spine in place.spines.values():
            spine.set_visible(False)
    figure.subplots_adjust(left=0.14, right=0.99, top=0.95, bottom=0.05)
    figure.text(0.5, 0.02, about, ha="center", va="top", fontsize=8)
    return figure
