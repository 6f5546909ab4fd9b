"""Witnesses: small networks that learn what is easy. Two that make the same mistakes have read the same lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor

from lazyartist.strategies.base import Plan, TrainingSplit, Use
from lazyartist.strategies.gce import Gce


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
        answers: (N,) int64, the classes that the first one names.
        accuracy: the share of images that the first one is right on.
        agreement: see `error_agreement`.
    """

    witness: Witness
    answers: Tensor
    accuracy: float
    agreement: float


# one that pools over places and reads textures and colours, and one that sees where things stand
POOL = (Witness("simple_cnn", 14_400), Witness("thumbnail_mlp", 9_600))
NETWORKS = tuple(dict.fromkeys(witness.network for witness in POOL))


def error_agreement(first: Tensor, second: Tensor, labels: Tensor) -> float:
    """Return the share of mistakes that two models make alike: both are wrong, and give the same answer.

    Models that read a lie err where it lies, and say what it says: near 1. Models that read the shape err on
    different images: well below one half. Close to the error consistency of Geirhos et al. 2020, arXiv:2006.16736,
    which asks whether both are wrong, and not what they say.

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


def hear(split: TrainingSplit, witness: Witness, weights: Tensor | None = None) -> Testimony:
    """Train two networks of a kind and compare their mistakes on all training images.

    Args:
        split: what they are trained on.
        witness: the kind.
        weights: (N,) how often each image is drawn; None for each one once per epoch.
    """
    epochs = witness.images / len(split.labels)
    first, second = (
        split.outputs(split.fit(_Weighted(weights=weights), epochs, witness.network))[0].argmax(1) for _ in range(2)
    )
    accuracy = float((first == split.labels).double().mean())
    return Testimony(witness, first, accuracy, error_agreement(first, second, split.labels))


@dataclass(frozen=True)
class _Weighted(Gce):
    """Generalised cross-entropy on images drawn by weight, (N,): a witness stays with what is easy."""

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling"})
    weights: Tensor | None = field(default=None, repr=False, compare=False)

    def plan(self, split: TrainingSplit) -> Plan:
        """Draw by the weights."""
        del split
        return Plan(self.loss, self.weights)
