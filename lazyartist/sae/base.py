"""What all sparse autoencoders share: weights that may be stacked, and a variant that says how to encode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.knobs import check_knobs
from lazyartist.sae.validation import finite_rows


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazyartist.sae.budget import SaeBudget


@dataclass(frozen=True, eq=False)
class Weights:
    """The tensors of one autoencoder, or of S that are trained as one: then each has a first axis of S.

    Attributes:
        encoder: (…, D, F).
        bias: (…, 1, F), added before the activation function.
        decoder: (…, F, D), rows of norm 1: the directions of the features.
        centre: (…, 1, D), taken away before encoding and added after decoding.
        threshold: (…, 1, F), below which a feature does not fire; only some variants use it.
        sizes: F of each autoencoder of the stack. What is beyond an autoencoder's own size never fires.
    """

    encoder: Tensor
    bias: Tensor
    decoder: Tensor
    centre: Tensor
    threshold: Tensor
    sizes: Sequence[int]

    def named(self) -> Iterator[tuple[str, Tensor]]:
        """Yield the tensors with their names."""
        for field in fields(self):
            if field.name != "sizes":
                yield field.name, getattr(self, field.name)

    def before(self, x: Tensor) -> Tensor:
        """Return what goes into the activation function, (…, B, F), for vectors (…, B, D)."""
        return _affine(self.bias - self.centre @ self.encoder, x, self.encoder)

    def decode(self, z: Tensor) -> Tensor:
        """Return the vectors (…, B, D) that codes (…, B, F) stand for."""
        return _affine(self.centre, z, self.decoder)

    def rescaled(self, centre: Tensor, scale: Tensor) -> Weights:
        """Return the same autoencoder for vectors that are `scale` times as large and lie about `centre` (1, D).

        The directions stay; codes, biases and thresholds grow. Exact, since all activation functions are homogeneous.
        """
        return replace(
            self,
            bias=self.bias * scale,
            threshold=self.threshold * scale,
            centre=self.centre * scale + centre,
        )

    def member(self, s: int) -> Weights:
        """Return one autoencoder of the stack, cut to its own size."""
        f = self.sizes[s]
        cut = {"encoder": self.encoder[s, :, :f], "decoder": self.decoder[s, :f], "centre": self.centre[s]}
        cut |= {"bias": self.bias[s, :, :f], "threshold": self.threshold[s, :, :f]}
        # laid out as they will be when they are loaded again: another layout gives other last bits
        own = {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in cut.items()}
        return Weights(**own, sizes=(f,))


@dataclass(frozen=True)
class Step:
    """What one training step knows when a variant adds to its loss.

    Attributes:
        x: (S, B, D) vectors of mean 0 and mean square 1.
        before: (S, B, F), what went into the activation function.
        z: (S, B, F) codes.
        x_hat: (S, B, D) their reconstruction.
        dead: (S, 1, F) bool, features that have not fired for a while.
        progress: the share of the training that is done, in [0, 1).
    """

    x: Tensor
    before: Tensor
    z: Tensor
    x_hat: Tensor
    dead: Tensor
    progress: float


@dataclass(frozen=True)
class Variant(ABC):
    """How a sparse autoencoder encodes. Subclasses are frozen dataclasses: their repr is their configuration.

    Their fields are knobs, see `lazyartist.knobs.knob`; values outside a knob's range are refused.
    """

    def __post_init__(self) -> None:
        check_knobs(self)

    @abstractmethod
    def encode(self, weights: Weights, before: Tensor, *, training: bool = False) -> Tensor:
        """Return non-negative codes (…, B, F) of what goes into the activation function."""

    def check_size(self, features: int) -> None:
        """Refuse a number of features that this configuration makes no sense for: none, unless overridden.

        Raises:
            ValueError: there are fewer features than the configuration asks to fire.
        """
        del features

    def extra_loss(self, weights: Weights, step: Step) -> Tensor:
        """Return what is added to the squared error, (S,): nothing, unless a variant overrides it."""
        del weights
        return step.x.new_zeros(len(step.x))

    def calibrated(self, weights: Weights, x: Tensor) -> Weights:
        """Return the weights after a last look at many vectors (S, B, D): as they are, unless overridden."""
        del x
        return weights


@dataclass(frozen=True, eq=False)
class SparseAutoencoder:
    """One trained sparse autoencoder.

    Attributes:
        variant: how it encodes.
        weights: its tensors.
        seed: of its first weights and the order of its vectors.
        budget: how long and how fast it was trained.
    """

    variant: Variant
    weights: Weights
    seed: int
    budget: SaeBudget

    @property
    def features(self) -> int:
        """How many features there are."""
        return self.weights.sizes[0]

    @property
    def directions(self) -> Tensor:
        """(F, D), the unit vectors that the features add."""
        return self.weights.decoder

    def encode(self, vectors: Tensor) -> Tensor:
        """Return non-negative codes (N, F) of vectors (N, D).

        Raises:
            ValueError: the vectors are not finite floats, or of another dimension than those it was trained on.
        """
        d = self.weights.decoder.shape[1]
        if finite_rows("vectors", vectors).shape[1] != d:
            raise ValueError(
                f"vectors of shape {tuple(vectors.shape)}: expected (N, {d}), as from the layer that this "
                "autoencoder was trained on"
            )
        return self.variant.encode(self.weights, self.weights.before(vectors.to(self.weights.decoder.dtype)))

    def decode(self, codes: Tensor) -> Tensor:
        """Return the vectors (N, D) that codes (N, F) stand for."""
        return self.weights.decode(codes)

    def __call__(self, vectors: Tensor) -> Tensor:
        """Return the reconstruction (N, D) of vectors (N, D)."""
        return self.decode(self.encode(vectors))

    def __repr__(self) -> str:
        d = self.weights.decoder.shape[1]
        return f"SparseAutoencoder({self.variant!r}, {self.features} features of {d} dimensions, seed {self.seed})"


def _affine(shift: Tensor, x: Tensor, matrix: Tensor) -> Tensor:
    """Return x @ matrix + shift in one pass over the result; shift is (…, 1, n)."""
    return torch.baddbmm(shift, x, matrix) if x.ndim == 3 else torch.addmm(shift, x, matrix)


def check_firing(k: int, features: int) -> None:
    """Refuse to let more features fire than there are.

    Raises:
        ValueError: k is larger than the number of features.
    """
    if k > features:
        raise ValueError(f"k={k}: there are only {features} features; choose a smaller k, or more features")


def keep_largest(values: Tensor, k: int) -> Tensor:
    """Return values (…, n) with all but the k largest of the last axis set to zero; ties go to torch's own order."""
    top = values.topk(min(k, values.shape[-1]), dim=-1, sorted=False)
    return torch.zeros_like(values).scatter(-1, top.indices, top.values)
