"""Families of images as pictures: what each factor does to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch


if TYPE_CHECKING:
    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.data.grid import FactorImages

PICTURES = 8  # per factor, at most


def family_pictures(images: FactorImages, start: dict[str, int]) -> dict[str, NDArray[np.float32]]:
    """Return factor -> (n, H, W, 3): an image with this factor at up to eight of its values, the others as they are.

    Args:
        images: the family.
        start: the image's own value of every factor.
    """
    index = images.grid.index_of(torch.tensor([[start[name] for name in images.sizes]]))
    rows = {}
    for name, size in images.sizes.items():
        values = torch.linspace(0, size - 1, min(size, PICTURES)).round().long()
        shown: NDArray[np.float32] = (
            images.paint(index.expand(len(values)), {name: values}).permute(0, 2, 3, 1).cpu().numpy()
        )
        rows[name] = shown
    return rows
