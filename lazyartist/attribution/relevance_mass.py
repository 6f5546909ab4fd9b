"""Does the map lie on the stroke, on its edges, inside it, or on the background? The masks are exact here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.edges import sobel_edges
from lazyartist.attribution.postprocess import blank, positive, upsample


REGIONS = ("stroke", "edge", "interior", "background")
EDGE = 0.5  # of the strongest edge in the image


def regions(grey: Tensor) -> dict[str, Tensor]:
    """Return bool masks (N, H, W) by the name of the region.

    Stroke and background (what bears ink, and what bears none) share out the image. The edge is where Sobel's filter
    finds at least half of the image's strongest slope, on either side of the outline; the interior is the rest of the
    stroke.

    Args:
        grey: (N, H, W) uint8, the strokes: `ColouredImages.images`.
    """
    if grey.ndim != 3 or grey.dtype != torch.uint8:
        raise ValueError(f"grey: expected (N, H, W) uint8 strokes, got {tuple(grey.shape)} {grey.dtype}")
    stroke = grey > 0
    edge = sobel_edges((grey / 255)[:, None].expand(-1, 3, -1, -1)) >= EDGE
    return {"stroke": stroke, "edge": edge, "interior": stroke & ~edge, "background": ~stroke}


@dataclass(frozen=True, eq=False)
class Where:
    """Where maps lie, by region.

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


def where(maps: Tensor, masks: Mapping[str, Tensor]) -> Where:
    """Measure how much of each map lies in each region.

    A coarse map is enlarged first, and then no share can be sharper than its pixels: compare models on one layer.

    Args:
        maps: (N, h, w), raw; only what is positive counts.
        masks: (N, H, W) bool by name, as from `regions`.
    """
    maps = _as_large(maps, masks["stroke"])
    nothing = blank(maps)
    mass = maps.sum((1, 2)).where(~nothing, 1)
    return Where(
        share={name: (maps * mask).sum((1, 2)) / mass for name, mask in masks.items()},
        area={name: mask.float().mean((1, 2)) for name, mask in masks.items()},
        blank=nothing,
    )


def pointing(maps: Tensor, mask: Tensor) -> Tensor:
    """Return (N,) bool: does the map's highest point lie in the mask (N, H, W)? A blank map points nowhere.

    Source: Zhang et al. 2018, the pointing game, arXiv:1608.00507.
    """
    maps = _as_large(maps, mask)
    highest = maps.flatten(1).argmax(1, keepdim=True)
    return mask.flatten(1).gather(1, highest)[:, 0] & ~blank(maps)


def _as_large(maps: Tensor, mask: Tensor) -> Tensor:
    """The positive part of the maps, in the mask's size."""
    if maps.ndim != 3 or len(maps) != len(mask):
        raise ValueError(f"maps: expected ({len(mask)}, h, w), one a mask, got {tuple(maps.shape)}")
    size = (mask.shape[1], mask.shape[2])
    return positive(maps) if maps.shape[1:] == size else upsample(positive(maps), size)
