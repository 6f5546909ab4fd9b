"""Feature stability: which features of one autoencoder another one has too, matched by their directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.sae.validation import finite_rows


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.sae.labelling import Feature

STABLE_COSINE = 0.7  # from which on two directions count as the same feature


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
    def stable_share(self) -> float:
        """The share of pairs whose cosine is above `STABLE_COSINE`."""
        return float((self.cosine > STABLE_COSINE).double().mean())


def match(first: Tensor, second: Tensor) -> Matching:
    """Pair the directions of two dictionaries so that the sum of cosines is as large as can be (Hungarian method).

    Args:
        first: (F, D) directions of any length; pass those of living features only, since dead ones never agree.
        second: (G, D).

    Raises:
        ValueError: the directions are not finite, or of different dimensions.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"directions {tuple(first.shape)} and {tuple(second.shape)}: expected (F, D) and (G, D)")
    finite_rows("first", first)
    finite_rows("second", second)
    a, b = (normalize(x.double()) for x in (first, second))
    cosine = a @ b.T
    left, right = map(torch.as_tensor, linear_sum_assignment(cosine.cpu().numpy(), maximize=True))
    return Matching(left, right, cosine[left, right])


def matched_names(
    first: Sequence[Feature], second: Sequence[Feature], directions: tuple[Tensor, Tensor], kind: str = "colour"
) -> dict[str, str]:
    """Return for every feature of the first autoencoder with one concept in its name what its match is called.

    Features are matched by direction alone, so that an equal name in the second is a finding. "" has no match.

    Args:
        first: cards of one autoencoder.
        second: cards of another, trained on the same layer with another seed.
        directions: (F, D) and (G, D), both dictionaries.
        kind: of the features of the first, such as "colour" or "class".

    Raises:
        ValueError: cards and directions are not those of the same features.
    """
    for cards, x in zip((first, second), directions, strict=True):
        if [card.index for card in cards] != list(range(len(x))):
            raise ValueError(f"{len(cards)} cards for {len(x)} features: expected one each, in their order")
    living = [[card for card in cards if card.density > 0] for cards in (first, second)]
    parts = [x[[card.index for card in cards]] for x, cards in zip(directions, living, strict=True)]
    pairs = match(parts[0], parts[1])
    partner = dict(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    return {
        card.name: living[1][partner[i]].name if i in partner else ""
        for i, card in enumerate(living[0])
        if card.kind == kind and len(card.means) == 1
    }
