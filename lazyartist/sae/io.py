"""A sparse autoencoder as named tensors, and back with the same bits: what the store of trained things keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from lazyartist.device import here
from lazyartist.sae.base import SparseAutoencoder, Variant, Weights


if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazyartist.sae.budget import SaeBudget


def to_tensors(autoencoder: SparseAutoencoder) -> dict[str, Tensor]:
    """Return the tensors of an autoencoder by name, float32 and contiguous.

    `encoder` (D, F), `bias` (1, F), `decoder` (F, D), `centre` (1, D), `threshold` (1, F): see `Weights`.
    """
    return {name: tensor.detach().contiguous() for name, tensor in autoencoder.weights.named()}


def from_tensors(variant: Variant, tensors: Mapping[str, Tensor], seed: int, budget: SaeBudget) -> SparseAutoencoder:
    """Return the autoencoder that `to_tensors` has taken apart, bit for bit.

    Args:
        variant: how it encodes; not in the tensors.
        tensors: what `to_tensors` returned.
        seed: that it was trained with.
        budget: that it was trained with.

    Raises:
        ValueError: a tensor is missing, unknown, not finite, or of another shape than the decoder's; or the variant
            asks for more features than there are.
    """
    expected = {"encoder", "bias", "decoder", "centre", "threshold"}
    if set(tensors) != expected:
        raise ValueError(
            f"tensors: expected {', '.join(sorted(expected))}; missing are {', '.join(sorted(expected - set(tensors)))}"
            f", unknown are {', '.join(sorted(set(tensors) - expected))}"
        )
    decoder = tensors["decoder"]
    if decoder.ndim != 2 or not len(decoder):
        raise ValueError(f"decoder: expected (F, D), one row per feature, got {tuple(decoder.shape)}")
    f, d = decoder.shape
    shapes = {"encoder": (d, f), "bias": (1, f), "decoder": (f, d), "centre": (1, d), "threshold": (1, f)}
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.shape != shape:
            raise ValueError(
                f"{name}: expected {shape} beside a decoder of {f} features of {d} dimensions, "
                f"got {tuple(tensor.shape)}"
            )
        if not tensor.is_floating_point() or not bool(tensor.isfinite().all()):
            raise ValueError(f"{name}: expected finite floats, got {tensor.dtype} or NaN or infinity")
    variant.check_size(f)
    return SparseAutoencoder(
        variant, Weights(**{name: here(tensor) for name, tensor in tensors.items()}, sizes=(f,)), seed, budget
    )
