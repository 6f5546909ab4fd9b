"""The tables about what models see and where they look, one line per model; torch-free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import (
    INTERVAL,
    Table,
    budget_words,
    by,
    painted,
    percent,
    seeds_of,
    values,
    with_interval,
)
from lazyartist.studies import TABLES
from lazyartist.studies.inspection.metrics import (
    FACTORS,
    IMAGES,
    KINDS,
    MAPS,
    RANDOM_MAP,
    REGIONS,
    by_seed,
    in_order,
    layers_of,
    model_name,
    run_keys,
)
from lazyartist.studies.settings import bias_of


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

Model = tuple[str, list["Row"]]
NOTHING = "–"


@TABLES.register("probes")
def probes_tables(rows: Sequence[Row]) -> list[Table]:
    """What every model answers to, sees and looks at; where each map lies; whether the maps say anything."""
    tables = [_summary(rows)]
    for (dataset, network), own in by(rows, "dataset", "network").items():
        title = f"{dataset}, {network}"
        tables += [_relevance(title, own), _faithfulness(title, own), _units(title, own), _recolour(title, own)]
    return [table for table in tables if table.rows]


def models_of(rows: Sequence[Row]) -> list[Model]:
    """Return the models' names and rows in the order of the story; another painting or budget is another model."""
    models = defaultdict(list)
    for own in by(rows, *run_keys(rows)).values():
        models[model_name(own[0].at)].append(own)
    return [(name, own) for name in in_order(models) for own in models[name]]


def _summary(rows: Sequence[Row]) -> Table:
    lines = []
    for (dataset, network), group in by(rows, "dataset", "network").items():
        last = layers_of(group)[-1:]
        for name, own in models_of(group):
            shares = [_percent(by_seed(own, metric)) for metric in ("follows_bias", "keeps_class")]
            units = [_percent(by_seed(own, "units", layer=layer, kind=kind)) for layer in last for kind in FACTORS]
            moves = [_percent(by_seed(own, "answer_changes")), _number(by_seed(own, "map_stays", map="grad_cam"), 2)]
            on_stroke = by_seed(own, "relevance_mass", map="grad_cam", images="conflicting", region="stroke")
            about = [seeds_of(values(own)), budget_words(own[0].at)]
            hues = by_seed(own, "own_hues")
            cells = [*shares, *(units or [NOTHING] * 2), _hues(hues, own), *moves, _percent(on_stroke)]
            lines.append([dataset, network, name, *cells, *about])
    bias = bias_of(rows)
    return Table(
        "What it sees and where it looks",
        (
            *("dataset", "network", "model", f"follows {bias} %", "keeps class %", f"units for {bias} %"),
            *("units for class %", f"logits in own colour, of {_n(rows, 'own_hues')}", f"answer changes with {bias} %"),
            *("map stays, ρ", "map on stroke %", "seeds", "budget"),
        ),
        lines,
        f"{INTERVAL} Follows, keeps: share of answers on images in another class's {bias}. Units of the last layer "
        f"whose variance {bias} alone (class alone) explains by more than a tenth, at the low end of a 95 % interval. "
        "Logits: of how many classes the picture that the logit likes best has the class's colour as its nearest hue; "
        "of ten, by chance one, and four or more with a probability of 1.3 %. Answer changes: between an image in its "
        f"own {bias} and the same in another's. Map stays: rank correlation of the Grad-CAM maps (last layer, "
        "predicted class) of the two. Map on stroke: share of its positive part. The control was trained on grey "
        f"images, and is asked about grey ones. {painted(rows)}",
    )


