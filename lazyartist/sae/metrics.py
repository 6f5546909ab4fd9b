"""How good a sparse autoencoder is. Each number is defined here and nowhere else: elsewhere their names mean others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.activations import Pooling, editing
from lazyartist.inference import BATCH, evaluating
from lazyartist.sae.validation import finite_rows


if TYPE_CHECKING:
    from collections.abc import Callable

    from lazyartist.data.images import Split


def explained_variance(x: Tensor, x_hat: Tensor) -> float:
    """Return 1 − Σ‖x − x̂‖² / Σ‖x − mean‖², sums over all vectors (N, D) in double precision.

    1 is a perfect reconstruction, predicting the mean scores 0, and what is worse than that is negative. Libraries have
    used three other definitions by this name, one of which gives the mean 0.9 and one a constant error 1.

    Raises:
        ValueError: the vectors are not finite floats, the shapes differ, or the vectors have no variance.
    """
    x, x_hat = finite_rows("x", x).double(), finite_rows("x_hat", x_hat).double()
    if x.shape != x_hat.shape:
        raise ValueError(f"x {tuple(x.shape)} and x_hat {tuple(x_hat.shape)}: expected the same shape")
    total = (x - x.mean(0)).square().sum()
    if not bool(total > 0):
        raise ValueError("all vectors are the same: there is no variance to explain")
    return 1 - float((x - x_hat).square().sum() / total)


def l0(codes: Tensor) -> float:
    """Return how many features fire for a vector, on average; codes are (N, F), refused if not finite or none."""
    return float((_codes(codes) > 0).sum(1).double().mean())


def density(codes: Tensor) -> Tensor:
    """Return the share of vectors that each feature fires for, (F,) float64; codes as for `l0`."""
    return (_codes(codes) > 0).double().mean(0)


def dead_share(codes: Tensor) -> float:
    """Return the share of features that fire for none of the vectors; codes as for `l0`."""
    return float((_codes(codes) <= 0).all(0).double().mean())


def loss_recovered(
    model: nn.Module,
    layer: str | nn.Module,
    pooling: Pooling,
    split: Split,
    reconstruct: Callable[[Tensor], Tensor],
    mean: Tensor,
) -> float:
    """Return (CE_mean − CE_x̂) / (CE_mean − CE): how much of the model's loss survives the reconstruction.

    CE is the model's cross-entropy on `split`, CE_x̂ that with the layer's vectors replaced by `reconstruct(vectors)`,
    and CE_mean with all of them replaced by `mean`. 1 loses nothing, the mean scores 0. Papers replace by zeros
    instead, which are far from anything that the layer puts out, and get higher scores.

    Args:
        model: images to logits.
        layer: where the vectors come from.
        pooling: "pooled" or "positions".
        split: labelled images.
        reconstruct: (N, D) to (N, D), a `SparseAutoencoder`.
        mean: (D,), the mean vector of the data that the autoencoder was trained on.

    Raises:
        ValueError: there are no images, or replacing the vectors by their mean does not raise the loss, so that there
            is nothing to recover.
    """
    if not len(split):
        raise ValueError("there are no images: expected a split with at least one")

    def loss(edit: Callable[[Tensor], Tensor]) -> float:
        total = 0.0
        with evaluating(model) as asked, torch.no_grad(), editing(model, layer, pooling, edit):
            for start in range(0, len(split), BATCH):
                part = slice(start, start + BATCH)
                total += float(cross_entropy(asked(split.render(part)), split.labels[part], reduction="sum"))
        return total / len(split)

    clean, none = loss(lambda vectors: vectors), loss(lambda vectors: mean.expand_as(vectors))
    if not none > clean:
        raise ValueError(
            f"the loss is {clean:.4g}, and {none:.4g} with the mean in place of every vector: the layer does not "
            "help the model on these images; pass images that the model classifies correctly, such as task.easy"
        )
    return (none - loss(reconstruct)) / (none - clean)


def _codes(codes: Tensor) -> Tensor:
    if not len(finite_rows("codes", codes)):
        raise ValueError("codes: there are none to average over")
    return codes
