"""Is an attribute in a layer, and how near the surface?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.sae.selectivity import auroc
from lazyartist.sae.sparse_probe import linear_probe


if TYPE_CHECKING:
    from lazyartist.sae.base import Autoencoder


@dataclass(frozen=True, eq=False)
class Presence:
    """AUROC for each group, (groups,) float64 in [0, 1], on images that had no part in choosing or fitting.

    Attributes:
        feature: the best single feature of the autoencoder.
        channel: the best single raw channel, up or down.
        probe: a linear probe on all channels.
    """

    feature: Tensor
    channel: Tensor
    probe: Tensor


def presence(autoencoder: Autoencoder, train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> Presence:
    """Ask one layer for each group by three means; which feature and which channel is chosen on `train`.

    Args:
        autoencoder: of this layer.
        train: pooled vectors (N, D) and groups (N,) int64 from 0 on, such as colours; all groups are there.
        test: the same, of other images.
    """
    (x, y), (x_test, y_test) = train, test
    groups = torch.arange(int(y.max()) + 1)[:, None]
    holds, holds_test = y == groups, y_test == groups
    signed = auroc(x, holds) - 0.5
    with torch.no_grad():
        codes, codes_test = autoencoder.encode(x), autoencoder.encode(x_test)
    return Presence(
        feature=_of(auroc(codes_test, holds_test), auroc(codes, holds).argmax(1)),
        channel=_of((auroc(x_test, holds_test) - 0.5) * signed.sign() + 0.5, signed.abs().argmax(1)),
        probe=linear_probe(train, test),
    )


def _of(scores: Tensor, chosen: Tensor) -> Tensor:
    return scores.gather(1, chosen[:, None])[:, 0]
