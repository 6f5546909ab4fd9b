"""The figure of the study of units and maps, from rows; torch-free."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from matplotlib.figure import Figure

from lazyartist.reporting.stats import Estimate, estimate
from lazyartist.reporting.table import by, seeds_of_all
from lazyartist.studies import FIGURES
from lazyartist.studies.colours import colour_of
from lazyartist.studies.inspection.metrics import FULLY_BIASED, IMAGES, KINDS, REGIONS, by_seed, layers_of
from lazyartist.studies.inspection.tables import models_of
from lazyartist.studies.settings import bias_of


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

RED, DARK = "#e76f51", "#264653"
KIND_INKS = dict(zip(KINDS, (RED, DARK, "#b392ac", "#ced4da", "#ffffff"), strict=True))
BIASED_INK = "#8f2d56"
MARKERS = dict(zip(IMAGES, ("o", "x"), strict=True))


@FIGURES.register("probes")
def probes_figure(rows: Sequence[Row]) -> Figure:
    """Show the recolour proof, what units of each layer respond to, and where the map lies; one line per dataset."""
    cases = by(rows, "dataset", "network")
    figure = Figure(figsize=(11.5, 3.9 * len(cases)))
    # a layout that is solved for comes out another in the last bit now and then, and with it the SVG's identifiers
    figure.subplots_adjust(left=0.12, right=0.99, top=1 - 0.12 / len(cases), bottom=0.22 / len(cases))
    figure.subplots_adjust(wspace=0.22, hspace=0.55)
    lines = figure.subplots(len(cases), 3, squeeze=False, gridspec_kw={"width_ratios": [2, 3, 3]})
    for line, ((dataset, network), own) in zip(lines, cases.items(), strict=True):
        _proof(line[0], own)
        _kinds(line[1], own)
        _relevance(line[2], own)
        about = f"{dataset}, {network}, {seeds_of_all(own)}"
        line[0].set_title(f"{about}\nanswers in another class's {bias_of(own)}", fontsize=9)
    return figure


def _proof(panel: Any, rows: Sequence[Row]) -> None:
    models, bias = models_of(rows), bias_of(rows)
    for y, (_, own) in enumerate(models):
        for metric, ink, from_the_right in (("follows_bias", RED, False), ("keeps_class", DARK, True)):
            if seeds := by_seed(own, metric):
                e = estimate(seeds.values())
                left = 100 * (1 - e.mean) if from_the_right else 0
                panel.barh(y, 100 * e.mean, left=left, color=ink, height=0.6)
    panel.set(yticks=range(len(models)), yticklabels=[name for name, _ in models], xlim=(0, 100))
    panel.set_xlabel(f"%:  name the {bias}'s class (red),\nname the image's own (dark)", fontsize=8)
    panel.tick_params(axis="y", labelsize=8)
    panel.invert_yaxis()


def _kinds(panel: Any, rows: Sequence[Row]) -> None:
    models, layers = models_of(rows), layers_of(rows)
    for group, layer in enumerate(layers):
        for i, (_, model) in enumerate(models):
            own, bottom = [row for row in model if row.at.get("layer") == layer], 0.0
            for kind in KINDS:
                seeds = by_seed(own, "units", kind=kind)
                share = 100 * estimate(seeds.values()).mean if seeds else 0
                panel.bar(group * (len(models) + 1) + i, share, bottom=bottom, color=KIND_INKS[kind], width=0.85)
                bottom += share
    # the models' names under every bar would be too small to read: their initials
    marks = [(g * (len(models) + 1) + i, name) for g in range(len(layers)) for i, (name, _) in enumerate(models)]
    panel.set_xticks([x for x, _ in marks], [_initials(name) for _, name in marks], fontsize=7)
    for group, layer in enumerate(layers):
        panel.text(group * (len(models) + 1) + (len(models) - 1) / 2, 103, layer, ha="center", fontsize=8)
    panel.set_ylim(0, 112)
    panel.set_ylabel("units, %", fontsize=8)
    panel.set_title("what explains a unit", fontsize=9)
    words = {kind: bias_of(rows) if kind == "attribute" else kind for kind in KINDS[:4]}
    keys = [
        mpl.patches.Patch(facecolor=KIND_INKS[kind], edgecolor="grey", lw=0.3, label=word)
        for kind, word in words.items()
    ]
    panel.legend(handles=keys, frameon=False, fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _relevance(panel: Any, rows: Sequence[Row]) -> None:
    models = models_of(rows)
    step = 0.8 / max(len(models), 1)
    for i, (name, model) in enumerate(models):
        ink = BIASED_INK if name == FULLY_BIASED else colour_of(name)
        own = [row for row in model if row.metric == "relevance_mass" and row.at["map"] == "grad_cam"]
        for x, region in enumerate(REGIONS):
            for images, marker in MARKERS.items():
                if seeds := by_seed(own, "relevance_mass", images=images, region=region):
                    e = estimate(100 * share for share in seeds.values())
                    place = x + step * (i - (len(models) - 1) / 2)
                    panel.errorbar(place, e.mean, yerr=_half(e), fmt=marker, color=ink, ms=4, lw=1, mfc="none")
        panel.plot([], [], "o", color=ink, label=f"{name} ({_initials(name)})")
    for x, region in enumerate(REGIONS):
        if areas := by_seed(rows, "pixels", region=region):
            share = 100 * estimate(areas.values()).mean
            panel.hlines(share, x - 0.45, x + 0.45, color="grey", lw=0.8, ls=":")
    panel.set_xticks(range(len(REGIONS)), REGIONS, fontsize=8)
    panel.set_ylabel("share of the Grad-CAM map, %", fontsize=8)
    panel.set_ylim(0, 100)
    panel.set_title(f"o own {bias_of(rows)}   x another's   ⋯ an even map", fontsize=9)
    panel.legend(frameon=False, fontsize=7, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.replace(",", "").replace("_", " ").split())


def _half(e: Estimate) -> float:
    return 0.0 if math.isnan(e.half_width) else e.half_width
