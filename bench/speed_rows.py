"""What the benchmarks measure, as rows."""

from __future__ import annotations

from lazyartist.reporting.publish import publish
from lazyartist.reporting.row import Row, read_rows, write_rows
from lazyartist.training.store import versions


def keep(results, found, *, n, data, study="speed"):
    """Put {metric: value} among the rows of `results`, in place of older ones, and write the table again."""
    put(results, [row(metric=metric, value=value, n=n, data=data, study=study) for metric, value in found.items()])
    print("\n" + "\n".join(f"{metric:<75} {value:>12,.2f}" for metric, value in found.items()))


def row(**fields):
    """Return a row; what `fields` leaves out is that of the study "speed"."""
    usual = {
        "study": "speed",
        "dataset": "mnist",
        "task": "",
        "model": "simple_cnn",
        "strategy": "erm",
        "uses": "",
        "seed": 0,
        "budget": "",
        "direction": "",
        "versions": versions(),
        "threads": 1,
        "seconds": 0.0,
    }
    return Row(**{**usual, **fields})


def put(results, rows):
    """Put rows of one study among those of `results`, in place of older ones, and write the tables again."""
    path = results / "records" / f"{rows[0].study}.jsonl"
    write_rows(path, {row.identity: row for row in [*read_rows(path), *rows]}.values())
    publish(results)
