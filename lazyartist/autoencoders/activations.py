"""What a layer puts out for a whole dataset, as vectors; and the way back from changed vectors to the layer."""

from __future__ import annotations

import hashlib

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import torch

from torch import Tensor, nn

from lazyartist.hooks import name_of, replacing, watching
from lazyartist.inference import BATCH, evaluating


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazyartist.data.coloured import ColouredImages

Where = Literal["pooled", "positions"]


@dataclass(frozen=True, eq=False, repr=False)
class Activations:
    """A layer's output over a dataset, computed once and kept in memory.

    Attributes:
        vectors: (N, D) float32 if pooled; (N × positions, D) otherwise, image by image.
        layer: dotted name of the layer.
        where: "pooled" is the mean over an image's positions, one vector an image; "positions" is one a position.
        model: fingerprint of the model's weights.
        data: fingerprint of the images.
    """

    vectors: Tensor
    layer: str
    where: Where
    model: str
    data: str

    def __repr__(self) -> str:
        return f"Activations({len(self.vectors)} vectors of {self.vectors.shape[1]} at {self.layer!r}, {self.where})"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the vectors."""
        digest = hashlib.sha256(repr(tuple(self.vectors.shape)).encode())
        digest.update(self.vectors.contiguous().numpy().tobytes())
        return digest.hexdigest()


def activations(model: nn.Module, layer: str | nn.Module, data: ColouredImages, where: Where = "pooled") -> Activations:
    """Run the model over `data` once and keep what a layer puts out.

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits; it is asked in evaluation mode and left as it was.
        layer: its dotted name, or the module. It puts out (B, D), (B, D, H, W), or tokens (B, T, D).
        data: the images.
        where: "pooled" or "positions".

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: there are no images, the model does not use the layer, or its output is of another shape.
    """
    if not len(data):
        raise ValueError("there are no images to ask about")
    parts = []
    with evaluating(model), torch.no_grad(), watching(model, layer) as seen:
        for start in range(0, len(data), BATCH):
            seen.clear()
            model(data.render(slice(start, start + BATCH)))
            if not seen:
                raise ValueError(f"the model does not use its layer {name_of(model, layer)!r}: choose another")
            parts.append(to_vectors(seen[-1], where).float())
    return Activations(torch.cat(parts), name_of(model, layer), where, model_fingerprint(model), data.fingerprint)


@contextmanager
def editing(
    model: nn.Module, layer: str | nn.Module, where: Where, edit: Callable[[Tensor], Tensor]
) -> Iterator[nn.Module]:
    """Run `model` with the vectors of a layer changed by `edit`, (M, D) to (M, D).

    What is added to a pooled vector is added at each of its positions, so that their mean is just what `edit` returned.
    Raises what `replacing` and `to_vectors` raise.
    """

    def change(output: Tensor) -> Tensor:
        vectors = to_vectors(output, where)
        return output + _to_output(edit(vectors) - vectors, output, where)

    with replacing(model, layer, change):
        yield model


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


def _to_output(vectors: Tensor, output: Tensor, where: Where) -> Tensor:
    """Undo `to_vectors`, in a shape that can be added to `output`."""
    if output.ndim == 2:
        return vectors
    if output.ndim == 4:
        if where == "pooled":
            return vectors[:, :, None, None]
        b, d, h, w = output.shape
        return vectors.view(b, h, w, d).permute(0, 3, 1, 2)
    return vectors[:, None] if where == "pooled" else vectors.view_as(output)


def model_fingerprint(model: nn.Module) -> str:
    """Return the SHA-256 of a model's names, parameters and buffers."""
    digest = hashlib.sha256(type(model).__qualname__.encode())
    for name, tensor in model.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
