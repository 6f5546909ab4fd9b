"""Features known by what they mean: a name, how sure it is, and what the feature was seen to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.sae.metrics import density
from lazyartist.sae.selectivity import (
    Attributes,
    auroc,
    check_unbiased,
    colours_and_classes,
    eta_squared,
    strokes,
)


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazyartist.data.coloured import ColouredImages

BAR = (
    0.97  # the AUROC from which on a feature may bear a name; one that fires for two colours of ten has 0.944 for each
)
MEMBERS = 3  # attributes that one name may join
SHOWN = 9  # top images of a card


@dataclass(frozen=True)
class Feature:
    """The card of one feature.

    Attributes:
        index: its place in the autoencoder that the card belongs to; says nothing about any other autoencoder.
        name: "green", "green 1" for the next best, "red + violet" if it needs two, "unclear", or "dead".
        kind: "colour", "class" or "stroke"; "" where there is no name.
        means: the attributes in the name.
        confidence: AUROC of the name on images that had no part in choosing it, in [0, 1]; chance is 0.5.
        polysemantic: no one attribute describes it, two or three together do.
        density: share of the images that it fires for.
        eta_colour: share of its variance that the colour explains, in [0, 1].
        eta_class: share that the class explains.
        auroc: for every attribute, on all images.
        top: indices of the images with the largest codes, strongest first.
    """

    index: int
    name: str
    kind: str
    means: Sequence[str]
    confidence: float
    polysemantic: bool
    density: float
    eta_colour: float
    eta_class: float
    auroc: Mapping[str, float]
    top: Sequence[int]


def describe(codes: Tensor, data: ColouredImages) -> list[Feature]:
    """Return a card for every feature, in the order of the codes.

    A name is chosen on every other image and its confidence measured on the rest. Candidates are each colour, each
    class and each direction of stroke; if no single one has an AUROC of `BAR`, unions of two or three of one kind.

    Args:
        codes: (N, F) or, for an autoencoder of positions, (N × positions, F): an image counts with its largest code.
        data: the N images. Their colours must say nothing about their classes.

    Raises:
        ValueError: colour gives the class away, or there are no codes for every image.
    """
    check_unbiased(data)
    if len(codes) % len(data):
        raise ValueError(f"{len(codes)} codes for {len(data)} images: expected the codes of just these images")
    z = codes.detach().reshape(len(data), -1, codes.shape[1]).amax(1)
    known = _joined(colours_and_classes(data), strokes(data))
    choosing, judging = slice(0, None, 2), slice(1, None, 2)
    chosen = auroc(z[choosing], known.holds[:, choosing])
    overall = auroc(z, known.holds)
    fires = density(z)
    eta_colour, eta_class = eta_squared(z, data.colours), eta_squared(z, data.labels)
    cards = []
    for f in range(z.shape[1]):
        alive = bool(fires[f] > 0)
        members = _meaning(z[choosing, f], known, known.holds[:, choosing], chosen[:, f]) if alive else []
        holds = known.holds[members or [int(chosen[:, f].nan_to_num().argmax())]].any(0)
        sure = float(auroc(z[judging, f : f + 1], holds[None, judging])[0, 0])
        means = [known.names[a] for a in members]
        cards.append(
            Feature(
                index=f,
                name=" + ".join(means) if means else "unclear" if alive else "dead",
                kind=known.kinds[members[0]] if members else "",
                means=means,
                confidence=sure,
                polysemantic=len(members) > 1,
                density=float(fires[f]),
                eta_colour=float(eta_colour[f]),
                eta_class=float(eta_class[f]),
                auroc=dict(zip(known.names, overall[:, f].tolist(), strict=True)),
                top=z[:, f].argsort(descending=True, stable=True)[: min(SHOWN, int((z[:, f] > 0).sum()))].tolist(),
            )
        )
    return _numbered(cards)


def about(cards: Sequence[Feature], meaning: str) -> list[Feature]:
    """Return the features with just this meaning, surest first: `about(cards, "green")`.

    Raises:
        ValueError: no feature means this; the message lists what there is.
    """
    found = [card for card in cards if list(card.means) == [meaning]]
    if not found:
        known = sorted({word for card in cards for word in card.means})
        raise ValueError(f"no feature means {meaning!r}; there are features for {', '.join(known) or 'nothing known'}")
    return sorted(found, key=lambda card: -card.confidence)


def best(cards: Sequence[Feature], meaning: str) -> Feature:
    """Return the living feature with the highest AUROC for an attribute, whatever its name is."""
    return max((card for card in cards if card.density > 0), key=lambda card: card.auroc[meaning])


def _meaning(z: Tensor, known: Attributes, holds: Tensor, scores: Tensor) -> list[int]:
    """Return the fewest attributes of one kind whose union has an AUROC of `BAR`; none if there is no such union."""
    first = int(scores.nan_to_num().argmax())
    if scores[first] >= BAR:
        return [first]
    means = (holds.double() @ z.double()) / holds.sum(1)
    found: list[tuple[float, list[int]]] = []
    for kind in ("colour", "class"):
        own = [a for a, of in enumerate(known.kinds) if of == kind]
        order = sorted(own, key=lambda a: -float(means[a].nan_to_num()))
        for size in range(2, MEMBERS + 1):
            union = holds[order[:size]].any(0, keepdim=True)
            found.append((float(auroc(z[:, None], union)[0, 0]), order[:size]))
    passing = [(len(members), -score, members) for score, members in found if score >= BAR]
    return min(passing)[2] if passing else []


def _numbered(cards: Sequence[Feature]) -> list[Feature]:
    """Return the cards with names that differ: of several "green", the surest keeps it, the next is "green 1".

    What is "unclear" or "dead" has no name to tell apart.
    """
    taken: dict[str, count[int]] = {}
    names = {}
    for card in sorted(cards, key=lambda card: (-card.confidence, card.index)):
        if not card.means:
            continue
        number = next(taken.setdefault(card.name, count()))
        names[card.index] = f"{card.name} {number}" if number else card.name
    return [replace(card, name=names.get(card.index, card.name)) for card in cards]


def _joined(*parts: Attributes) -> Attributes:
    names = [name for part in parts for name in part.names]
    kinds = [kind for part in parts for kind in part.kinds]
    return Attributes(names, kinds, torch.cat([part.holds for part in parts]))
