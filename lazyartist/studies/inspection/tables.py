"""The tables about what models see and where they look, one line a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import INTERVAL, Table, Values, by, painted, percent, seeds_of, values, with_interval


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

# the cheat, the cheat that nothing contradicted, what never saw colour, and the rest
ORDER = ("lazy", "lazy: fully biased", "grayscale_erm")
WAYS = {"grad_cam": "Grad-CAM, last layer", "layer_cam": "LayerCAM, first layer", "saliency": "saliency"}
PLACES = ("stroke", "edge", "interior", "background")
KINDS = ("colour", "shape", "both", "neither", "dead")


def probes_tables(rows: Sequence[Row]) -> list[Table]:
    """What every model answers to, sees and looks at; where each map lies; whether the maps say anything."""
    tables = [_summary(rows)]
    for (dataset, model), mine in by(rows, "dataset", "model").items():
        title = f"{dataset}, {model}"
        tables += [_places(title, mine), _faith(title, mine), _units(title, mine), _recolour(title, mine)]
    return tables


def models_of(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield the models' names and rows in the order of the story; another painting or budget is another model."""
    found = by(rows, "strategy", "task", "budget")
    for key in sorted(found, key=lambda key: (ORDER.index(key[0]) if key[0] in ORDER else len(ORDER), key)):
        yield key[0], found[key]


def layers_of(rows: Sequence[Row]) -> list[str]:
    """Return the names of the layers whose units were counted."""
    return sorted({row.metric.removeprefix("units_dead_") for row in rows if row.metric.startswith("units_dead_")})


