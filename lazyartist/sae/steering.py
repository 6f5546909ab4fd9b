"""Turning features up and down while the model runs.

What the autoencoder did not reconstruct is kept: a dial adds (z′ − z) times the feature's direction to the layer's
output, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from torch import Tensor

from lazyartist.sae.activations import editing
from lazyartist.activations import Where


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from lazyartist.sae.base import Autoencoder

Turn = Callable[[Tensor], Tensor]


def scale(features: Sequence[int], factor: float) -> Turn:
    """Return a turn that multiplies the codes of some features; a factor of 1 changes nothing."""

    def turn(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, _list(features)] *= factor
        return z

    return turn


def ablate(features: Sequence[int]) -> Turn:
    """Return a turn that silences some features."""
    return scale(features, 0)


def clamp(features: Sequence[int], value: float) -> Turn:
    """Return a turn that sets the codes of some features to a value, whatever the image; in units of the layer."""

    def turn(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, _list(features)] = value
        return z

    return turn


def add(features: Sequence[int], amount: float) -> Turn:
    """Return a turn that adds to the codes of some features; in units of the layer."""

    def turn(z: Tensor) -> Tensor:
        z = z.clone()
        z[:, _list(features)] += amount
        return z

    return turn


def turned(autoencoder: Autoencoder, *turns: Turn) -> Callable[[Tensor], Tensor]:
    """Return the edit (N, D) to (N, D) that turns dials, one after the other."""

    def edit(vectors: Tensor) -> Tensor:
        z = autoencoder.encode(vectors)
        changed = z
        for turn in turns:
            changed = turn(changed)
        return vectors + (changed - z) @ autoencoder.directions

    return edit


@contextmanager
def dials(
    model: nn.Module, layer: str | nn.Module, where: Where, autoencoder: Autoencoder, *turns: Turn
) -> Iterator[nn.Module]:
    """Run `model` with features turned.

    `with dials(model, "conv3", "pooled", autoencoder, ablate([green.index])): predict(model, images)`

    Args:
        model: images to logits.
        layer: the one that the autoencoder was trained on.
        where: as it was trained, "pooled" or "positions".
        autoencoder: what the dials belong to.
        turns: what to do, in this order.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: when the model runs, the layer's vectors are of another dimension than the autoencoder's.
    """
    with editing(model, layer, where, turned(autoencoder, *turns)):
        yield model


def _list(features: Sequence[int]) -> list[int]:
    return [int(feature) for feature in features]
