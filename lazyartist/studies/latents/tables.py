"""The tables about latents: ways to learn them, what each factor has, what parts of a recipe are worth; torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import INTERVAL, Table, by, seeds_of, values, with_interval
from lazyartist.studies import TABLES
from lazyartist.studies.latents import metrics as names


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.reporting.row import At, Row
    from lazyartist.reporting.table import Values

CIRCLES = "circle_vae"  # the variant that is told what is periodic


def recipes(rows: Sequence[Row]) -> Iterator[tuple[At, list[Row]]]:
    """Yield the keys and the rows of each recipe on each dataset, the best mean MIG first."""
    others = sorted({name for row in rows for name in row.at} - {"factor"})
    groups = list(by(rows, *others).values())
    for own in sorted(groups, key=lambda own: -_mean(values(own).get(names.MIG, {}))):
        yield own[0].at, own


def recipe_words(at: At) -> list[str]:
    """Return dataset, variant with what was done afterwards, coder and number of latents, for four cells."""
    knobs = {"dataset", "factor", *names.RECIPE}
    data = ", ".join([str(at["dataset"]), *(f"{name} {at[name]}" for name in sorted(set(at) - knobs))])
    done = []
    if int(at["candidates"]) > 1:
        done.append(f"best of {at['candidates']}")
    if int(at["polish"]):
        done.append("polished")
    variant = f"{at['variant']} ({', '.join(done)})" if done else str(at["variant"])
    return [data, variant, str(at["coder"]), str(at["latents"])]


def cell(v: Values, metric: str, digits: int = 3) -> str:
    """Return the mean of a metric with its interval, or a dash where it was not measured."""
    return with_interval(estimate(v[metric].values()), digits) if v.get(metric) else "–"


@TABLES.register("latents")
def latents_tables(rows: Sequence[Row]) -> list[Table]:
    """Ways to learn latents, by every metric; and what the best latent tells of each factor."""
    return [_compared(rows), *_seconds(rows), *factor_tables(rows)]


@TABLES.register("latent_parts")
def parts_tables(rows: Sequence[Row]) -> list[Table]:
    """What this project's recipe is without each of its parts; and on other images."""
    lines = []
    for at, own in recipes(rows):
        v = values([row for row in own if "factor" not in row.at])
        numbers = [cell(v, names.MIG), _seeds(v, names.MIG), cell(v, names.SSIM), cell(v, names.ERROR, 1)]
        lines.append([*recipe_words(at), *numbers, seeds_of(v)])
    compared = Table(
        "The recipe without each of its parts",
        ("images", "variant", "coder", "latents", "MIG ↑", "of each seed", "SSIM ↑", "error ↓", "seeds"),
        lines,
        f"{INTERVAL} A variant's name alone is the whole recipe. lines=6: latents on lines, not on circles. "
        "first_noise=2.5e-5: the decoder's noise does not fall. at_first=6: all latents are open from the start. "
        "lift=0: structures count by their variance. sharpest=10000: a latent may hold 5 nats. independence=0: "
        "dependence costs nothing. A spatial coder is told that an image is one object at a place, which the last two "
        "latents are. Error: squared, summed over pixels.",
    )
    return [compared, *factor_tables(rows)]


def factor_tables(rows: Sequence[Row]) -> list[Table]:
    """What the best latent tells of each factor, and how much more than the second: one table per set of images."""
    tables = []
    for (dataset,), of_dataset in by(rows, "dataset").items():
        factors = list(dict.fromkeys(str(row.at["factor"]) for row in of_dataset if "factor" in row.at))
        lines = []
        for at, own in recipes(of_dataset):
            known = {str(factor): values(few) for (factor,), few in by(own, "factor").items()}
            cells = [
                f"{_mean(known[factor][names.LARGEST]):.2f} ({_mean(known[factor][names.GAP]):.2f})"
                for factor in factors
            ]
            lines.append([*recipe_words(at), *cells, seeds_of(known[factors[0]])])
        tables.append(
            Table(
                f"What the best latent tells of each factor: {dataset}",
                ("images", "variant", "coder", "latents", *factors, "seeds"),
                lines,
                "Mutual information as a share of the factor's entropy, mean over seeds; in brackets, how much more "
                "than the second best latent. 1.00 (1.00) is a latent of its own.",
            )
        )
    return tables


def _compared(rows: Sequence[Row]) -> Table:
    lines = []
    for at, own in recipes(rows):
        v = values([row for row in own if "factor" not in row.at])
        circles = "yes" if str(at["variant"]).startswith(CIRCLES) else "no"
        measured = [cell(v, metric, 2 if metric != names.SSIM else 3) for metric in names.COMPARED]
        lines.append([*recipe_words(at), circles, *measured, _seeds(v, names.MIG), seeds_of(v)])
    header = (
        *("images", "variant", "coder", "latents", "circles", "MIG ↑", "MIG of draws", "SAP"),
        *("DCI d.", "DCI c.", "DCI i.", "FactorVAE", "InfoM", "InfoE", "InfoC", "SSIM ↑", "MIG of each seed", "seeds"),
    )
    return Table(
        "Ways to learn latents without labels",
        header,
        lines,
        f"{INTERVAL} Every training has seen as many images. Prior knowledge: a variant with circles is told that what "
        "varies may be periodic, and six latents are about as many as there are factors; the same with ten stands "
        "beside it. Best of: trained so many times, and the one that reconstructs best is kept, which needs no factor. "
        "Polished: a larger decoder was trained on the frozen encoder. MIG as disentanglement_lib has it, of means, "
        "latents under 0.05 nats as constants; of draws: as its authors do. DCI: disentanglement, completeness "
        "and informativeness of boosted trees on 1,000 images. SSIM: of reconstructions, valid region.",
    )


def _seconds(rows: Sequence[Row]) -> list[Table]:
    lines = []
    for at, own in recipes(rows):
        v = values([row for row in own if "factor" not in row.at])
        seconds = sorted({row.seed: row.origin.seconds for row in own}.values())
        images = int(at["steps"]) * int(at["batch_size"])
        cells = [f"{images:,}", f"{seconds[len(seconds) // 2]:.0f}", f"{seconds[-1]:.0f}"]
        unused = [cell(v, names.ACTIVE, 1), cell(v, names.MIG_ALL, 2), cell(v, names.MIG_NULL, 3)]
        lines.append([*recipe_words(at), *cells, *unused, seeds_of(v)])
    return [
        Table(
            "What they cost, and what MIG is without its rule for unused latents and by chance",
            (
                *("images", "variant", "coder", "latents", "images of one training", "CPU seconds, median", "at most"),
                *("active latents", "MIG with unused ones", "MIG of shuffled factors", "seeds"),
            ),
            lines,
            f"{INTERVAL} Seconds of processor time of one thread for the training, polishing included; they are no "
            "part of any fact, and the machine may have been busy.",
        )
    ]


def _seeds(v: Values, metric: str) -> str:
    return ", ".join(f"{value:.2f}" for _, value in sorted(v.get(metric, {}).items()))


def _mean(by_seed: Mapping[int, float]) -> float:
    return sum(by_seed.values()) / max(1, len(by_seed))
