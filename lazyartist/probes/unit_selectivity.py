"""How much of a unit does colour explain, and how much class?"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.seeding import seed_from


KINDS = ("colour", "shape", "both", "neither", "dead")
LEAST = 0.1  # of its variance must be explained for a unit to be called after what explains it


@dataclass(frozen=True, eq=False)
class Explained:
    """The share of each unit's variance that a label explains, η², with a 95 % interval.

    Attributes:
        value: (K,) in [0, 1]; 0 for a unit that never changes.
        low: (K,) the 2.5th percentile over resampled images.
        high: (K,) the 97.5th.
    """

    value: Tensor
    low: Tensor
    high: Tensor


def explained(activity: Tensor, labels: Tensor, *, resamples: int = 200, seed: int = 0) -> Explained:
    """Return η² = variance between the groups / all variance, for every unit, with a bootstrap interval.

    Even noise has an η² of about groups / images: ask with a thousand images or so.

    Args:
        activity: (N, K) as from `activations_of`.
        labels: (N,) int64, the group of each image: its class, or its colour.
        resamples: how often the images are drawn anew, with replacement.
        seed: of the drawing.

    Raises:
        ValueError: sizes differ, or there is only one group.
    """
    if labels.shape != activity.shape[:1] or bool((labels == labels[0]).all()):
        raise ValueError(f"labels: expected ({len(activity)},) with at least two groups, got {tuple(labels.shape)}")
    values = activity.double()
    values = values - values.mean(0)  # changes nothing, but small variances are not lost beside large means
    n = len(values)
    generator = torch.Generator().manual_seed(seed_from("resamples", seed))
    drawn = torch.randint(n, (resamples, n), generator=generator)
    counts = torch.zeros(resamples, n, dtype=torch.float64)
    counts.scatter_add_(1, drawn, torch.ones_like(drawn, dtype=torch.float64))
    again = _eta_squared(values, labels, counts)
    return Explained(
        value=_eta_squared(values, labels, torch.ones(1, n, dtype=torch.float64))[0].float(),
        low=again.quantile(0.025, dim=0).float(),
        high=again.quantile(0.975, dim=0).float(),
    )


@dataclass(frozen=True, eq=False)
class Units:
    """What the units of a layer respond to.

    Attributes:
        colour: how much colour explains of each unit.
        shape: how much class explains.
        dead: (K,) bool, units that are the same for every image.
        least: the share that the low end of an interval must exceed.
    """

    colour: Explained
    shape: Explained
    dead: Tensor
    least: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """One of `KINDS` for each unit."""
        colour, shape = self.colour.low > self.least, self.shape.low > self.least
        index = torch.where(colour & shape, 2, torch.where(colour, 0, torch.where(shape, 1, 3)))
        return tuple(KINDS[i] for i in torch.where(self.dead, 4, index).tolist())

    @property
    def counts(self) -> dict[str, int]:
        """How many units there are of each kind."""
        return {kind: self.kinds.count(kind) for kind in KINDS}


def units(activity: Tensor, classes: Tensor, colours: Tensor, *, least: float = LEAST, seed: int = 0) -> Units:
    """Sort units by what explains them. Use images whose colours say nothing of the class, `task.hard["uniform"]`.

    On images that wear their class's colour the two explain the same, and nothing is learnt.

    Args:
        activity: (N, K).
        classes: (N,) int64.
        colours: (N,) int64.
        least: what the low end of an interval must exceed for a unit to be called after it.
        seed: of the intervals.
    """
    dead = activity.amax(0) == activity.amin(0)
    return Units(explained(activity, colours, seed=seed), explained(activity, classes, seed=seed), dead, least)


def _eta_squared(values: Tensor, labels: Tensor, counts: Tensor) -> Tensor:
    """η² (R, K) of `values` (N, K) in which image i stands counts[r, i] times."""
    n = counts.sum(1, keepdim=True)
    mean = counts @ values / n
    total = counts @ values.square() - n * mean.square()
    between = -n * mean.square()
    for label in set(labels.tolist()):
        members = labels == label
        weight = counts[:, members].sum(1, keepdim=True)
        sums = counts[:, members] @ values[members]
        between = between + sums.square() / weight.where(weight > 0, 1)
    nothing = total <= 1e-12 * (counts @ values.square()).clamp_min(1e-300)
    return (between / total.where(~nothing, 1)).where(~nothing, 0).clamp(0, 1)
