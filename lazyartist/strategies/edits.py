"""Edits that are learnt: what changes in the images of a class when a witness gives another answer."""

from __future__ import annotations

import itertools

from dataclasses import dataclass

import torch

from torch import Generator, Tensor

from lazyartist.strategies.base import TrainingSplit


BATCH = 512
RIDGE = 1e-3  # of the mean square pixel: keeps the colour matrices near the identity where the images say nothing
ASKED = 2000  # images that an edit is tried on
MOST = 50_000_000  # numbers in the patterns of all pairs of answers, 200 MB


@dataclass(frozen=True, eq=False)
class Edit:
    """For each pair of answers (from, to), the affine map that makes images of the one look like the other's.

    Attributes:
        answers: (N,) int64 in [0, K), what the witness says of each training image.
        matrices: (K, K, 3, 3), what becomes of a pixel's colour.
        offsets: (K, K, 3, H, W), what is added then.
    """

    answers: Tensor
    matrices: Tensor
    offsets: Tensor

    def apply(self, x: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """Return images (B, 3, H, W) in [0, 1] with the answers `end` (B,) where they had `start`."""
        mixed = torch.einsum("bij,bjhw->bihw", self.matrices[start, end], x)
        return (mixed + self.offsets[start, end]).clamp(0, 1).contiguous(memory_format=torch.channels_last)

    def lost(self, split: TrainingSplit) -> float:
        """Return how much of an image is lost on the way to a random answer and back, as a share of its energy.

        What an edit can undo it understands: a colour, a mark. Of a stroke that moves or grows it cannot.
        """
        index = torch.arange(min(ASKED, len(self.answers)))
        x, start = split.render(index), self.answers[index]
        end = torch.randint(len(self.matrices), start.shape, generator=split.generator)
        back = self.apply(self.apply(x, start, end), end, start)
        return float((back - x).square().sum() / x.square().sum().clamp_min(1e-12))

    def shuffle(self, x: Tensor, index: Tensor, generator: Generator) -> Tensor:
        """Return the training images at `index` with random answers, each as likely as the others."""
        start = self.answers[index]
        return self.apply(x, start, torch.randint(len(self.matrices), start.shape, generator=generator))


def learn_edit(split: TrainingSplit, answers: Tensor) -> Edit | None:
    """Fit the maps to the mean images of each class with each answer.

    A class's images with one answer differ from those with another in what the witness reads, and in nothing else on
    average. Two kinds of map are tried, one that mixes channels and one that adds a pattern; the one that leaves less
    of the differences unexplained is kept.

    Args:
        split: the training images.
        answers: (N,) int64 in [0, classes).

    Returns:
        The edit; None where no class has images of both of some two answers, which then are compared through others at
        best, from too few images; or where there are too many pairs to hold.
    """
    if split.classes**2 * split.render(torch.arange(1)).numel() > MOST:
        return None
    mean, square, n = _moments(split, answers)
    classes, channels = split.classes, mean.shape[2]
    matrices = torch.empty(classes, classes, channels, channels)
    offsets = _patterns(mean, square, n)
    identity = torch.eye(channels)
    unexplained = torch.zeros(2, dtype=torch.float64)
    for start, end in itertools.permutations(range(classes), 2):
        old, new = mean[:, start], mean[:, end]  # (classes, C, H, W)
        # a difference of two means is as sure as the smaller group allows
        weights = n[:, start] * n[:, end] / (n[:, start] + n[:, end]).clamp_min(1)
        if not weights.any():
            return None
        weights = weights / weights.sum()
        own = torch.einsum("y,yihw,yjhw->ij", weights, old, old)
        cross = torch.einsum("y,yihw,yjhw->ij", weights, new, old)
        ridge = RIDGE * own.trace() * identity
        matrices[start, end] = torch.linalg.solve(own + ridge, cross + ridge, left=False)
        mixed = torch.einsum("ij,yjhw->yihw", matrices[start, end], old)
        for kind, edited in enumerate((mixed, old + offsets[start, end])):
            unexplained[kind] += torch.einsum("y,y...->...", weights, (new - edited).square()).sum()
    if unexplained[0] < unexplained[1]:
        offsets.zero_()
    else:
        matrices.copy_(identity)
    same = range(classes)
    matrices[same, same], offsets[same, same] = identity, 0
    return Edit(answers, matrices, offsets)


def _patterns(mean: Tensor, square: Tensor, n: Tensor) -> Tensor:
    """Return what is added to an image of one answer to make it one of another, (K, K, C, H, W).

    The mean image of a class with an answer is taken for the sum of an image of the class and one of the answer, fitted
    to all of them at once, each weighed by how many images it is of: so a few images that contradict the lie are
    enough. Of each number the share is kept by which its square is more than its variance, because a pattern of noise
    would itself be a mark to read: nothing of two thirds of the numbers that are noise alone.

    Source: two-way analysis of variance without interaction; the share is Breiman's 1995 non-negative garrote.
    """
    classes, answers = n.shape
    design = torch.cat(
        [torch.eye(classes).repeat_interleave(answers, 0), torch.eye(answers).repeat(classes, 1)], 1
    ).double()  # (cells, classes + answers)
    weighed = design * n.flatten()[:, None].double()
    inverse = torch.linalg.pinv(design.T @ weighed)[classes:]  # of the answers' images
    images = (inverse @ (weighed.T @ mean.flatten(0, 1).flatten(1).double())).float()
    within = torch.einsum("yk,yk...->...", n, square - mean.square()).clamp_min(0) / n.sum()
    spread = inverse[:, classes:].float()
    spread = spread.diagonal()[:, None] + spread.diagonal() - 2 * spread  # variance of a difference, in units of within
    difference = (images - images[:, None]).view(answers, answers, *mean.shape[2:])
    noise = spread[:, :, None, None, None] * within
    kept = (1 - noise / difference.square().clamp_min(1e-12)).clamp_min(0)
    patterns: Tensor = difference * kept
    return patterns


def _moments(split: TrainingSplit, answers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean and mean square of the images by class and answer, (C, C, 3, H, W), and how many, (C, C)."""
    classes = split.classes
    group = split.labels * classes + answers
    n = torch.bincount(group, minlength=classes**2).float()
    shape = (classes**2, *split.render(torch.arange(1)).shape[1:])
    mean, square = torch.zeros(shape), torch.zeros(shape)
    for start in range(0, len(answers), BATCH):
        index = torch.arange(start, min(start + BATCH, len(answers)))
        x = split.render(index)
        mean.index_add_(0, group[index], x)
        square.index_add_(0, group[index], x.square())
    count = n.clamp_min(1)[:, None, None, None]
    cells = (classes, classes, *shape[1:])
    return (mean / count).view(cells), (square / count).view(cells), n.view(classes, classes)
