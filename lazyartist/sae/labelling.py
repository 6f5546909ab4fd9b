"""Feature labelling: the concept that each feature fires for, how sure that is, and what else the feature does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.data.images import WithForeground
from lazyartist.sae.concepts import Concepts, bias_and_class, check_unbiased, strokes
from lazyartist.sae.metrics import density
from lazyartist.sae.validation import finite_rows
from lazyartist.statistics import auroc, eta_squared


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazyartist.data.images import Split

# The AUROC from which on a feature may bear a name; one that fires for two colours of ten has 0.944 for each of them.
NAMING_AUROC = 0.97
MOST_JOINED = 3  # concepts that one name may join
TOP_IMAGES = 9  # on a card


@dataclass(frozen=True)
class Feature:
    """The card of one feature.

    Attributes:
        index: its place in the autoencoder that the card belongs to; says nothing about any other autoencoder.
        name: "green", "green 1" for the next best, "red + violet" if it needs two, "unclear", or "dead".
        kind: the factor that the name is a value of, such as "colour" or "class"; "stroke"; "" where there is no name.
        means: the concepts in the name.
        confidence: AUROC of the name on images that had no part in choosing it, in [0, 1]; chance is 0.5.
        polysemantic: no one concept describes it, two or three together do.
        density: share of the images that it fires for.
        eta_attribute: share of its variance that the bias attribute explains, in [0, 1].
        eta_class: share that the class explains.
        auroc: for every concept, on all images.
        top: indices of the images with the largest codes, strongest first.
    """

    index: int
    name: str
    kind: str
    means: Sequence[str]
    confidence: float
    polysemantic: bool
    density: float
    eta_attribute: float
    eta_class: float
    auroc: Mapping[str, float]
    top: Sequence[int]


def label_features(codes: Tensor, split: Split) -> list[Feature]:
    """Return a card for every feature, in the order of the codes.

    A name is chosen on every other image and its confidence measured on the rest. Candidates are each value of the bias
    attribute, each class and, where it is known which pixels are the object, each direction of stroke; if no single one
    has an AUROC of `NAMING_AUROC`, unions of two or three values of one factor.

    Args:
        codes: (N, F) or, for an autoencoder of positions, (N × positions, F): an image counts with its largest code.
        split: the N images. Their bias attribute must say nothing about their class.

    Raises:
        ValueError: the bias attribute gives the class away, or the codes are not finite floats for every image.
    """
    check_unbiased(split)
    n = len(split)
    if n < 2 or not len(finite_rows("codes", codes)) or len(codes) % n:
        raise ValueError(f"{len(codes)} codes for {n} images: expected the codes of just these images, two at least")
    z = codes.detach().reshape(n, -1, codes.shape[1]).amax(1)
    known = bias_and_class(split)
    if isinstance(split.images, WithForeground):
        known = _joined(known, strokes(split))
    choosing, judging = slice(0, None, 2), slice(1, None, 2)
    chosen = auroc(z[choosing], known.holds[:, choosing])
    overall = auroc(z, known.holds)
    fires = density(z)
    eta_attribute, eta_class = eta_squared(z, split.attribute), eta_squared(z, split.labels)
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
                eta_attribute=float(eta_attribute[f]),
                eta_class=float(eta_class[f]),
                auroc=dict(zip(known.names, overall[:, f].tolist(), strict=True)),
                top=z[:, f].argsort(descending=True, stable=True)[: min(TOP_IMAGES, int((z[:, f] > 0).sum()))].tolist(),
            )
        )
    return _numbered(cards)


def labelled(cards: Sequence[Feature], meaning: str) -> list[Feature]:
    """Return the features with just this meaning, surest first: `labelled(cards, "green")`.

    Raises:
        ValueError: no feature means this; the message lists what there is.
    """
    features = [card for card in cards if list(card.means) == [meaning]]
    if not features:
        known = sorted({word for card in cards for word in card.means})
        raise ValueError(f"no feature means {meaning!r}; there are features for {', '.join(known) or 'nothing known'}")
    return sorted(features, key=lambda card: -card.confidence)


def best(cards: Sequence[Feature], meaning: str) -> Feature:
    """Return the living feature with the highest AUROC for a concept, whatever its name is.

    Raises:
        ValueError: there is no such concept, or no feature is alive.
    """
    living = [card for card in cards if card.density > 0]
    if not living:
        raise ValueError(f"none of the {len(cards)} features is alive, so none is about {meaning!r}")
    if meaning not in living[0].auroc:
        raise ValueError(f"there is no concept called {meaning!r}; there are {', '.join(living[0].auroc)}")
    return max(living, key=lambda card: card.auroc[meaning])


def _meaning(z: Tensor, known: Concepts, holds: Tensor, scores: Tensor) -> list[int]:
    """Return the fewest concepts of one kind whose union has an AUROC of `NAMING_AUROC`; none if no union has."""
    first = int(scores.nan_to_num().argmax())
    if scores[first] >= NAMING_AUROC:
        return [first]
    means = (holds.double() @ z.double()) / holds.sum(1)
    unions: list[tuple[float, list[int]]] = []
    for kind in dict.fromkeys(kind for kind in known.kinds if kind != "stroke"):
        own = [a for a, of in enumerate(known.kinds) if of == kind]
        order = sorted(own, key=lambda a: -float(means[a].nan_to_num()))
        for size in range(2, MOST_JOINED + 1):
            union = holds[order[:size]].any(0, keepdim=True)
            unions.append((float(auroc(z[:, None], union)[0, 0]), order[:size]))
    passing = [(len(members), -score, members) for score, members in unions if score >= NAMING_AUROC]
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


def _joined(*parts: Concepts) -> Concepts:
    names = [name for part in parts for name in part.names]
    kinds = [kind for part in parts for kind in part.kinds]
    return Concepts(names, kinds, torch.cat([part.holds for part in parts]))
