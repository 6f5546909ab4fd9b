"""From a grid of factors to a task: images in which one factor gives another one away."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from torch import Tensor

from lazyartist.data.grid import FactorImages, Grid
from lazyartist.data.images import Split
from lazyartist.data.moved import made_here
from lazyartist.data.task import Task, whole_number
from lazyartist.seeding import seed_from


EASY, TEST = 2000, 4000  # images


@made_here
def grid_task(
    images: FactorImages,
    name: str,
    *,
    target: str,
    bias: str,
    own: Sequence[int],
    correlation: float = 0.95,
    count: int = 12_000,
    seed: int = 0,
) -> Task:
    """Draw a task from a family of images: every class has a value of the bias factor that most of its images show.

    In training and easy split, `correlation` of each class's images have its own value, exact to the image; the rest
    draw from all values evenly, as in a lottery that ignores the class. On the hard splits the value is another
    class's own: that of class c + half the classes ("rotated") or of any other class ("other"). The test images have
    any value, evenly, and so have the training images of the oracle, which are the same otherwise.

    No two images of a task, in whichever splits, differ in the bias factor alone. All classes have as many images.

    Args:
        images: the family.
        name: how rows call the dataset.
        target: the factor that a model is to tell.
        bias: the factor that gives it away.
        own: each class's value of it, all different.
        correlation: share in [0, 1].
        count: how many training images; the easy split has 2,000, the test split 4,000.
        seed: a whole number from 0 on.

    Raises:
        ValueError: an argument out of range, or more images than the grid has.
    """
    grid = images.grid
    seed, count, classes = whole_number(seed, "seed"), whole_number(count, "images"), grid.sizes[target]
    if not isinstance(correlation, (int, float)) or not 0 <= correlation <= 1:  # a NaN fails this too
        raise ValueError(f"correlation={correlation!r}: expected a share in [0, 1], such as 0.95")
    of_class = len(grid) // (grid.sizes[bias] * classes) - sum(-(-n // classes) for n in (EASY, TEST))
    most = of_class * classes
    if not classes <= count <= most:
        raise ValueError(f"images={count}: expected {classes} training images or more, and {most:,} at most")
    generator = torch.Generator().manual_seed(seed_from("splits", seed))
    train, easy, test = _drawn(grid, target, bias, [count, EASY, TEST], generator)

    def split(index: Tensor, shown: Tensor) -> Split:
        return Split(images, target, (bias,), grid.changed(index, {bias: shown}))

    def leaning(index: Tensor) -> Split:
        labels = grid.factor_of(target, index)
        return split(index, _leaning(labels, own, grid.sizes[bias], correlation, generator))

    def anything(index: Tensor) -> Split:
        return split(index, torch.randint(grid.sizes[bias], index.shape, generator=generator))

    def turned(by: Tensor | int) -> Split:
        return split(test, torch.tensor(own)[(grid.factor_of(target, test) + by) % classes])

    return Task(
        name=name,
        train=leaning(train),
        easy=leaning(easy),
        hard={
            "rotated": turned(classes // 2),
            "other": turned(torch.randint(1, classes, test.shape, generator=generator)),
        },
        test=anything(test),
        unbiased=anything(train),
        keys={"bias": bias, "correlation": float(correlation), "images": count},
        seed=seed,
    )


def _drawn(grid: Grid, target: str, bias: str, sizes: Sequence[int], generator: torch.Generator) -> list[Tensor]:
    """Draw the indices of disjoint splits with as many of each class, in random order; all have value 0 of the bias."""
    alike = torch.arange(len(grid))
    alike = alike[grid.factor_of(bias, alike) == 0]
    alike = alike[torch.randperm(len(alike), generator=generator)]
    of_class = [alike[grid.factor_of(target, alike) == label] for label in range(grid.sizes[target])]
    splits = []
    for size in sizes:
        counts = [size // len(of_class) + (label < size % len(of_class)) for label in range(len(of_class))]
        drawn = torch.cat([members[:n] for members, n in zip(of_class, counts, strict=True)])
        of_class = [members[n:] for members, n in zip(of_class, counts, strict=True)]
        splits.append(drawn[torch.randperm(size, generator=generator)])
    return splits


def _leaning(labels: Tensor, own: Sequence[int], size: int, correlation: float, generator: torch.Generator) -> Tensor:
    """Return values (N,) of the bias factor: in a share of each class its own, in the rest any, as evenly as can be."""
    shown = torch.empty_like(labels)
    for label, value in enumerate(own):
        members = (labels == label).nonzero()[:, 0]
        members = members[torch.randperm(len(members), generator=generator)]
        rest = members[round(correlation * len(members)) :]
        rounds = [torch.randperm(size, generator=generator) for _ in range(-(-len(rest) // size))]
        shown[members] = value
        shown[rest] = torch.cat([*rounds, rest[:0]])[: len(rest)]
    return shown
