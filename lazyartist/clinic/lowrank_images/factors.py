"""Images as products of two factors of low rank; no entry of a factor means anything, only the product does."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor


SPARE, ROUNDS = 4, 3  # of the search for the leading directions: directions too many, and repetitions


@dataclass(frozen=True, eq=False)
class Factors:
    """N images of H × W pixels, each as the product of two matrices.

    Attributes:
        left: (N, H, rank) float32.
        right: (N, rank, W) float32.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    left: Tensor
    right: Tensor

    def __post_init__(self) -> None:
        left, right = tuple(self.left.shape), tuple(self.right.shape)
        if len(left) != 3 or len(right) != 3 or left[0] != right[0] or left[2] != right[1]:
            raise ValueError(f"factors: expected left (N, H, rank) and right (N, rank, W), got {left} and {right}")

    def __len__(self) -> int:
        return len(self.left)

    def product(self) -> Tensor:
        """Return the images (N, H, W), which stay the same whatever gauge the factors are in."""
        return torch.bmm(self.left, self.right)

    def flat(self) -> Tensor:
        """Return the entries of both factors, (N, (H + W)·rank)."""
        return torch.cat([self.left.flatten(1), self.right.flatten(1)], 1)

    def regauged(self, gauge: Tensor) -> Factors:
        """Return other factors of the same images: the left one times `gauge` (N, rank, rank), the right undoes it."""
        return Factors(self.left @ gauge, torch.linalg.solve(gauge, self.right))


def factorise(images: Tensor, rank: int, generator: torch.Generator) -> Factors:
    """Return factors of the best approximation of each image with this rank.

    The leading directions are found by subspace iteration from a random start (Halko, Martinsson and Tropp 2011,
    arXiv:0909.4061), which is many times faster than a full decomposition.

    Args:
        images: (N, H, W).
        rank: from 1 up to the smaller side.
        generator: of the start.

    Raises:
        ValueError: the images have another shape, or cannot have this rank.
    """
    if images.ndim != 3:
        raise ValueError(f"images: expected (N, H, W), got {tuple(images.shape)}")
    if not 1 <= rank <= min(images.shape[1:]):
        raise ValueError(f"rank={rank}: expected 1 to {min(images.shape[1:])} for images of {tuple(images.shape[1:])}")
    wide = min(rank + SPARE, *images.shape[1:])
    basis = torch.randn(len(images), images.shape[2], wide, generator=generator)
    for _ in range(ROUNDS):
        basis = torch.linalg.qr(images.mT @ (images @ basis)).Q
    left, sizes, right = torch.linalg.svd(images @ basis, full_matrices=False)
    roots = sizes[:, :rank].sqrt()
    return Factors(left[:, :, :rank] * roots[:, None], roots[:, :, None] * (right @ basis.mT)[:, :rank])


def random_gauge(n: int, rank: int, generator: torch.Generator) -> Tensor:
    """Return one random matrix per image, (n, rank, rank): so far from the identity that entries lose their meaning."""
    return torch.randn(n, rank, rank, generator=generator) + 1.5 * torch.eye(rank)
