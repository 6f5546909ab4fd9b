"""ROAD: deletion whose holes are filled from around them, so that the hole's shape gives nothing away."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn.functional import conv2d

from lazyartist.attribution.base import checked_images, checked_maps
from lazyartist.attribution.insertion_deletion import ranks
from lazyartist.attribution.target import Target, scores
from lazyartist.inference import evaluating, outputs
from lazyartist.knobs import Range
from lazyartist.seeding import seed_from


SHARES = tuple(i / 10 for i in range(1, 10))
NOISE = 0.01


@dataclass(frozen=True, eq=False)
class Road:
    """The target's probability with pixels filled in from their surroundings.

    Attributes:
        shares: of the pixels that are filled in.
        most: (S, N) probability without the map's highest pixels.
        least: (S, N) probability without its lowest.
    """

    shares: tuple[float, ...]
    most: Tensor
    least: Tensor

    @property
    def score(self) -> Tensor:
        """(N,) half the mean of least − most: positive if the map ranks what counts above what does not."""
        return (self.least - self.most).mean(0) / 2


def remove_and_debias(
    model: nn.Module, images: Tensor, maps: Tensor, target: Target, *, shares: tuple[float, ...] = SHARES, seed: int = 0
) -> Road:
    """Fill in each map's highest, then its lowest pixels, and ask the model.

    Args:
        model: images to logits.
        images: (N, C, H, W) in [0, 1].
        maps: (N, h, w), raw; the order of the pixels is all that counts.
        target: the class, or (N,) one per image; a function is given probabilities.
        shares: of the pixels, in (0, 1).
        seed: of the little noise on what is filled in.

    Raises:
        ValueError: see `Map.__call__`; or the maps are not finite, or a share is not in (0, 1).

    Source: Rong et al. 2022, arXiv:2202.00449.
    """
    allowed = Range(above=0, below=1)
    if not isinstance(shares, (tuple, list)) or not shares or not all(share in allowed for share in shares):
        raise ValueError(f"shares={shares!r}: expected numbers between 0 and 1")
    x = checked_images(images)
    maps = checked_maps(maps, len(x))
    size = (x.shape[2], x.shape[3])
    highest, lowest = ranks(maps, size), ranks(-maps, size)
    generator = torch.Generator().manual_seed(seed_from("road", seed))
    noise = NOISE * torch.randn(x.shape[1:], generator=generator).to(x.device)

    def probability(rank: Tensor, share: float) -> Tensor:
        missing = (rank < round(share * rank[0].numel()))[:, None]
        return scores(outputs(model, fill(x, missing) + noise * missing).softmax(1), target)

    with evaluating(model), torch.no_grad():
        most, least = (torch.stack([probability(rank, share) for share in shares]) for rank in (highest, lowest))
    return Road(shares, most, least)


def fill(images: Tensor, missing: Tensor, *, tolerance: float = 1e-5) -> Tensor:
    """Return the images with each missing pixel the weighted mean of its eight neighbours, missing ones included.

    All images' linear systems are solved at once by conjugate gradients: they are symmetric and positive, and one
    product with all of their matrices is one convolution.

    Args:
        images: (N, C, H, W).
        missing: (N, 1, H, W) bool; no image may miss all of its pixels.
        tolerance: of the residual, against the right-hand side.

    Raises:
        ValueError: an image has no pixel left to fill from.
    """
    if bool(missing.flatten(1).all(1).any()):
        raise ValueError("every pixel of an image is missing: expected at least one to fill from")
    hole = missing.to(images.dtype)
    known = images * (1 - hole)
    weight = _around(torch.ones_like(images[:1, :1]))  # less at the border
    b = hole * _around(known)
    x = torch.zeros_like(b)
    residual = direction = b
    size = goal = residual.square().sum((2, 3), keepdim=True)
    goal = goal * tolerance**2
    for _ in range(hole[0].numel()):  # without rounding, no more steps than unknowns
        going = size > goal  # what is solved stands still: a residual that shrinks on ends as 0 / 0
        if not bool(going.any()):
            break
        product = hole * (weight * direction - _around(direction))
        step = size / (direction * product).sum((2, 3), keepdim=True).where(going, 1) * going
        x, residual = x + step * direction, residual - step * product
        new = residual.square().sum((2, 3), keepdim=True)
        direction = residual + new / size.where(going, 1) * direction
        size = new
    return known + x


def _around(images: Tensor) -> Tensor:
    """The weighted sum of each pixel's neighbours: a sixth of each beside it, a twelfth of each across a corner."""
    n, c, height, width = images.shape
    weights = torch.tensor([[1.0, 2, 1], [2, 0, 2], [1, 2, 1]], dtype=images.dtype, device=images.device)
    weights = weights[None, None] / 12
    return conv2d(images.reshape(n * c, 1, height, width), weights, padding=1).view(n, c, height, width)
