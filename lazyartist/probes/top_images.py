"""Top images: which real images activate a unit most, and how many activate it less than a picture does."""

from __future__ import annotations

from torch import Tensor

from lazyartist.probes.validation import need_count, need_rows


def top_images(activations: Tensor, count: int = 9) -> Tensor:
    """Return (K, count) int64, for each unit the images that activate it most, the first one most of all.

    Args:
        activations: (N, K), one column per unit.
        count: how many images per unit.

    Raises:
        ValueError: an activation is NaN, or there are not as many images.
    """
    need_rows(activations, "activations")
    need_count(count, "count", len(activations))
    return activations.topk(count, dim=0).indices.T


def percentile(values: Tensor, activations: Tensor) -> Tensor:
    """Return (K,) in [0, 100]: the share of real images that activate the unit no more than a value.

    Args:
        values: (K,) activations by optimised pictures, say; one per unit.
        activations: (N, K), the images'.

    Raises:
        ValueError: there is not one value per unit.
    """
    if values.shape != activations.shape[1:]:
        raise ValueError(f"values: expected ({activations.shape[1]},), one per unit, got {tuple(values.shape)}")
    return 100 * (activations <= values).float().mean(0)
