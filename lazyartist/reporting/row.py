"""One measured fact, where it was measured, and what it came about by."""

from __future__ import annotations

import math

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args


Direction = Literal["higher", "lower", ""]
Key = str | int | float
At = Mapping[str, Key]


@dataclass(frozen=True, eq=False)
class Origin:
    """What the rows of one run have in common.

    Attributes:
        run: digest of everything that decides the rows: the same digest is the same experiment by the same code.
        at: where the run stands: {"dataset": "mnist", "network": "simple_cnn", "strategy": "erm", "epochs": 2, ...}.
        data: SHA-256 fingerprint of the training data.
        uses: what the strategy was handed besides images and labels.
        versions: of lazyartist, Python, torch and others.
        threads: torch's threads per process: another number gives other bits.
        seconds: of processor time of the training behind the rows. Not part of any fact.
    """

    run: str
    at: At
    data: str = ""
    uses: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1
    seconds: float = 0.0

    def __post_init__(self) -> None:
        _check(
            "what a run has in common",
            ("run", self.run, _is_word(self.run), "a digest"),
            ("at", self.at, _are_keys(self.at), "names with words or numbers"),
            ("data", self.data, isinstance(self.data, str), "a digest"),
            ("uses", self.uses, isinstance(self.uses, tuple) and all(map(_is_word, self.uses)), "words"),
            ("versions", self.versions, isinstance(self.versions, Mapping), "versions by name"),
            ("threads", self.threads, _is_whole(self.threads), "a whole number from 0 on"),
            ("seconds", self.seconds, _is_number(self.seconds), "a number"),
        )


@dataclass(frozen=True, eq=False)
class Row:
    """One fact.

    Attributes:
        study: "cures", "noise", ...; also the name of the file that the row is kept in.
        at: where it was measured: the run's keys, and those of the fact, such as {"layer": "conv3"}.
        seed: the seed of data, initial weights and order.
        metric: what was measured. Accuracies are fractions.
        value: the measured number.
        n: how many samples `value` is over.
        direction: which way is better; empty for a description that no gate should judge.
        origin: what it came about by.
        detail: the numbers behind `value`, where there are any: a confusion matrix, one number per image.
    """

    study: str
    at: At
    seed: int
    metric: str
    value: float
    n: int
    direction: Direction
    origin: Origin
    detail: list[Any] | None = None

    def __post_init__(self) -> None:
        _check(
            "a row",
            ("study", self.study, _is_word(self.study), "a name"),
            ("at", self.at, _are_keys(self.at), "names with words or numbers"),
            ("seed", self.seed, _is_whole(self.seed), "a whole number from 0 on"),
            ("metric", self.metric, _is_word(self.metric), "a name"),
            ("value", self.value, _is_number(self.value), "a number"),
            ("n", self.n, _is_whole(self.n), "a whole number from 0 on"),
            ("direction", self.direction, self.direction in get_args(Direction), "'higher', 'lower' or ''"),
            ("detail", "…", self.detail is None or isinstance(self.detail, list), "a list"),
        )
        if self.metric.endswith("accuracy") and not 0 <= self.value <= 1:
            raise ValueError(f"not a row: {self.metric}={self.value!r}: expected a share in [0, 1]")

    @property
    def group(self) -> tuple[Any, ...]:
        """What a table aggregates over seeds: everything that names the experiment but the seed."""
        return (self.study, *sorted(self.at.items()), self.metric)

    @property
    def experiment(self) -> tuple[Any, ...]:
        """What was measured on: a newer run of the same experiment replaces all rows of an older one."""
        return (self.study, *sorted(self.origin.at.items()), self.seed)

    def fact(self) -> dict[str, Any]:
        """Everything but what it came about by: what must be bit-identical when a run is repeated."""
        names = ("study", "at", "seed", "metric", "value", "n", "direction", "detail")
        return {name: getattr(self, name) for name in names}


def _check(what: str, *fields: tuple[str, object, bool, str]) -> None:
    """Refuse fields that are not what they should be: (name, value, whether it is, what was expected)."""
    problems = [f"{name}={value!r}: expected {expected}" for name, value, fine, expected in fields if not fine]
    if problems:
        raise ValueError(f"not {what}: {'; '.join(problems)}")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: object) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return isinstance(value, float) or abs(value) < 1e300  # JSON knows integers that no float can hold


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_keys(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        _is_word(name) and (isinstance(key, str) or (_is_number(key) and math.isfinite(key)))
        for name, key in value.items()
    )
