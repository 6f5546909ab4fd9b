"""How well odd images are found in batches of which it is known which ones are odd."""

from __future__ import annotations

import math

from dataclasses import dataclass

import torch

from scipy.stats import rankdata
from torch import Tensor

from lazyartist.device import here
from lazyartist.latents.normal import Outliers


@dataclass(frozen=True, eq=False)
class DetectionQuality:
    """How well odd images are found, in each of R batches.

    Attributes:
        auroc: (R,), the probability that an odd image is further from normal than a normal one.
        average_precision: (R,), the mean precision over the ranks of the odd images.
        found: (R,) int64, how many odd images count as odd.
        flagged: (R,) int64, how many images do.
        odd: (R,) int64, how many are odd.
        images: how many images a batch has.
    """

    auroc: Tensor
    average_precision: Tensor
    found: Tensor
    flagged: Tensor
    odd: Tensor
    images: int

    @property
    def precision(self) -> float:
        """The share of odd images among those that count as odd, of all batches together; NaN where none does."""
        return _ratio(self.found, self.flagged)

    @property
    def recall(self) -> float:
        """The share of odd images that count as odd, of all batches together."""
        return _ratio(self.found, self.odd)

    @property
    def false_alarms(self) -> float:
        """The share of normal images that count as odd, of all batches together."""
        return _ratio(self.flagged - self.found, self.images - self.odd)


def judge_detection(outliers: Outliers, odd: Tensor) -> DetectionQuality:
    """Judge by the truth, (R, N) bool; of equally distant images the odd ones count as the nearer ones.

    Raises:
        ValueError: the sizes differ, or a batch has no odd image, or no other.
    """
    if odd.ndim != 2 or odd.shape != outliers.distance.shape or odd.dtype != torch.bool:
        raise ValueError(f"odd: expected {tuple(outliers.distance.shape)} bool, got {tuple(odd.shape)} {odd.dtype}")
    odd, distance, flagged = here(odd), here(outliers.distance), here(outliers.flagged)
    positive, images = odd.sum(1), odd.shape[1]
    if bool((positive == 0).any()) or bool((positive == images).any()):
        raise ValueError("a batch has no odd image, or no normal one: there is nothing to tell apart")
    ranks = torch.as_tensor(rankdata(distance.cpu().numpy(), axis=1))
    above = (ranks * odd).sum(1) - positive * (positive + 1) / 2
    normal_first = odd.int().argsort(dim=1, stable=True)
    by_distance = distance.gather(1, normal_first).argsort(dim=1, descending=True, stable=True)
    hit = odd.gather(1, normal_first).gather(1, by_distance).double()
    precision = hit.cumsum(1) / torch.arange(1, images + 1)
    return DetectionQuality(
        auroc=above / (positive * (images - positive)),
        average_precision=(precision * hit).sum(1) / positive,
        found=(flagged & odd).sum(1),
        flagged=flagged.sum(1),
        odd=positive,
        images=images,
    )


def _ratio(part: Tensor, whole_: Tensor) -> float:
    total = int(whole_.sum())
    return int(part.sum()) / total if total else math.nan
