"""What a treatment makes, maps and a threshold, and how well masks agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.clinic.frozen_masks.net import PART


THRESHOLDS = tuple(step / 40 for step in range(1, 40))


@dataclass(frozen=True, eq=False)
class Segmenter:
    """Maps, and the threshold above which a pixel is marked.

    Attributes:
        maps: images (B, 1, H, W) to maps (B, H, W) in [0, 1].
        threshold: chosen on images that the treatment holds.
    """

    maps: nn.Module
    threshold: float

    def masks(self, images: Tensor) -> Tensor:
        """Return masks (N, H, W) bool."""
        return maps_of(self.maps, images) > self.threshold


@torch.no_grad()
def maps_of(model: nn.Module, images: Tensor) -> Tensor:
    """Return the maps (N, H, W) of many images."""
    return torch.cat([model(part) for part in torch.split(images, PART)])


def ious(masks: Tensor, truth: Tensor) -> Tensor:
    """Return for each image the intersection over the union of two masks, (N,); 1 where both are empty.

    Args:
        masks: (N, H, W) bool.
        truth: (N, H, W) bool.

    Raises:
        ValueError: they are no masks, or of different shapes.
    """
    if masks.dtype is not torch.bool or truth.dtype is not torch.bool or masks.shape != truth.shape or masks.ndim != 3:
        came = f"{tuple(masks.shape)} {masks.dtype} and {tuple(truth.shape)} {truth.dtype}"
        raise ValueError(f"masks: expected two times (N, H, W) bool, got {came}; a map must be thresholded first")
    both, either = (masks & truth).sum((1, 2)), (masks | truth).sum((1, 2))
    return torch.where(either > 0, both / either.clamp_min(1), 1.0)


def scan(maps: Tensor, truth: Tensor, thresholds: Sequence[float] = THRESHOLDS) -> Tensor:
    """Return the mean IoU at each threshold, (T,).

    Args:
        maps: (N, H, W) floats.
        truth: (N, H, W) bool.
        thresholds: what a map must exceed for a pixel to be marked.

    Raises:
        ValueError: all thresholds give the same masks, as where the maps are binary already: nothing is scanned.
    """
    marked = [maps > threshold for threshold in thresholds]
    if all(torch.equal(marked[0], other) for other in marked[1:]):
        raise ValueError(
            f"the {len(marked)} thresholds from {min(thresholds):g} to {max(thresholds):g} give the same masks: the "
            "maps are binary already, or out of range; scan what was there before it was thresholded"
        )
    return torch.stack([ious(masks, truth).mean() for masks in marked])


def best_threshold(maps: Tensor, truth: Tensor) -> float:
    """Return the threshold with the largest mean IoU; of images that the maps were not fitted to.

    Raises:
        ValueError: see `scan`.
    """
    return THRESHOLDS[int(scan(maps, truth).argmax())]