def _relevance(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for key, words in MAPS.items():
        for name, model in models_of(rows):
            for images in IMAGES:
                at = {"map": key, "images": images}
                own = [row for row in model if all(row.at.get(name) == value for name, value in at.items())]
                if not own:
                    continue
                cells = [_percent(by_seed(own, "relevance_mass", region=region)) for region in REGIONS]
                more = [_percent(by_seed(own, metric)) for metric in ("pointing_game", "blank")]
                lines.append([words, name, images, *cells, *more])
    if areas := [_percent(by_seed(rows, "pixels", region=region)) for region in REGIONS if lines]:
        lines.append(["all the same everywhere", NOTHING, NOTHING, *areas, NOTHING, NOTHING])
    return Table(
        f"Where the map lies: {title}",
        ("map", "model", "images", *(f"{region} %" for region in REGIONS), "highest point on stroke %", "blank %"),
        lines,
        f"{INTERVAL} Shares of the map's positive part, mean over {_n(rows, 'answer_changes')} images per seed; blank "
        "maps are counted and in no mean. Edge: where Sobel's filter finds half of the strongest slope, on both sides "
        "of the outline; so edge and stroke overlap. The last line is what a map of one value everywhere would have. "
        "Grad-CAM's seven by seven positions are coarser than a stroke.",
    )


def _faithfulness(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for key, words in {**MAPS, RANDOM_MAP: "random numbers"}.items():
        for name, own in models_of(rows):
            scores = [_number(by_seed(own, metric, map=key), 3) for metric in ("insertion", "deletion", "road")]
            stays = [
                _number(by_seed(own, metric, map=key), 2)
                for metric in ("map_stays", "map_stays_where_answer_changes", "randomisation")
            ]
            if {*scores, *stays} != {NOTHING}:
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
        f"highest pixels from around them. All on {_n(rows, 'road')} conflicting images per seed. ρ: Spearman's "
        "rank correlation of two maps of one image: in its own colour and in another's; by the trained network and by "
        "one whose layers were all drawn anew, where a map that stays says nothing of the network.",
    )


def _units(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for layer in layers_of(rows):
        for name, model in models_of(rows):
            own = [row for row in model if row.at.get("layer") == layer]
            counts = [_percent(by_seed(own, "units", kind=kind)) for kind in KINDS]
            eta = [_number(by_seed(own, "eta_squared", factor=factor), 2) for factor in FACTORS]
            bits = [_number(by_seed(own, "top_bits", factor=factor), 2) for factor in FACTORS]
            several = _percent(by_seed(own, "several_groups"))
            lines.append([layer, name, _n(own, "units"), *counts, *eta, *bits, several])
    bias = bias_of(rows)
    factors = (bias, "class")
    return Table(
        f"What units respond to: {title}",
        (
            *("layer", "model", "units", *(f"{kind} %" for kind in (*factors, *KINDS[2:]))),
            *(*(f"η² of {factor}" for factor in factors), *(f"{factor}, bits" for factor in factors)),
            "several groups %",
        ),
        lines,
        f"{INTERVAL} On images whose {bias} says nothing of their class. A unit is for what explains more than a "
        "tenth of its variance (η²), at the low end of a 95 % interval over resampled images. Bits: entropy of the "
        f"{bias} and of the class among a unit's fifty top images; ten of equal share have 3.32. Several groups: "
        f"units whose top images fall into groups that share neither class nor {bias}.",
    )


def _recolour(title: str, rows: Sequence[Row]) -> Table:
    lines = []
    for name, own in models_of(rows):
        tables = [row.detail for row in own if row.metric == "follows_bias" and row.detail]
        for label, shares in enumerate(zip(*tables, strict=True)):
            mean = [sum(by_value) / len(by_value) for by_value in zip(*shares, strict=True)]
            lines.append([name, f"a {label}", *(f"{100 * share:.0f}" for share in mean)])
    bias = bias_of(rows)
    columns = len(lines[0]) - 2 if lines else 0
    return Table(
        f"Follows the {bias}: {title}",
        ("model", f"in the {bias} of", *map(str, range(columns))),
        lines,
        f"Percent of answers that name the {bias}'s class, mean over seeds. On the diagonal {bias} and class agree.",
    )


def _percent(seeds: dict[int, float]) -> str:
    return percent(seeds) if seeds else NOTHING


def _number(seeds: dict[int, float], digits: int) -> str:
    return with_interval(estimate(seeds.values()), digits) if seeds else NOTHING


def _hues(seeds: dict[int, float], rows: Sequence[Row]) -> str:
    """Of how many classes: `own_hues` is a share of them."""
    classes = next((row.n for row in rows if row.metric == "own_hues"), 0)
    if not seeds:
        return NOTHING
    return with_interval(estimate(classes * share for share in seeds.values()), 1)


def _n(rows: Sequence[Row], metric: str) -> str:
    return "–".join(sorted({str(row.n) for row in rows if row.metric == metric})) or "no"
