"""Unit selectivity: how much of a unit's variance the bias attribute explains, and how much the class."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.knobs import Range
from lazyartist.probes.validation import need_count, need_labels, need_rows
from lazyartist.seeding import seed_from
from lazyartist.statistics import eta_squared


KINDS = ("attribute", "class", "both", "neither", "dead")
LEAST = 0.1  # of its variance must be explained for a unit to be called after what explains it


@dataclass(frozen=True, eq=False)
class ExplainedVariance:
    """The share of each unit's variance that a label explains, η², with a 95 % interval.

    Attributes:
        value: (K,) in [0, 1]; 0 for a unit that never changes.
        low: (K,) the 2.5th percentile over resampled images.
        high: (K,) the 97.5th.
    """

    value: Tensor
    low: Tensor
    high: Tensor


def explain_variance(activations: Tensor, labels: Tensor, *, resamples: int = 200, seed: int = 0) -> ExplainedVariance:
    """Return η² = variance between the groups / all variance, for every unit, with a bootstrap interval.

    Even noise has an η² of about groups / images: ask with a thousand images or so.

    Args:
        activations: (N, K) as from `lazyartist.activations`.
        labels: (N,) int64, the group of each image: its class, or its attribute value.
        resamples: how often the images are drawn anew, with replacement.
        seed: of the drawing.

    Raises:
        ValueError: sizes differ, there is only one group, or an activation is NaN.
    """
    need_rows(activations, "activations")
    need_labels(labels, "labels", len(activations))
    need_count(resamples, "resamples")
    if bool((labels == labels[0]).all()):
        raise ValueError("labels: expected at least two groups, got one")
    n = len(activations)
    generator = torch.Generator().manual_seed(seed_from("resamples", seed))
    drawn = torch.randint(n, (resamples, n), generator=generator)
    counts = torch.zeros(resamples, n, dtype=torch.float64)
    counts.scatter_add_(1, drawn, torch.ones_like(drawn, dtype=torch.float64))
    resampled = eta_squared(activations, labels, counts)
    return ExplainedVariance(
        value=eta_squared(activations, labels).float(),
        low=resampled.quantile(0.025, dim=0).float(),
        high=resampled.quantile(0.975, dim=0).float(),
    )


@dataclass(frozen=True, eq=False)
class UnitSelectivity:
    """What the units of a layer respond to.

    Attributes:
        by_attribute: how much of each unit the bias attribute explains.
        by_class: how much the class explains.
        dead: (K,) bool, units that are the same for every image.
        least: the share that the low end of an interval must exceed.
    """

    by_attribute: ExplainedVariance
    by_class: ExplainedVariance
    dead: Tensor
    least: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """One of `KINDS` for each unit."""
        attribute, label = self.by_attribute.low > self.least, self.by_class.low > self.least
        index = torch.where(attribute & label, 2, torch.where(attribute, 0, torch.where(label, 1, 3)))
        return tuple(KINDS[i] for i in torch.where(self.dead, 4, index).tolist())

    @property
    def counts(self) -> dict[str, int]:
        """How many units there are of each kind."""
        return {kind: self.kinds.count(kind) for kind in KINDS}


def unit_selectivity(
    activations: Tensor, classes: Tensor, attribute: Tensor, *, least: float = LEAST, seed: int = 0
) -> UnitSelectivity:
    """Sort units by what explains them. Use images whose attribute says nothing of the class: `task.test` for colours.

    On images with their class's own attribute value the two explain the same, and nothing is learnt.

    Args:
        activations: (N, K).
        classes: (N,) int64.
        attribute: (N,) int64, the bias attribute's values.
        least: what the low end of an interval must exceed for a unit to be called after it, in [0, 1].
        seed: of the intervals.

    Raises:
        ValueError: `least` is out of range; or see `explain_variance`.
    """
    if least not in Range(low=0, high=1):
        raise ValueError(f"least={least!r}: expected a share of the variance, in [0, 1]")
    need_rows(activations, "activations")
    need_labels(classes, "classes", len(activations))
    need_labels(attribute, "attribute", len(activations))
    dead = activations.amax(0) == activations.amin(0)
    by_attribute = explain_variance(activations, attribute, seed=seed)
    return UnitSelectivity(by_attribute, explain_variance(activations, classes, seed=seed), dead, least)
