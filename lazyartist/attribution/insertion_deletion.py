"""Insertion and deletion: how the target's probability moves while the map's highest pixels come or go.

What replaces a pixel is part of the measure, since a network may read the replacement too: it is always stated. On a
black canvas, black takes away the stroke and leaves the background as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from lazyartist.attribution.base import checked_images, checked_maps
from lazyartist.attribution.postprocess import upsample
from lazyartist.attribution.target import Target, scores
from lazyartist.inference import evaluating, outputs


Baseline = Literal["black", "mean", "blur"]


@dataclass(frozen=True, eq=False)
class ProbabilityCurve:
    """The target's probability while pixels are changed, the map's highest first.

    Attributes:
        changed: (S,) shares of the pixels, from 0 to 1.
        probability: (S, N).
        baseline: what stands for a pixel that is not there.
    """

    changed: Tensor
    probability: Tensor
    baseline: Baseline

    @property
    def area(self) -> Tensor:
        """(N,) the area under each image's curve, in [0, 1]."""
        return torch.trapezoid(self.probability, self.changed, dim=0)


def deletion(
    model: nn.Module, images: Tensor, maps: Tensor, target: Target, *, baseline: Baseline = "black", steps: int = 28
) -> ProbabilityCurve:
    """Take pixels away from the images, the map's highest first: a good map has a small area.

    Args:
        model: images to logits.
        images: (N, C, H, W) in [0, 1].
        maps: (N, h, w), raw; the order of the pixels is all that counts.
        target: the class, or (N,) one per image; a function is given probabilities.
        baseline: "black", the image's "mean" colour, or a "blur" of the image.
        steps: into how many equal parts the pixels are divided, 1 or more.

    Raises:
        ValueError: see `Map.__call__`; or the maps are not finite, an unknown baseline, or no steps.

    Source: Petsiuk et al. 2018, RISE, arXiv:1806.07421.
    """
    return _curve(model, images, maps, target, baseline, steps, inserting=False)


def insertion(
    model: nn.Module, images: Tensor, maps: Tensor, target: Target, *, baseline: Baseline = "black", steps: int = 28
) -> ProbabilityCurve:
    """Put pixels into the baseline, the map's highest first: a good map has a large area. See `deletion`."""
    return _curve(model, images, maps, target, baseline, steps, inserting=True)


def ranks(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Return (N, *size) int64: 0 at each map's highest pixel, then on; among equals, the upper left one first."""
    large = (maps if maps.shape[1:] == size else upsample(maps, size)).flatten(1)
    order = large.argsort(dim=1, descending=True, stable=True)
    return order.argsort(dim=1).view(-1, *size)


def _curve(
    model: nn.Module, images: Tensor, maps: Tensor, target: Target, baseline: Baseline, steps: int, *, inserting: bool
) -> ProbabilityCurve:
    if baseline not in get_args(Baseline):
        raise ValueError(f"baseline={baseline!r}: expected 'black', 'mean' or 'blur'")
    if not isinstance(steps, int) or steps < 1:
        raise ValueError(f"steps={steps!r}: expected a whole number from 1 on")
    x = checked_images(images)
    gone = _BASELINES[baseline](x)
    first, last = (gone, x) if inserting else (x, gone)
    rank = ranks(checked_maps(maps, len(x)), (x.shape[2], x.shape[3]))[:, None]
    changed = torch.linspace(0, 1, steps + 1, device=x.device)
    probability = []
    with evaluating(model), torch.no_grad():
        for share in changed:
            mixed = torch.where(rank < round(float(share) * rank[0].numel()), last, first)
            probability.append(scores(outputs(model, mixed).softmax(1), target))
    return ProbabilityCurve(changed, torch.stack(probability), baseline)


_BASELINES: dict[str, Callable[[Tensor], Tensor]] = {
    "black": torch.zeros_like,
    "mean": lambda x: x.mean((2, 3), keepdim=True).expand_as(x),
    "blur": lambda x: avg_pool2d(x, 11, stride=1, padding=5),
}
