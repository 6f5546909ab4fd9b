"""How good a sparse autoencoder is. Each number is defined here and nowhere else: elsewhere their names mean others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.sae.activations import editing
from lazyartist.inference import BATCH, evaluating
from lazyartist.activations import Where


if TYPE_CHECKING:
    from collections.abc import Callable

    from lazyartist.data.coloured import ColouredImages


def explained_variance(x: Tensor, x_hat: Tensor) -> float:
    """Return 1 − Σ‖x − x̂‖² / Σ‖x − mean‖², sums over all vectors (N, D) in double precision.

    1 is a perfect reconstruction, predicting the mean scores 0, and what is worse than that is negative. Libraries have
    used three other definitions by this name, one of which gives the mean 0.9 and one a constant error 1.

    Raises:
        ValueError: the shapes differ, or the vectors have no variance.
    """
    if x.shape != x_hat.shape:
        raise ValueError(f"vectors {tuple(x.shape)} and reconstructions {tuple(x_hat.shape)}: expected the same shape")
    x, x_hat = x.double(), x_hat.double()
    total = (x - x.mean(0)).square().sum()
    if not bool(total > 0):
        raise ValueError("all vectors are the same: there is no variance to explain")
    return 1 - float((x - x_hat).square().sum() / total)


def l0(codes: Tensor) -> float:
    """Return how many features fire for a vector, on average; codes are (N, F)."""
    return float((codes > 0).sum(1).double().mean())


def density(codes: Tensor) -> Tensor:
    """Return the share of vectors that each feature fires for, (F,) float64."""
    return (codes > 0).double().mean(0)


def dead_share(codes: Tensor) -> float:
    """Return the share of features that fire for none of the vectors."""
    return float((codes <= 0).all(0).double().mean())


def loss_recovered(
    model: nn.Module,
    layer: str | nn.Module,
    where: Where,
    data: ColouredImages,
    reconstruct: Callable[[Tensor], Tensor],
    mean: Tensor,
) -> float:
    """Return (CE_mean − CE_x̂) / (CE_mean − CE): how much of the model's loss survives the reconstruction.

    CE is the model's cross-entropy on `data`, CE_x̂ that with the layer's vectors replaced by `reconstruct(vectors)`,
    and CE_mean with all of them replaced by `mean`. 1 loses nothing, the mean scores 0. Papers replace by zeros
    instead, which are far from anything that the layer puts out, and get higher scores.

    Args:
        model: images to logits.
        layer: where the vectors come from.
        where: "pooled" or "positions".
        data: labelled images.
        reconstruct: (N, D) to (N, D), an `Autoencoder`.
        mean: (D,), the mean vector of the data that the autoencoder was trained on.

    Raises:
        ValueError: replacing the vectors by their mean does not raise the loss, so there is nothing to recover.
    """

    def loss(edit: Callable[[Tensor], Tensor]) -> float:
        total = 0.0
        with evaluating(model), torch.no_grad(), editing(model, layer, where, edit):
            for start in range(0, len(data), BATCH):
                part = slice(start, start + BATCH)
                total += float(cross_entropy(model(data.render(part)), data.labels[part], reduction="sum"))
        return total / len(data)

    clean, none = loss(lambda vectors: vectors), loss(lambda vectors: mean.expand_as(vectors))
    if not none > clean:
        raise ValueError(
            f"the loss is {clean:.4g}, and {none:.4g} with the mean in place of every vector: the layer does not "
            "help the model on these images; choose images that it is right about"
        )
    return (none - loss(reconstruct)) / (none - clean)
