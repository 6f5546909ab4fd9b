"""Steering curves: what the model answers when a class's attribute value is turned up or down along a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor
from torch.nn.functional import normalize

from lazyartist.sae.directions import difference_of_means, random_directions, raw_channel
from lazyartist.statistics import auroc
from lazyartist.studies.decomposition.metrics import DIRECTIONS, DOWN, UP


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.studies.decomposition.last_layer import LastLayer

TELLING_AUROC = 0.9  # from which on a feature is one of an attribute value's
STEERED_IMAGES = 300  # per class
RANDOM = 16  # directions of each control


@dataclass(frozen=True, eq=False)
class SteeringCurve:
    """Shares of answers along one kind of direction, each in [0, 1]. Each class has its own attribute value.

    Attributes:
        up: (len(UP), classes), of images with other attribute values and classes that are called the class.
        down: (len(DOWN), classes), of images with the class's value, but of other classes, that are called the class.
        cost: (len(DOWN), classes), of images with other attribute values whose answer changes meanwhile.
        n: images per class.
    """

    up: Tensor
    down: Tensor
    cost: Tensor
    n: int


def steering_curves(layer: LastLayer, sae: SparseAutoencoder) -> dict[str, SteeringCurve]:
    """Turn each class's attribute value up and down along every direction: always by a vector of the same length."""
    directions = [steering_directions(layer, sae, label) for label in range(layer.fair.classes)]
    return {kind: _curve(layer, [own[kind] for own in directions]) for kind in DIRECTIONS}


def steering_directions(layer: LastLayer, sae: SparseAutoencoder, label: int) -> dict[str, Tensor]:
    """Return the unit directions (K, D) of each kind for a class's attribute value; of several, the mean is reported.

    "Features" is what an image with this value adds to the others along all the features that tell it, together: each
    feature's direction times the difference of its mean codes. The random ones are other living features, whatever
    they stand for.
    """
    vectors = layer.fair_vectors
    holds = layer.fair.attribute == layer.own_attribute[label]
    codes = sae.encode(vectors)
    gap = codes[holds].mean(0) - codes[~holds].mean(0)
    scores, living = telling_features(codes, holds)
    best = max(living, key=scores.__getitem__, default=0)
    own = sorted({best, *(f for f in living if scores[f] >= TELLING_AUROC)})
    others = [f for f in living if f not in own]
    drawn = torch.randperm(len(others), generator=torch.Generator().manual_seed(label))[:RANDOM]
    directions = (
        normalize(gap[own] @ sae.directions[own], dim=0)[None],
        sae.directions[best][None],
        difference_of_means(vectors, holds)[None],
        raw_channel(vectors, holds)[1][None],
        sae.directions[[others[i] for i in drawn.tolist()]],
        random_directions(vectors.shape[1], RANDOM, seed=label),
    )
    return dict(zip(DIRECTIONS, directions, strict=True))


def telling_features(codes: Tensor, holds: Tensor) -> tuple[list[float], list[int]]:
    """Return how well each feature tells the vectors that hold from the rest, AUROC, and which features are alive.

    Args:
        codes: (N, F).
        holds: (N,) bool.
    """
    return auroc(codes, holds[None])[0].tolist(), (codes > 0).any(0).nonzero()[:, 0].tolist()


def _curve(layer: LastLayer, directions: Sequence[Tensor]) -> SteeringCurve:
    up, down, cost = [], [], []
    n = len(layer.test)
    for label, unit in enumerate(directions):
        has_value, is_class = layer.test.attribute == layer.own_attribute[label], layer.test.labels == label
        others, own = (
            layer.logits(layer.test_vectors[chosen & ~is_class][:STEERED_IMAGES]) for chosen in (~has_value, has_value)
        )
        n = min(n, len(others), len(own))
        # the last layer is linear: along a direction the logits move evenly
        push = (layer.scale * unit @ layer.head.weight.detach().T)[:, None]  # (K, 1, classes)
        up.append([_share((others + a * push).argmax(2) == label) for a in UP])
        down.append([_share((own - a * push).argmax(2) == label) for a in DOWN])
        cost.append([_share((others - a * push).argmax(2) != others.argmax(1)) for a in DOWN])
    return SteeringCurve(torch.tensor(up).T, torch.tensor(down).T, torch.tensor(cost).T, n)


def _share(held: Tensor) -> float:
    return float(held.double().mean())