def _summary(rows: Sequence[Row]) -> Table:
    lines = []
    for (dataset, model), mine in by(rows, "dataset", "model").items():
        last = layers_of(mine)[-1:]
        for name, found in models_of(mine):
            v = values(found)
            shares = [_cell(v, metric) for metric in ("follows_colour", "stays_with_shape")]
            units = [_cell(v, f"units_{kind}_{layer}") for layer in last for kind in ("colour", "shape")] or ["–", "–"]
            looks = [_cell(v, "answer_changes"), _number(v, "grad_cam_stays", 2)]
            place = _cell(v, "grad_cam_conflicting_stroke")
            lines.append([dataset, model, name, *shares, *units, _hues(v), *looks, place, seeds_of(v), found[0].budget])
    return Table(
        "What it sees and where it looks",
        (
            *("dataset", "network", "model", "follows colour %", "stays with shape %", "units for colour %"),
            *("units for shape %", "logits in own colour, of 10", "answer changes with colour %", "map stays, ρ"),
            *("map on stroke %", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Follows, stays: share of answers on images in another class's colour. Units of the last layer "
        "whose variance colour alone (shape alone) explains by more than a tenth, at the low end of a 95 % interval. "
        "Logits: of how many classes the picture that the logit likes best has the class's colour as its nearest hue; "
        "by chance one, and four or more with a probability of 1.3 %. Answer changes: between an image in its own "
        "colour and the same in another's. Map stays: rank correlation of the Grad-CAM maps (last layer, predicted "
        f"class) of the two. Map on stroke: share of its positive part. The control was trained on grey images, and is "
        f"asked about grey ones. {painted(rows)}",
    )


def _places(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for way, words in WAYS.items():
        for name, found in models_of(rows):
            v = values(found)
            for kind in ("aligned", "conflicting"):
                cells = [_cell(v, f"{way}_{kind}_{place}") for place in PLACES]
                more = [_cell(v, f"{way}_{kind}_{what}") for what in ("points_at_stroke", "blank")]
                lines.append([words, name, kind, *cells, *more])
    v = values(rows)
    lines.append(["all the same everywhere", "–", "–", *(_cell(v, f"pixels_{p}") for p in PLACES), "–", "–"])
    return Table(
        f"Where the map lies: {title}",
        ("map", "model", "images", *(f"{place} %" for place in PLACES), "highest point on stroke %", "blank %"),
        lines,
        f"{INTERVAL} Shares of the map's positive part, mean over {_n(rows, 'answer_changes')} images a seed; blank "
        "maps are counted and in no mean. Edge: where Sobel's filter finds half of the strongest slope, on both sides "
        "of the outline; so edge and stroke overlap. The last line is what a map of one value everywhere would have. "
        "Grad-CAM's seven by seven places are coarser than a stroke.",
    )


def _faith(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for way, words in {**WAYS, "random": "random numbers"}.items():
        for name, found in models_of(rows):
            v = values(found)
            scores = [_number(v, f"{way}_{what}", 3) for what in ("insertion", "deletion", "road")]
            stays = [_number(v, f"{way}_{what}", 2) for what in ("stays", "stays_where_answer_changes", "sanity")]
            lines.append([words, name, *scores, *stays])
    return Table(
        f"Does the map say anything: {title}",
        (
            *("map", "model", "insertion ↑", "deletion ↓", "ROAD ↑", "stays when recoloured, ρ"),
            *("stays where the answer changes, ρ", "stays with random weights, ρ"),
        ),
        lines,
        f"{INTERVAL} Insertion, deletion: area under the predicted class's probability while pixels are put into "
        "black, or blackened, the map's highest first. ROAD: half the difference between filling in the lowest and the "
        f"highest pixels from around them. All on {_n(rows, 'grad_cam_road')} conflicting images a seed. ρ: Spearman's "
        "rank correlation of two maps of one image: in its own colour and in another's; by the trained network and by "
        "one whose layers were all drawn anew, where a map that stays says nothing of the network.",
    )


def _units(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for layer in layers_of(rows):
        for name, found in models_of(rows):
            v = values(found)
            counts = [_cell(v, f"units_{kind}_{layer}") for kind in KINDS]
            eta = [_number(v, f"eta_{what}_{layer}", 2) for what in ("colour", "shape")]
            many = [_number(v, f"top_{what}_bits_{layer}", 2) for what in ("classes", "colours")]
            units = _n(found, f"eta_colour_{layer}")
            lines.append([layer, name, units, *counts, *eta, *many, _cell(v, f"several_groups_{layer}")])
    return Table(
        f"What units respond to: {title}",
        (
            *("layer", "model", "units", *(f"{kind} %" for kind in KINDS), "η² of colour", "η² of class"),
            *("classes, bits", "colours, bits", "several groups %"),
        ),
        lines,
        f"{INTERVAL} On 1,000 images whose colours say nothing of their class. A unit is for what explains more than a "
        "tenth of its variance (η²), at the low end of a 95 % interval over resampled images. Bits: entropy of the "
        "classes and of the colours among a unit's fifty top images; ten of equal share have 3.32. Several groups: "
        "units whose top images fall into groups that share neither class nor colour.",
    )


def _recolour(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for name, found in models_of(rows):
        tables = [row.detail for row in found if row.metric == "follows_colour" and row.detail]
        for label in range(len(tables[0]) if tables else 0):
            shares = [[table[label][colour] for table in tables] for colour in range(len(tables[0]))]
            lines.append([name, f"a {label}", *(f"{100 * sum(share) / len(share):.0f}" for share in shares)])
    colours = len(lines[0]) - 2 if lines else 0
    return Table(
        f"Follows the colour: {title}",
        ("model", "in the colour of", *map(str, range(colours))),
        lines,
        "Percent of answers that name the colour's class, mean over seeds. On the diagonal colour and shape agree.",
    )


def _cell(v: Values, metric: str) -> str:
    return percent(v[metric]) if metric in v else "–"


def _number(v: Values, metric: str, digits: int) -> str:
    return with_interval(estimate(v[metric].values()), digits) if metric in v else "–"


def _hues(v: Values) -> str:
    return with_interval(estimate(10 * share for share in v["own_hues"].values()), 1) if "own_hues" in v else "–"


def _n(rows: Sequence[Row], metric: str) -> str:
    return "–".join(sorted({str(row.n) for row in rows if row.metric == metric})) or "no"
