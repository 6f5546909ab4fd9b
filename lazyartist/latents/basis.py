"""Principal axes of images: an orthonormal basis in which a picture is a few hundred numbers.

A Gaussian likelihood of pixels is the same in any orthonormal basis, up to what the dropped axes would add: the first
and the last layer of an autoencoder become fixed linear maps, and training costs a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.latents.pictures import Pictures
from lazyartist.seeding import seed_from


SAMPLE = 6000  # images that the axes are found on
ROUNDS = 2  # of subspace iteration


@dataclass(frozen=True, eq=False)
class Basis:
    """The first principal axes of a dataset's images.

    Attributes:
        axes: (K, C·H·W), orthonormal rows.
        mean: (K,), the mean image's inner products with them.
        rest: (C·H·W,), what of the mean image the axes do not hold.
        spread: (K,), the images' standard deviation along each, falling.
    """

    axes: Tensor
    mean: Tensor
    rest: Tensor
    spread: Tensor


def principal_axes(pictures: Pictures, axes: int, seed: int) -> Basis:
    """Find the first principal axes of a sample of images, by a randomised singular value decomposition.

    Args:
        pictures: what they are found on.
        axes: how many at most; there are no more than pixels, or images in the sample less one.
        seed: of the sample and of the first guess.

    Source: Halko, Martinsson and Tropp 2011.
    """
    generator = torch.Generator().manual_seed(seed_from("basis", seed))
    flat = pictures.some(SAMPLE, generator).flatten(1) if len(pictures) > SAMPLE else _all(pictures)
    mean = flat.mean(0)
    flat = flat - mean
    width = min(axes + 20, flat.shape[1], len(flat) - 1)
    found = torch.randn(flat.shape[1], width, generator=generator)
    for _ in range(ROUNDS):
        found = torch.linalg.qr(flat.T @ (flat @ found)).Q
    _, singular, rows = torch.linalg.svd(flat @ found, full_matrices=False)
    kept = (rows @ found.T)[: min(axes, width)]
    spread = singular[: len(kept)] / (len(flat) - 1) ** 0.5
    inside = kept @ mean
    return Basis(kept.contiguous(), inside, mean - inside @ kept, spread.clamp_min(1e-8))


def _all(pictures: Pictures) -> Tensor:
    every = torch.arange(len(pictures))
    return torch.cat([pictures.render(part) for part in torch.split(every, 1000)]).flatten(1)
