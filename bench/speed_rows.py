"""Speeds as rows of the study "speed"."""

from __future__ import annotations

from lazyartist.reporting.publish import publish
from lazyartist.reporting.row import Row, read_rows, write_rows
from lazyartist.training.store import versions


def keep(results, found, *, n, data):
    """Put {metric: value} among the rows of `results`, in place of older ones, and write the table again."""
    path = results / "records" / "speed.jsonl"
    fresh = [
        Row(
            study="speed",
            dataset="mnist",
            task="",
            model="simple_cnn",
            strategy="erm",
            uses="",
            seed=0,
            budget="",
            metric=metric,
            value=value,
            n=n,
            direction="",
            data=data,
            versions=versions(),
            threads=1,
            seconds=0.0,
        )
        for metric, value in found.items()
    ]
    write_rows(path, {row.identity: row for row in [*read_rows(path), *fresh]}.values())
    publish(results)
    print("\n" + "\n".join(f"{metric:<75} {value:>12,.2f}" for metric, value in found.items()))
