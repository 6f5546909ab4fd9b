"""What a layer puts out for a whole dataset, as vectors; and the way back from changed vectors to the layer."""

from __future__ import annotations

import hashlib

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn

from lazyartist.hooks import name_of, replacing
from lazyartist.activations import Where, to_output, to_vectors, activations_of


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazyartist.data.coloured import ColouredImages


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

    Arguments and errors are those of `activations_of`.
    """
    vectors = activations_of(model, layer, data, where)
    return Activations(vectors, name_of(model, layer), where, model_fingerprint(model), data.fingerprint)


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
        return output + to_output(edit(vectors) - vectors, output, where)

    with replacing(model, layer, change):
        yield model


def model_fingerprint(model: nn.Module) -> str:
    """Return the SHA-256 of a model's names, parameters and buffers."""
    digest = hashlib.sha256(type(model).__qualname__.encode())
    for name, tensor in model.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
