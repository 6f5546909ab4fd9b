"""What a layer puts out for images, as vectors: one an image, or one a position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import torch

from torch import Tensor, nn

from lazyartist.hooks import only, watching
from lazyartist.inference import BATCH, evaluating


if TYPE_CHECKING:
    from lazyartist.data.coloured import ColouredImages

Where = Literal["pooled", "positions"]


def activations_of(model: nn.Module, layer: str | nn.Module, data: ColouredImages, where: Where = "pooled") -> Tensor:
    """Run the model over `data` once and return what a layer puts out, (N, D) or (N × positions, D).

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits; it is asked in evaluation mode and left as it was.
        layer: its dotted name, or the module. It puts out (B, D), (B, D, H, W), or tokens (B, T, D).
        data: the images, in the colours they wear.
        where: "pooled" is the mean over an image's positions; "positions" is each of them, image by image.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: there are no images, the layer does not run just once, or its output is of another shape.
    """
    if not len(data):
        raise ValueError("there are no images to ask about")
    parts = []
    with evaluating(model), torch.no_grad(), watching(model, layer) as seen:
        for start in range(0, len(data), BATCH):
            seen.clear()
            model(data.render(slice(start, start + BATCH)))
            parts.append(to_vectors(only(seen, model, layer), where).float())
    return torch.cat(parts)


def to_vectors(output: Tensor, where: Where) -> Tensor:
    """Return the vectors of a layer's output: (B, D) if pooled, (B × positions, D) otherwise.

    Raises:
        ValueError: no such `where`, or the output is neither (B, D), (B, D, H, W) nor tokens (B, T, D).
    """
    if where not in get_args(Where):
        raise ValueError(f"where={where!r}: expected 'pooled' or 'positions'")
    if output.ndim == 2:
        return output
    if output.ndim == 4:
        return output.mean((2, 3)) if where == "pooled" else output.permute(0, 2, 3, 1).flatten(0, 2)
    if output.ndim == 3:
        return output.mean(1) if where == "pooled" else output.flatten(0, 1)
    raise ValueError(f"the layer puts out {tuple(output.shape)}: expected (B, D), (B, D, H, W) or tokens (B, T, D)")


def to_output(vectors: Tensor, output: Tensor, where: Where) -> Tensor:
    """Undo `to_vectors`, in a shape that can be added to `output`."""
    if output.ndim == 2:
        return vectors
    if output.ndim == 4:
        if where == "pooled":
            return vectors[:, :, None, None]
        b, d, h, w = output.shape
        return vectors.view(b, h, w, d).permute(0, 3, 1, 2)
    return vectors[:, None] if where == "pooled" else vectors.view_as(output)
