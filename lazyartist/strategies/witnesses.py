"""Witnesses: small networks that learn what is easy. Two that make the same mistakes have read the same lie."""

from __future__ import annotations

import math

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import torch

from torch import Generator, Tensor, nn

from lazyartist.strategies.base import Batch, Plan, Strategy, TrainingSplit, Use
from lazyartist.strategies.losses import generalised_cross_entropy


# (images, their indices, source of randomness) -> the images as they are to be seen
See = Callable[[Tensor, Tensor, Generator], Tensor]


@dataclass(frozen=True)
class Witness:
    """A kind of witness: which network, and how many images it is shown."""

    network: str
    images: int


@dataclass(frozen=True, eq=False)
class Testimony:
    """What two networks of one kind say of the training images.

    Attributes:
        witness: the kind.
        model: the first of the two networks.
        agreement: see `error_agreement`.
        evenness: see `mistake_evenness`.
        skill: mean accuracy over the classes, on a scale on which guessing has 0 and no mistake is 1.
    """

    witness: Witness
    model: nn.Module
    agreement: float
    evenness: float
    skill: float

    @property
    def score(self) -> float:
        """Agreement times evenness, in [0, 1]: how surely both read a lie; 0 where they have learnt nothing yet."""
        return self.agreement * self.evenness if self.skill > LEAST_SKILL else 0.0


# one that pools over places and reads colours and textures, and one that sees where things stand
POOL = (Witness("simple_cnn", 14_400), Witness("thumbnail_mlp", 9_600))
POOL_NETWORKS = tuple(dict.fromkeys(witness.network for witness in POOL))
ASKED = 6000  # training images that mistakes are compared on
LEAST_SKILL = 0.5  # who has learnt nothing yet makes the same mistakes as others who have not


def error_agreement(first: Tensor, second: Tensor, labels: Tensor) -> float:
    """Return the share of mistakes that two models make alike: both are wrong, and give the same answer.

    Models that read a lie err where it lies, and say what it says: near 1. Models that read the shape err on different
    images: on digits about one half or less, on clothes, where shapes are mistaken alike, up to 0.7. Close to the error
    consistency of Geirhos et al. 2020, arXiv:2006.16736, which asks whether both are wrong, and not what they say.

    Args:
        first: (N,) int64, the answers of one model.
        second: (N,) int64, those of the other.
        labels: (N,) int64, the classes.

    Returns:
        The images that both get wrong with the same answer, as a share of those that either gets wrong, in [0, 1];
        0 where neither errs.

    Raises:
        ValueError: the sizes differ.
    """
    if not first.shape == second.shape == labels.shape or first.ndim != 1:
        shapes = ", ".join(str(tuple(part.shape)) for part in (first, second, labels))
        raise ValueError(f"expected answers and labels of the same images, (N,) each, got {shapes}")
    wrong = (first != labels) | (second != labels)
    alike = wrong & (first == second)
    return int(alike.sum()) / max(1, int(wrong.sum()))


def mistake_evenness(first: Tensor, second: Tensor, labels: Tensor, classes: int) -> float:
    """Return how evenly the mistakes that two models make alike are spread, in [0, 1].

    A lie misleads from any class to any other; shapes are mistaken for what is like them. It is the entropy of the
    shared mistakes over all pairs of a class and a wrong answer, each class counting alike, as a share of the largest
    possible; 0 where there is no such mistake.

    Args:
        first: (N,) int64, the answers of one model.
        second: (N,) int64, those of the other.
        labels: (N,) int64 in [0, classes).
        classes: how many there are, two or more.
    """
    alike = (first != labels) & (first == second)
    pairs = torch.bincount(labels[alike] * classes + first[alike], minlength=classes**2).double()
    of_class = torch.bincount(labels, minlength=classes).clamp_min(1)
    rates = pairs.view(classes, classes) / of_class[:, None]
    share = rates[rates > 0] / rates.sum()
    return abs(float((share * share.log()).sum())) / math.log(classes * (classes - 1))


def hear(split: TrainingSplit, see: See, weights: Tensor | None, length: float = 1.0) -> Testimony:
    """Train two witnesses of each kind and return the testimony of the kind with the highest score.

    Args:
        split: what they are trained on.
        see: how the images are shown to them.
        weights: (N,) how often each image is drawn; None for each one once per epoch.
        length: of their training, times the usual.
    """
    heard = [_of_a_kind(split, witness, see, weights, length) for witness in POOL]
    return max(heard, key=lambda testimony: testimony.score)


def _of_a_kind(split: TrainingSplit, witness: Witness, see: See, weights: Tensor | None, length: float) -> Testimony:
    epochs = length * witness.images / len(split.labels)
    models = [split.fit(_Testifying(see, weights), epochs, witness.network) for _ in range(2)]
    asked = torch.arange(min(ASKED, len(split.labels)))
    labels = split.labels[asked]
    first, second = (split.outputs(model, asked)[0].argmax(1) for model in models)
    right = [(first == label)[labels == label].double().mean() for label in sorted(set(labels.tolist()))]
    skill = (float(torch.stack(right).mean()) * split.classes - 1) / (split.classes - 1)
    agreement = error_agreement(first, second, labels)
    return Testimony(witness, models[0], agreement, mistake_evenness(first, second, labels, split.classes), skill)


@dataclass(frozen=True)
class _Testifying(Strategy):
    """Generalised cross-entropy: who learns by it stays with what is easy."""

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling", "augmentation"})
    see: See = field(repr=False, compare=False)
    weights: Tensor | None = field(repr=False, compare=False)

    def plan(self, split: TrainingSplit) -> Plan:
        """Draw by the weights."""
        del split
        return Plan(self.loss, self.weights)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the loss of the images as they are seen."""
        return generalised_cross_entropy(model(self.see(batch.x, batch.index, batch.generator)), batch.y).mean()
