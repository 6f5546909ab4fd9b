"""The tables about the cure without training: what erasure does to a model, and SCR; torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lazyartist.reporting.table import (
    ACCURACIES,
    INTERVAL,
    Table,
    budget_words,
    by,
    hard_accuracy,
    norm_cell,
    painted,
    seeds_of,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.decomposition.cells import CASE, mean, names_of, number, percent_of
from lazyartist.studies.decomposition.metrics import CEILING, OWN_HEAD, SCR, UNEDITED


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row

BASE, BEST = (UNEDITED, OWN_HEAD), (CEILING, OWN_HEAD)  # the ends of the norm score


@TABLES.register("erasure")
def erasure_tables(rows: Sequence[Row]) -> list[Table]:
    """What is left of a model once its attribute is taken out of its last hidden layer, and SCR."""
    return [*(_accuracies(own) for own in by(rows, *CASE).values()), *_scr(rows)]


def _accuracies(rows: Sequence[Row]) -> Table:
    at = rows[0].at
    edited = by((row for row in rows if row.metric != SCR), "edit", "head")
    accuracies = {(str(edit), str(head)): values(own) for (edit, head), own in edited.items()}
    hard = {way: hard_accuracy(v) for way, v in accuracies.items()}
    lines = []
    for (edit, head), by_seed in sorted(hard.items(), key=lambda item: -mean(item[1])):
        v = accuracies[edit, head]
        score = "–" if (edit, head) in (BASE, BEST) else _norm(by_seed, hard)
        lines.append([edit, head, *(percent_of(v, metric) for metric in ACCURACIES), score, seeds_of(v)])
    base, best = (100 * mean(hard.get(end, {})) for end in (BASE, BEST))
    return Table(
        f"The cure without training: {', '.join(names_of(at))}",
        ("taken out", "head", "easy % ↑", "hard, rotated % ↑", "hard, other % ↑", "norm score ↑", "seeds"),
        lines,
        f"{INTERVAL} The model's last hidden layer is changed, then its own last layer answers, or one that was "
        "refitted to 5,000 changed vectors of training images whose attribute says nothing. Features and channels are "
        "those about the attribute, and as many random features. Norm score: 100 × (edited − nothing) / (oracle − "
        f"nothing) of the mean hard accuracy, {base:.1f} % and {best:.1f} % here: the unedited model is its own "
        f"matched ERM; the oracle was trained for long. {budget_words(at)}. {painted(rows)}",
    )


def _scr(rows: Sequence[Row]) -> list[Table]:
    measured = [row for row in rows if row.metric == SCR]
    counts = [count for (count,) in by(measured, "ablated")]
    lines = []
    for own in by(measured, *CASE).values():
        scores = by(own, "ablated")
        cells = [number(values(scores.get((count,), []))[SCR], 2) for count in counts]
        lines.append([*names_of(own[0].at), *cells, seeds_of(values(own))])
    if not measured:
        return []
    return [
        Table(
            "Spurious correlation removal, as published",
            ("dataset", "network", "strategy", *(f"{count} features" for count in counts), "seeds"),
            lines,
            f"{INTERVAL} Of what a probe lost that was fitted to two classes, a 3 and an 8 among ten, each with its "
            "own attribute value, how much comes back once so many features are ablated. Warning: an audit "
            "(arXiv:2605.18229) found that this score does not rank autoencoders; it is here because readers ask for "
            f"it. {painted(measured)}",
        )
    ]


def _norm(by_seed: Mapping[int, float], hard: Mapping[tuple[str, str], Mapping[int, float]]) -> str:
    return norm_cell(by_seed, hard.get(BASE, {}), hard.get(BEST, {}))
