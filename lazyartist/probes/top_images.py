"""Which real images excite a unit most, and how many excite it less than a picture does."""

from __future__ import annotations

from torch import Tensor


def top_images(activity: Tensor, count: int = 9) -> Tensor:
    """Return (K, count) int64, for each unit the images that excite it most, the first one most of all.

    Raises:
        ValueError: there are not as many images.
    """
    if not 0 < count <= len(activity):
        raise ValueError(f"count={count}: expected 1 to {len(activity)}, the number of images")
    return activity.topk(count, dim=0).indices.T


def percentile(reached: Tensor, activity: Tensor) -> Tensor:
    """Return (K,) in [0, 100]: the share of real images that excite the unit no more than what was reached.

    Args:
        reached: (K,) activations, of optimised pictures say, one a unit.
        activity: (N, K), the images'.
    """
    if reached.shape != activity.shape[1:]:
        raise ValueError(f"reached: expected ({activity.shape[1]},), one a unit, got {tuple(reached.shape)}")
    return 100 * (activity <= reached).float().mean(0)
