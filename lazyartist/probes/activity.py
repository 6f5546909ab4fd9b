"""How much real images excite every unit of a layer: what pictures and numbers of units are measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.hooks import name_of, watching
from lazyartist.inference import BATCH, evaluating


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages


def activity(model: nn.Module, data: ColouredImages, layer: str | nn.Module | None) -> Tensor:
    """Return (N, K), each unit's mean over all places, for every image of `data`.

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits.
        data: the images, in the colours they wear.
        layer: what puts out (B, K, h, w) or (B, K): its dotted name or the module; None for the logits.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: there are no images, or the layer runs more than once or puts out something else.
    """
    if not len(data):
        raise ValueError("there are no images to ask about")
    found = []
    with evaluating(model), torch.no_grad():
        for start in range(0, len(data), BATCH):
            images = data.render(slice(start, start + BATCH))
            if layer is None:
                found.append(model(images))
                continue
            with watching(model, layer) as seen:
                model(images)
            if len(seen) != 1 or seen[0].ndim not in (2, 4):
                got = [tuple(output.shape) for output in seen]
                raise ValueError(
                    f"the layer {name_of(model, layer)!r} puts out {got} for a batch: expected once (B, K) or "
                    "(B, K, h, w); choose another layer"
                )
            found.append(seen[0].mean((2, 3)) if seen[0].ndim == 4 else seen[0])
    return torch.cat(found)


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
