"""Steering: features turned up and down, or silenced, while the model runs.

What the autoencoder did not reconstruct is kept: an intervention adds (z′ − z) times the feature's direction to the
layer's output, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.activations import Pooling, editing
from lazyartist.sae.validation import finite, whole


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.sae.base import SparseAutoencoder

Intervention = Callable[[Tensor], Tensor]
"""Codes (N, F) to changed codes (N, F)."""


def scale(features: Sequence[int], factor: float) -> Intervention:
    """Return the intervention that multiplies the codes of some features; a factor of 1 changes nothing.

    Raises:
        ValueError: the features are not whole numbers from 0 on, or the factor is not finite.
    """
    chosen, factor = _indices(features), finite("factor", factor)

    def intervention(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, _within(chosen, z)] *= factor
        return z

    return intervention


def ablate(features: Sequence[int]) -> Intervention:
    """Return the intervention that silences some features; raises what `scale` raises."""
    return scale(features, 0)


def clamp(features: Sequence[int], value: float) -> Intervention:
    """Return the intervention that sets the codes of some features to a value, whatever the image.

    The value is in units of the layer's output; raises what `scale` raises.
    """
    chosen, value = _indices(features), finite("value", value)

    def intervention(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, _within(chosen, z)] = value
        return z

    return intervention


def add(features: Sequence[int], amount: float) -> Intervention:
    """Return the intervention that adds to the codes of some features.

    The amount is in units of the layer's output; raises what `scale` raises.
    """
    chosen, amount = _indices(features), finite("amount", amount)

    def intervention(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, _within(chosen, z)] += amount
        return z

    return intervention


def intervene(autoencoder: SparseAutoencoder, *interventions: Intervention) -> Callable[[Tensor], Tensor]:
    """Return the edit of vectors, (N, D) to (N, D), that applies interventions to their codes, one after the other.

    Raises:
        ValueError: an intervention names a feature that the autoencoder does not have.
    """
    # tried once on a silent code, so that a wrong feature is found here and not in the middle of a model
    _apply(interventions, autoencoder.directions.new_zeros(1, autoencoder.features))

    def edit(vectors: Tensor) -> Tensor:
        z = autoencoder.encode(vectors)
        return vectors + (_apply(interventions, z) - z) @ autoencoder.directions

    return edit


@contextmanager
def steering(
    model: nn.Module,
    layer: str | nn.Module,
    pooling: Pooling,
    autoencoder: SparseAutoencoder,
    *interventions: Intervention,
) -> Iterator[nn.Module]:
    """Run `model` with interventions on features of one layer.

    `with steering(model, "conv3", "pooled", autoencoder, ablate([green.index])): predict(model, images)`

    Args:
        model: images to logits.
        layer: the one that the autoencoder was trained on.
        pooling: as it was trained, "pooled" or "positions".
        autoencoder: whose features are meant.
        interventions: what to do with its codes, in this order.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: an intervention names a feature that the autoencoder does not have; or, when the model runs, the
            layer's vectors are of another dimension than the autoencoder's.
    """
    with editing(model, layer, pooling, intervene(autoencoder, *interventions)):
        yield model


def _apply(interventions: Iterable[Intervention], z: Tensor) -> Tensor:
    for intervention in interventions:
        z = intervention(z)
    return z


def _indices(features: Sequence[int]) -> list[int]:
    if isinstance(features, str) or not isinstance(features, (Iterable, Tensor)):
        raise ValueError(f"features={features!r}: expected a list of indices, such as [{features!r}]")
    if isinstance(features, Tensor):
        features = torch.atleast_1d(features).tolist()
    return [whole("features", feature, least=0) for feature in features]


def _within(chosen: list[int], z: Tensor) -> list[int]:
    if chosen and max(chosen) >= z.shape[1]:
        raise ValueError(f"features={chosen}: there are only {z.shape[1]} features, numbered from 0")
    return chosen
