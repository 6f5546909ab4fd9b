"""Relevance mass: the share of a map that lies on the stroke, on its edges, inside it, or on the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.attribution.base import checked_maps
from lazyartist.attribution.postprocess import blank, positive, upsample
from lazyartist.edges import sobel_edges


REGIONS = ("stroke", "edge", "interior", "background")
EDGE = 0.5  # of the strongest edge in the image


def regions(foreground: Tensor) -> dict[str, Tensor]:
    """Return bool masks (N, H, W) by the name of the region.

    Stroke and background (what bears ink, and what bears none) share out the image. The edge is where Sobel's filter
    finds at least half of the image's strongest slope, on either side of the outline; the interior is the rest of the
    stroke.

    Args:
        foreground: (N, H, W) uint8, how much of each pixel is the object: `split.foreground()`.

    Raises:
        ValueError: it is of another form.
    """
    if foreground.ndim != 3 or foreground.dtype != torch.uint8:
        got = f"{tuple(foreground.shape)} {foreground.dtype}"
        raise ValueError(f"foreground: expected (N, H, W) uint8, as from `split.foreground()`, got {got}")
    stroke = foreground > 0
    edge = sobel_edges((foreground / 255)[:, None].expand(-1, 3, -1, -1)) >= EDGE
    return {"stroke": stroke, "edge": edge, "interior": stroke & ~edge, "background": ~stroke}


@dataclass(frozen=True, eq=False)
class RelevanceMass:
    """How much of each map lies in each region.

    Attributes:
        share: (N,) each, the share of the map's positive mass; 0 for a blank map.
        area: (N,) each, the share of the image's pixels, which is what a map of one value everywhere would have.
        blank: (N,) bool, maps without any positive mass, such as those of a dead layer: counted, and in no mean.
    """

    share: Mapping[str, Tensor]
    area: Mapping[str, Tensor]
    blank: Tensor

    def mean(self, region: str) -> float:
        """Return the mean share of the maps that are not blank; NaN if all are."""
        return float(self.share[region][~self.blank].mean())


def relevance_mass(maps: Tensor, masks: Mapping[str, Tensor]) -> RelevanceMass:
    """Measure how much of each map lies in each region.

    A coarse map is enlarged first, and then no share can be sharper than its pixels: compare models on one layer.

    Args:
        maps: (N, h, w), raw; only what is positive counts.
        masks: (N, H, W) bool by name, as from `regions`.

    Raises:
        ValueError: there is not one finite map per mask.

    Source: Arras et al. 2022, relevance mass accuracy, arXiv:2003.07258.
    """
    if not isinstance(masks, Mapping) or not masks:
        raise ValueError(f"masks: expected masks (N, H, W) bool by name, got a {type(masks).__name__}")
    maps = _enlarged(maps, next(iter(masks.values())))
    nothing = blank(maps)
    mass = maps.sum((1, 2)).where(~nothing, 1)
    return RelevanceMass(
        share={name: (maps * mask).sum((1, 2)) / mass for name, mask in masks.items()},
        area={name: mask.float().mean((1, 2)) for name, mask in masks.items()},
        blank=nothing,
    )


def pointing_game(maps: Tensor, mask: Tensor) -> Tensor:
    """Return (N,) bool: does the map's highest point lie in the mask (N, H, W)? A blank map points nowhere.

    Raises:
        ValueError: there is not one finite map per mask.

    Source: Zhang et al. 2018, the pointing game, arXiv:1608.00507.
    """
    maps = _enlarged(maps, mask)
    highest = maps.flatten(1).argmax(1, keepdim=True)
    return mask.flatten(1).gather(1, highest)[:, 0] & ~blank(maps)


def _enlarged(maps: Tensor, mask: Tensor) -> Tensor:
    """The positive part of the maps, in the mask's size."""
    if not isinstance(mask, Tensor) or mask.ndim != 3 or mask.dtype != torch.bool:
        got = f"{tuple(mask.shape)} {mask.dtype}" if isinstance(mask, Tensor) else f"a {type(mask).__name__}"
        raise ValueError(f"mask: expected (N, H, W) bool, got {got}")
    maps = positive(checked_maps(maps, len(mask)))
    size = (mask.shape[1], mask.shape[2])
    return maps if maps.shape[1:] == size else upsample(maps, size)
