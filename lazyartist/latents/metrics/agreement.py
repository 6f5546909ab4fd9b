"""How far models that were learnt in one way have found the same latents. No factor is needed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch

from torch import Tensor

from lazyartist.latents.metrics.information import bins, mutual_information


def agreements(codes: Sequence[Tensor], active: Sequence[Tensor]) -> list[float]:
    """Return how far each of several models agrees with the others, from 0 to 1.

    There is one way to tell factors apart and there are many to mix them: trainings that told them apart have found the
    same latents, and those that mixed them have each their own mixture.

    Args:
        codes: of each model the means (N, Z) of the same images.
        active: of each model which of its latents count, (Z,) bool.

    Source: the idea is of Duan et al. 2020, arXiv:1905.12614, who compare latents by correlation or lasso.
    """
    agreed = [0.0] * len(codes)
    for a, b in combinations(range(len(codes)), 2):
        both = agreement(codes[a], codes[b], active[a], active[b])
        agreed[a] += both
        agreed[b] += both
    return [each / (len(codes) - 1) for each in agreed]


def agreement(codes: Tensor, others: Tensor, active: Tensor, others_active: Tensor) -> float:
    """Return how far each latent of one model is one latent of another, from 0 to 1, both ways alike.

    It is the mutual information gap with the other model's latents, in 20 bins, as the factors, and the other way
    round: 1 if both have the same latents in any order (a little less where they are stretched or turned, so that bins
    are cut elsewhere); 0 if each is spread over several of the other.

    Args:
        codes: (N, Z) float, the means of one model; angles in (−π, π].
        others: (N, Y) float, those of another for the same images.
        active: (Z,) bool, which of the first model's latents count.
        others_active: (Y,) bool, which of the second's.
    """
    return (_gap(codes, others[:, others_active], active) + _gap(others, codes[:, active], others_active)) / 2


def _gap(codes: Tensor, factors: Tensor, active: Tensor) -> float:
    if not factors.shape[1]:
        return 0.0
    alone = torch.zeros(len(codes), 1)  # beside a single latent, one that tells nothing
    return mutual_information(torch.cat([codes * active, alone], 1), bins(factors.double())).mig
