"""SSIM: how alike two images are in brightness, contrast and structure, window by window."""

from __future__ import annotations

from typing import Any

import torch

from torch import Tensor


WINDOW, SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2
BATCH = 1 << 18  # pixels at a time


def ssim(images: Tensor, others: Tensor) -> Tensor:
    """Return the structural similarity of each image with its partner, (N,) float64 in [−1, 1]; 1 for the same.

    The mean over channels and over all places where a Gaussian window, 11 × 11 with σ = 1.5, lies inside the image:
    padding with zeros would make borders alike that are not. Every channel counts alike, unlike in papers that judge
    brightness alone. Report the mean over images.

    Args:
        images: (N, C, H, W) float in [0, 1], 11 pixels or more to a side; clip what a decoder says.
        others: the same, of the same shape.

    Raises:
        ValueError: shapes differ or are too small, or a value is not a float in [0, 1].

    Source: Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity".
    """
    for name, x in (("images", images), ("others", others)):
        _check(name, x)
    if images.shape != others.shape:
        raise ValueError(f"images {tuple(images.shape)} and others {tuple(others.shape)}: expected the same shape")
    size = max(1, BATCH // max(1, images[0].numel()))
    with torch.no_grad():
        parts = zip(torch.split(images, size), torch.split(others, size), strict=True)
        return torch.cat([_similarity(x.double(), y.double()).mean((1, 2, 3)) for x, y in parts])


def _similarity(x: Tensor, y: Tensor) -> Tensor:
    """(N, C, H − 10, W − 10), in double precision: variances are small differences of squares."""
    rows, columns = (_windows(size).to(x.device) for size in x.shape[2:])
    a, b, aa, bb, ab = (rows @ maps @ columns.T for maps in (x, y, x * x, y * y, x * y))
    brightness = (2 * a * b + C1) / (a * a + b * b + C1)
    return brightness * ((2 * (ab - a * b) + C2) / (aa - a * a + bb - b * b + C2))


def _windows(size: int) -> Tensor:
    """(size − 10, size): each row holds the weights of one place of the window along one side of the image.

    The window is a product of two such sides, and two small matrix products are quicker than a convolution.
    """
    off = torch.arange(size, dtype=torch.float64) - torch.arange(size - WINDOW + 1)[:, None] - WINDOW // 2
    weights = (-off.square() / (2 * SIGMA**2)).exp().where(off.abs() <= WINDOW // 2, 0)
    return weights / weights.sum(1, keepdim=True)


def _check(name: str, x: Any) -> None:
    if not isinstance(x, Tensor) or x.ndim != 4 or not x.is_floating_point() or not x.numel():
        got = f"{tuple(x.shape)} {x.dtype}" if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"{name}: expected a torch tensor (N, C, H, W) of floats in [0, 1], got {got}")
    if min(x.shape[2:]) < WINDOW:
        raise ValueError(f"{name}: {x.shape[2]} × {x.shape[3]} pixels: expected {WINDOW} or more to a side")
    low, high = float(x.min()), float(x.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"{name} run from {low:g} to {high:g}: expected [0, 1], so clip them")
