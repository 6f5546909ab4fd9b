"""Does a model lean on a shortcut? Every group's accuracy, what the mistakes follow, how much noise it takes."""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from scipy.stats import binomtest
from torch import Tensor

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN
from lazyartist.data.images import Split
from lazyartist.inference import predict
from lazyartist.knobs import Range
from lazyartist.probes.groups import GroupAccuracy, group_sizes
from lazyartist.reporting.table import Table


if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from lazyartist.data.task import Task

LEAST = 10  # images of a group, to say anything of it
ATTACKED = 32  # images that noise is sought for
SHARE = Range(low=0, high=1)
PASSES, FALLS, UNKNOWN, NOT_ASKED = "passes", "falls", "cannot tell", "not asked"
EXIT_CODES = {PASSES: 0, FALLS: 1, UNKNOWN: 2, NOT_ASKED: 0}


@dataclass(frozen=True, eq=False)
class ShortcutReport:
    """What was found of a model.

    Attributes:
        task: what it was asked about.
        groups: counts by group of the test split; by class alone where there is no bias attribute.
        names: what each group is called, row by row.
        answers: (N,) int64, what it answered on the test split.
        threshold: the accuracy that every group is to have; None if none was asked for.
        average: accuracy with the groups weighted as in training.
        follows: of the test images that have another class's attribute value, the share that is called that class.
        keeps: of the same images, the share that is called what it is.
        conflicting: how many these are.
        noise: the median of the largest change of a pixel that makes it answer another class, infinite where none was
            found; None where not sought.
        no_noise: why it could not be sought; "" where nobody asked for it, or it could.
    """

    task: Task
    groups: GroupAccuracy
    names: Sequence[str]
    answers: Tensor
    threshold: float | None
    average: float
    follows: float
    keeps: float
    conflicting: int
    noise: float | None
    no_noise: str = ""

    @property
    def unknown(self) -> list[str]:
        """What cannot be told, and why: one reason a line."""
        reasons = []
        if not self.task.test.bias:
            reasons.append("there is no attribute to lean on: name one with bias=…, or only classes can be compared")
        split = self.task.test
        reasons += [
            f"{bias} has the same value in every image: there is nothing to compare"
            for bias in split.bias
            if split.images.sizes[bias] < 2
        ]
        reasons += [
            f"{name}: {n or 'no'} test image{'s' if n > 1 else ''}, expected {LEAST} or more"
            for name, n in zip(self.names, self.groups.n.flatten().tolist(), strict=True)
            if n < LEAST
        ]
        return reasons

    @property
    def fallen(self) -> list[str]:
        """The names of the groups below the threshold, of those that something can be said of."""
        if self.threshold is None:
            return []
        rows = zip(self.names, self.groups.n.flatten().tolist(), self.groups.accuracy.flatten().tolist(), strict=True)
        return [name for name, n, share in rows if n >= LEAST and share < self.threshold]

    @property
    def verdict(self) -> str:
        """Return "falls" if a group is below the threshold, "cannot tell" where something is unknown, or "passes".

        Without a threshold nothing is below it, and a model that may lean does not pass: "not asked".
        """
        if self.fallen:
            return FALLS
        return UNKNOWN if self.unknown else NOT_ASKED if self.threshold is None else PASSES

    @property
    def exit_code(self) -> int:
        """0: passes, or was not asked to; 1: falls; 2: cannot tell."""
        return EXIT_CODES[self.verdict]

    @property
    def numbers(self) -> dict[str, float]:
        """What was measured, by name: for logs and properties of tests."""
        found = {
            "worst_group_accuracy": self.groups.worst,
            "average_accuracy": self.average,
            "balanced_accuracy": self.groups.balanced,
            "follows_the_attribute": self.follows,
            "noise": math.nan if self.noise is None else self.noise,
        }
        return {name: value for name, value in found.items() if math.isfinite(value)}

    def table(self) -> Table:
        """Return every group with its images, its accuracy and the interval."""
        lines = []
        for name, n, right in zip(
            self.names, *(c.flatten().tolist() for c in (self.groups.n, self.groups.right)), strict=True
        ):
            if n:
                interval = binomtest(right, n).proportion_ci(method="wilson")
                cells = [_percent(right / n), f"{_percent(interval.low)} to {_percent(interval.high)}"]
            else:
                cells = ["–", "–"]
            mark = "below" if name in self.fallen else ""
            lines.append([name, f"{n:,}", *cells, mark])
        what = " and ".join((self.task.test.target, *self.task.test.bias))
        *_, high, wide = self.task.test.render(torch.arange(1)).shape
        return Table(
            f"{self.task.name}: accuracy by {what}, on images of {high} x {wide} pixels",
            ("group", "test images", "right", "95 % interval", ""),
            lines,
            "Interval: Wilson's, of these test images; another training of the same model may differ by more.",
        )

    def lines(self) -> list[str]:
        """Return what was found, in words, the verdict last."""
        bias = " and ".join(self.task.test.bias)
        found = [
            f"worst group: {_percent(self.groups.worst)}; average, groups weighted as in training: "
            f"{_percent(self.average)}; mean over groups: {_percent(self.groups.balanced)}"
        ]
        if self.conflicting:
            found.append(
                f"of {self.conflicting:,} images with another class's {bias}, {_percent(self.follows)} are called that "
                f"class, {_percent(self.keeps)} what they are"
            )
        if self.noise is not None and math.isfinite(self.noise):
            found.append(
                f"noise that makes it answer the next class: {self.noise:.4f} of a pixel's range, median of up to "
                f"{ATTACKED} images"
            )
        elif self.noise is not None:
            found.append("no noise was found that makes it answer the next class")
        elif self.no_noise:
            found.append(f"noise was not sought: {self.no_noise}")
        found += [f"unknown: {reason}" for reason in self.unknown]
        wanted = "" if self.threshold is None else f", wanted: {_percent(self.threshold)} in every group"
        if self.verdict == NOT_ASKED:
            wanted = "; say what every group is to reach, as in --worst-group 0.7"
        below = f" ({'; '.join(self.fallen)})" if self.fallen else ""
        return [*found, f"verdict: {self.verdict}{below}{wanted}"]


