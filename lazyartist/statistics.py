"""How well a number per image tells groups of images apart: AUROC and η²."""

from __future__ import annotations

import torch

from scipy.stats import rankdata
from torch import Tensor


def auroc(scores: Tensor, holds: Tensor) -> Tensor:
    """Return the probability that an image with the attribute scores above one without, ties counting half.

    Args:
        scores: (N, F), one column per feature.
        holds: (A, N) bool.

    Returns:
        (A, F) float64 in [0, 1]; NaN for an attribute that all images have, or none.

    Raises:
        ValueError: the sizes differ, or a score is NaN.
    """
    if scores.ndim != 2 or holds.ndim != 2 or holds.shape[1] != len(scores):
        raise ValueError(
            f"expected scores (N, F) and holds (A, N) bool, got {tuple(scores.shape)} and {tuple(holds.shape)}"
        )
    _refuse_nan(scores)
    ranks = torch.as_tensor(rankdata(scores.detach().cpu().numpy(), axis=0), dtype=torch.double, device=holds.device)
    positive = holds.sum(1, keepdim=True).double()
    negative = holds.shape[1] - positive
    return (holds.double() @ ranks - positive * (positive + 1) / 2) / (positive * negative)


def eta_squared(scores: Tensor, groups: Tensor, counts: Tensor | None = None) -> Tensor:
    """Return the share of each score's variance that lies between groups, float64 in [0, 1].

    0 means that all groups have the same mean, 1 that the group decides the score; a constant score has 0. Even noise
    has about groups / images.

    Args:
        scores: (N, F).
        groups: (N,) int64.
        counts: (R, N), how often each image counts in each of R resamples; None for one count per image.

    Returns:
        (F,), or (R, F) with `counts`.

    Raises:
        ValueError: the sizes differ, or a score is NaN.
    """
    if scores.ndim != 2 or groups.shape != scores.shape[:1]:
        raise ValueError(f"expected scores (N, F) and groups (N,), got {tuple(scores.shape)} and {tuple(groups.shape)}")
    _refuse_nan(scores)
    values = scores.double()
    values = values - values.mean(0)  # changes nothing, but small variances are not lost beside large means
    weights = torch.ones(1, len(values), dtype=torch.float64, device=values.device) if counts is None else counts
    n = weights.sum(1, keepdim=True)
    mean = weights @ values / n
    total = weights @ values.square() - n * mean.square()
    between = -n * mean.square()
    for group in sorted(set(groups.tolist())):
        members = groups == group
        weight = weights[:, members].sum(1, keepdim=True)
        sums = weights[:, members] @ values[members]
        between = between + sums.square() / weight.where(weight > 0, 1)
    constant = total <= 1e-12 * (weights @ values.square()).clamp_min(1e-300)
    eta = (between / total.where(~constant, 1)).where(~constant, 0).clamp(0, 1)
    return eta[0] if counts is None else eta


def _refuse_nan(scores: Tensor) -> None:
    if bool(scores.isnan().any()):
        raise ValueError("scores: expected numbers, got NaN: the model is damaged, or its training diverged")
