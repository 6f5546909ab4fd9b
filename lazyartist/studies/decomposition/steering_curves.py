"""What the model answers when a colour is turned up or down along some direction of its last hidden layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.sae.directions import difference_of_means, random_directions, raw_channel


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.sae.labelling import Feature
    from lazyartist.studies.decomposition.last_layer import Hidden

UP = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # times the size of the layer: how far from their mean its vectors usually are
DOWN = (0.0, 0.25, 0.5, 1.0, 2.0)
AT = 4.0  # where ways are compared
TOLD = 0.9  # the AUROC from which on a feature is one of a colour's
ASKED = 300  # images a colour
WAYS = ("features", "best feature", "difference of means", "raw channel", "random features", "random directions")
CONTROLS = WAYS[4:]
RANDOM = 16  # directions of each control


@dataclass(frozen=True, eq=False)
class Curve:
    """Shares of answers along one way to turn colours, each in [0, 1].

    Attributes:
        up: (len(UP), colours), of images of other colours and classes that are called the colour's class.
        down: (len(DOWN), colours), of images in the colour, but of other classes, that are called the colour's class.
        cost: (len(DOWN), colours), of images of other colours whose answer changes meanwhile.
        n: images a colour.
    """

    up: Tensor
    down: Tensor
    cost: Tensor
    n: int


def dial_curves(at: Hidden, found: SparseAutoencoder, cards: Sequence[Feature]) -> dict[str, Curve]:
    """Turn each colour up and down in every way: all by adding a vector of the same length.

    Args:
        at: the last hidden layer.
        found: an autoencoder of it.
        cards: of its features.
    """
    colours = range(at.fair.classes)
    directions = [colour_directions(at, found, cards, colour) for colour in colours]
    return {way: _curve(at, [mine[way] for mine in directions]) for way in WAYS}


def colour_directions(at: Hidden, found: SparseAutoencoder, cards: Sequence[Feature], colour: int) -> dict[str, Tensor]:
    """Return the unit directions (K, D) of each way to turn a colour; where there are several, the mean is reported.

    "Features" is what an image of this colour adds to the others along all the features that tell it, together: each
    feature's direction times the difference of its mean codes. The random ones are other living features, whatever
    they stand for.
    """
    holds = at.fair.colours == colour
    codes = found.encode(at.at_fair)
    gap = codes[holds].mean(0) - codes[~holds].mean(0)
    word = at.fair.palette.words[colour]
    best = max(cards, key=lambda card: card.auroc[word] if card.density > 0 else 0).index
    own = sorted({best, *(card.index for card in cards if card.density > 0 and card.auroc[word] >= TOLD)})
    others = [card.index for card in cards if card.density > 0 and card.index not in own]
    drawn = torch.randperm(len(others), generator=torch.Generator().manual_seed(colour))[:RANDOM]
    found_ways = (
        normalize(gap[own] @ found.directions[own], dim=0)[None],
        found.directions[best][None],
        difference_of_means(at.at_fair, holds)[None],
        raw_channel(at.at_fair, holds)[1][None],
        found.directions[[others[i] for i in drawn.tolist()]],
        random_directions(at.at_fair.shape[1], RANDOM, seed=colour),
    )
    return dict(zip(WAYS, found_ways, strict=True))


def _curve(at: Hidden, directions: Sequence[Tensor]) -> Curve:
    up, down, cost = [], [], []
    n = len(at.test)
    for colour, mine in enumerate(directions):
        wears, is_class = at.test.colours == colour, at.test.labels == colour
        others, own = (at.logits(at.at_test[which & ~is_class][:ASKED]) for which in (~wears, wears))
        n = min(n, len(others), len(own))
        # the last layer is linear: along a direction the logits move evenly
        push = (at.size * mine @ at.head.weight.detach().T)[:, None]  # (K, 1, classes)
        up.append([_share((others + a * push).argmax(2) == colour) for a in UP])
        down.append([_share((own - a * push).argmax(2) == colour) for a in DOWN])
        cost.append([_share((others - a * push).argmax(2) != others.argmax(1)) for a in DOWN])
    return Curve(torch.tensor(up).T, torch.tensor(down).T, torch.tensor(cost).T, n)


def _share(held: Tensor) -> float:
    return float(held.double().mean())