def check_shortcut(
    model: nn.Module, task: Task, *, worst_group: float | None = None, noise: bool = True
) -> ShortcutReport:
    """Ask a model whether it leans on the bias attribute of a task.

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits of the task's classes.
        task: whose test images it is asked about; see `lazyartist.data.memory.memory_task` for images of your own.
        worst_group: the accuracy in [0, 1] that every group is to have; None to measure only.
        noise: also look for the noise that makes it err.

    Raises:
        ValueError: the threshold is no share, there are no test images, or the model does not return finite logits,
            one per class.
    """
    check_share(worst_group)
    test = task.test
    answers = predict(model, test)
    right = test.subset(answers == test.labels)
    if test.bias:
        groups = GroupAccuracy(group_sizes(test), group_sizes(right))
        weights = group_sizes(task.train)
        follows, keeps, conflicting = _followed(task, answers)
    else:
        groups = GroupAccuracy(*(_class_sizes(split) for split in (test, right)))
        weights = _class_sizes(task.train)
        follows, keeps, conflicting = math.nan, math.nan, 0
    found, why = _noise(model, right) if noise and len(right) else (None, "")
    return ShortcutReport(
        task, groups, group_names(test), answers, worst_group, groups.average(weights), follows, keeps, conflicting,
        found, why,
    )  # fmt: skip


def check_share(worst_group: float | None) -> None:
    """Refuse a threshold that is no share, before anything is trained for it.

    Raises:
        ValueError: it is none.
    """
    if worst_group is not None and worst_group not in SHARE:
        raise ValueError(f"worst_group={worst_group!r}: expected a share, {SHARE}, such as 0.7")


def group_names(split: Split) -> list[str]:
    """Return what each group is called, class by class: "y=landbird, place=water"."""
    values = getattr(split.images, "values", {})
    names = [""]
    for factor in (split.target, *split.bias):
        own = values.get(factor, range(split.images.sizes[factor]))
        names = [f"{name}, {factor}={value}".lstrip(", ") for name in names for value in own]
    return names


def _class_sizes(split: Split) -> Tensor:
    return torch.bincount(split.labels, minlength=split.classes)[:, None]


def _followed(task: Task, answers: Tensor) -> tuple[float, float, int]:
    """Of test images whose attribute value is another class's own: are they called that class, or what they are?"""
    test, own = task.test, task.own_attribute
    belongs = own[:, None] == torch.arange(test.attributes)  # (classes, attributes)
    conflicts = belongs.any(0)[test.attribute] & ~belongs[test.labels, test.attribute]
    count = int(conflicts.sum())
    if not count:
        return math.nan, math.nan, 0
    follows = belongs[answers, test.attribute][conflicts].double().mean()
    return float(follows), float((answers == test.labels)[conflicts].double().mean()), count


def _noise(model: nn.Module, right: Split) -> tuple[float | None, str]:
    """Return the median size of the noise that makes images that are named right be called the next class.

    What is known of the groups is known without it: a model that cannot be attacked is told why, and that is all.
    """
    places = torch.linspace(0, len(right) - 1, min(ATTACKED, len(right))).long()  # from all over the split
    target = (right.labels[places] + 1) % right.classes
    criterion = TargetedConfidence(target, None, right.labels[places])
    try:
        return float(FMN()(model, right.render(places), criterion).distance.median()), ""
    except ValueError as error:
        return None, str(error)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
