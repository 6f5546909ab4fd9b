"""The same features in another autoencoder: indices mean nothing there, directions do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn.functional import normalize


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.sae.labelling import Feature

SAME = 0.7  # the cosine from which on two directions count as the same feature


@dataclass(frozen=True)
class Matching:
    """Pairs of features of two dictionaries, each in at most one pair.

    Attributes:
        left: (P,) int64, indices into the first dictionary.
        right: (P,) int64, their partners in the second.
        cosine: (P,) of their directions, in [−1, 1].
    """

    left: Tensor
    right: Tensor
    cosine: Tensor

    @property
    def agreement(self) -> float:
        """The mean cosine of the pairs: 1 for the same dictionary in any order."""
        return float(self.cosine.mean())

    @property
    def shared(self) -> float:
        """The share of pairs whose cosine is above `SAME`."""
        return float((self.cosine > SAME).double().mean())


def match(first: Tensor, second: Tensor) -> Matching:
    """Pair the directions of two dictionaries so that the sum of cosines is as large as can be (Hungarian method).

    Args:
        first: (F, D) directions of any length; pass those of living features only, since dead ones never agree.
        second: (G, D).

    Raises:
        ValueError: the directions are of different dimensions.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"directions {tuple(first.shape)} and {tuple(second.shape)}: expected (F, D) and (G, D)")
    a, b = (normalize(x.double()) for x in (first, second))
    cosine = a @ b.T
    left, right = map(torch.as_tensor, linear_sum_assignment(cosine.numpy(), maximize=True))
    return Matching(left, right, cosine[left, right])


def found_again(
    first: Sequence[Feature], second: Sequence[Feature], directions: tuple[Tensor, Tensor], kind: str = "colour"
) -> dict[str, str]:
    """Return for every feature of the first autoencoder that bears one meaning what its match in the second is called.

    Features are matched by direction alone; a name that comes back is thus a finding. "" has no match.

    Args:
        first: cards of one autoencoder.
        second: cards of another, trained on the same layer with another seed.
        directions: (F, D) and (G, D), both dictionaries.
        kind: which features to ask for.
    """
    living = [[card for card in cards if card.density > 0] for cards in (first, second)]
    parts = [x[[card.index for card in cards]] for x, cards in zip(directions, living, strict=True)]
    pairs = match(parts[0], parts[1])
    partner = dict(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    return {
        card.name: living[1][partner[i]].name if i in partner else ""
        for i, card in enumerate(living[0])
        if card.kind == kind and len(card.means) == 1
    }
