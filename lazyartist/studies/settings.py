"""Rows put together by setting: what differs in any key is never averaged; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.reporting.table import ACCURACIES, BUDGET, DATA, budget_words, by


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lazyartist.reporting.row import At, Row

SETTING = (*DATA, "network", *BUDGET)


def settings(rows: Sequence[Row], *varying: str) -> Iterator[tuple[At, list[Row]]]:
    """Yield the keys and the rows of each setting: in one, rows differ in the keys `varying` and in the seed only."""
    others = sorted({name for row in rows for name in row.at} - {*SETTING, "strategy"})
    names = [name for name in (*SETTING, "strategy", *others) if name not in varying]
    for own in by(rows, *names).values():
        yield {name: own[0].at[name] for name in names if name in own[0].at}, own


def setting_words(at: At) -> str:
    """Return dataset, network and budget in words, and keys that only some rows have."""
    others = [f"{name} {value}" for name, value in at.items() if name not in {*SETTING, "strategy"}]
    return ", ".join([str(at["dataset"]), str(at["network"]), budget_words(at), *others])


def model_words(at: At) -> str:
    """Return whose numbers they are: the strategy, and its setting."""
    return f"{at['strategy']}: {setting_words(at)}"


def hard_metrics(metrics: Iterable[str]) -> list[str]:
    """Return the accuracies on hard splits among metrics, those of colours first."""
    hard = [metric for metric in dict.fromkeys(metrics) if metric.startswith("hard_") and metric.endswith("_accuracy")]
    colours = [metric for metric in ACCURACIES if metric in hard]
    return colours + sorted(set(hard) - set(colours))


def bias_of(rows: Sequence[Row]) -> str:
    """Return what the bias attribute of the rows is called, in words: "colour", "corner glyphs"."""
    names = sorted({str(row.at.get("bias", "attribute")).replace("_", " ") for row in rows})
    return " or ".join(names) or "attribute"
