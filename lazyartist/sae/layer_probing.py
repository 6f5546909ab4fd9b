"""Layer-wise probing: how well a layer tells groups of images apart, by a feature, a channel, and a linear probe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.sae.sparse_probe import linear_probe
from lazyartist.statistics import auroc


if TYPE_CHECKING:
    from lazyartist.sae.base import SparseAutoencoder


@dataclass(frozen=True, eq=False)
class LayerProbe:
    """AUROC for each group, (groups,) float64 in [0, 1], on images that had no part in choosing or fitting.

    Attributes:
        feature: the best single feature of the autoencoder.
        channel: the best single raw channel, up or down.
        probe: a linear probe on all channels.
    """

    feature: Tensor
    channel: Tensor
    probe: Tensor


def probe_layer(
    autoencoder: SparseAutoencoder, train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]
) -> LayerProbe:
    """Tell each group from the rest by one layer in three ways; feature and channel are chosen on `train`.

    Source: Alain and Bengio 2016, arXiv:1610.01644, for the linear probe.

    Args:
        autoencoder: of this layer.
        train: pooled vectors (N, D) and groups (N,) int64 from 0 on, such as classes or the bias attribute's values.
        test: the same, of other images.

    Raises:
        ValueError: a group is missing in `train`, or vectors are not finite floats.
    """
    (x, y), (x_test, y_test) = train, test
    counts = torch.bincount(y)
    if len(counts) < 2 or not bool(counts.all()):
        raise ValueError(f"groups of `train` have {counts.tolist()} vectors: expected two groups, and some of each")
    groups = torch.arange(len(counts))[:, None]
    holds, holds_test = y == groups, y_test == groups
    signed = auroc(x, holds) - 0.5
    with torch.no_grad():
        codes, codes_test = autoencoder.encode(x), autoencoder.encode(x_test)
    return LayerProbe(
        feature=_of(auroc(codes_test, holds_test), auroc(codes, holds).argmax(1)),
        channel=_of((auroc(x_test, holds_test) - 0.5) * signed.sign() + 0.5, signed.abs().argmax(1)),
        probe=linear_probe(train, test),
    )


def _of(scores: Tensor, chosen: Tensor) -> Tensor:
    return scores.gather(1, chosen[:, None])[:, 0]
