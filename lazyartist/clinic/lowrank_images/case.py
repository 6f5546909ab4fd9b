"""The case: which digits, their views, the factors, the network that is given, and the judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import torch

from torch import Tensor
from torch.nn import functional as F

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.digits import BUILT_IN, grey_images
from lazyartist.clinic.lowrank_images.clusters import (
    among_neighbours,
    check_labels,
    kmeans_labels,
    rand_index,
    ward_labels,
)
from lazyartist.clinic.lowrank_images.factors import Factors, factorise, random_gauge
from lazyartist.clinic.lowrank_images.network import SIDE, EmbeddingNet, embed, learn, shrink
from lazyartist.clinic.lowrank_images.views import views
from lazyartist.clinic.own_images import first_of_each, own_images
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.data.notices import warn_once
from lazyartist.data.sources import GreyImages
from lazyartist.knobs import knob


LARGE = 128  # pixels of the images that are factorised
DIGIT = 28  # pixels of a digit
DRAWN_FROM = 4  # one in so many of a user's images is drawn from; the others teach the network
PART = 192  # views that are drawn at once


@dataclass(frozen=True, eq=False)
class Patient:
    """Factors of images, and a network that knows images.

    Attributes:
        factors: of N images of 128 × 128 pixels, each in a gauge of its own.
        clusters: how many digits they are views of.
        weights: of the network that is given; it was trained on views that were never factorised.
        steps: how many steps it was trained.
        others: (M, 28, 28) uint8, digits without labels, none of which is among the images.
    """

    factors: Factors
    clusters: int
    weights: Mapping[str, Tensor]
    steps: int
    others: Tensor

    def network(self) -> EmbeddingNet:
        """Return a copy of the network that is given."""
        width = len(self.weights["features.0.weight"])
        net = fresh(lambda: EmbeddingNet(width), "embedding network")
        net.load_state_dict(dict(self.weights))
        return net.eval()


@dataclass(frozen=True, eq=False)
class Sealed:
    """What the judge and the oracle alone read.

    Attributes:
        truth: (N,) int64, which digit each image is a view of.
        images: (N, 32, 32), the images before they were factorised, as large as the network sees them.
    """

    truth: Tensor
    images: Tensor


@CASES.register("lowrank_images")
@dataclass(frozen=True)
class LowrankImages(Case[Patient, Sealed, Tensor]):
    """Images are known as two factors of rank 4 each, in a random gauge: no entry means anything.

    What is wanted: which images show the same handwritten digit, not merely the same numeral.

    Attributes:
        data: "mnist"; "digits", which needs no files; or a folder of images of your own, which stand for the digits.
        digits: how many different ones.
        views: how many images of each.
        rank: of the factors.
        others: how many unlabelled digits the network that is given was trained on, at most.
        width: of its first convolution.
        steps: how many steps it was trained.
    """

    name: ClassVar[str] = "lowrank_images"
    defect: ClassVar[str] = "each image is known as two factors of rank 4 in a random gauge, so no entry means anything"
    metric: ClassVar[str] = "adjusted Rand index"
    write_up: ClassVar[WriteUp] = WriteUp("product", 66)
    cure: ClassVar[str] = "truncated_views"
    lesson: ClassVar[str] = (
        "It is the Rand index without adjustment for chance: of two groupings into many clusters most pairs are apart "
        "in both, so it praises labels that are drawn by lot. The adjusted index gives shuffled labels 0."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType(
        {"data": "digits", "digits": 5, "views": 12, "others": 24, "width": 4, "steps": 25}
    )

    data: str = "mnist"
    digits: int = knob(32, low=2, high=1000, whole=True)
    views: int = knob(60, low=2, whole=True)
    rank: int = knob(4, low=1, high=LARGE, whole=True)
    others: int = knob(3000, low=2, high=10_000, whole=True)
    width: int = knob(16, low=1, whole=True)
    steps: int = knob(350, low=1, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "data", str(self.data))  # a folder may be called 2024

    def fingerprint(self) -> str:
        """Return a digest of the user's images; "" where they are digits of ours."""
        return "" if self.data in BUILT_IN else own_images(self.data, DIGIT).fingerprint

    def draw(self, seed: int, shelf: Shelf) -> Admission[Patient, Sealed]:
        """Draw digits and views, factorise these, and train the network once for all seeds.

        Raises:
            ValueError: there are not as many images as were asked for, or the user's folder cannot be used.
        """
        grey = grey_images(self.data) if self.data in BUILT_IN else self._own()
        generator = generator_of("low-rank images", seed)
        others = torch.tensor(grey.test_images[: self.others])

        def train() -> dict[str, Tensor]:
            net = fresh(lambda: EmbeddingNet(self.width), "embedding network")
            learn(net, others, lambda digits, draw: views(digits, SIDE, draw), steps=self.steps, seed=0)
            return {name: value.contiguous() for name, value in net.state_dict().items()}

        weights = shelf.keep("embedding network", 0, train)
        lefts, rights, images = [], [], []
        digits = drawn_digits(grey, self.digits, generator).repeat_interleave(self.views, 0)
        for part in torch.split(digits, PART):
            seen = views(part, LARGE, generator)
            factors = factorise(seen, self.rank, generator)
            factors = factors.regauged(random_gauge(len(part), self.rank, generator))
            lefts.append(factors.left)
            rights.append(factors.right)
            images.append(shrink(seen))
        patient = Patient(Factors(torch.cat(lefts), torch.cat(rights)), self.digits, weights, self.steps, others)
        return Admission(patient, Sealed(torch.arange(self.digits).repeat_interleave(self.views), torch.cat(images)))

    def _own(self) -> GreyImages:
        """Return the user's images: a quarter to draw from, the rest, without labels, for the network."""
        own = own_images(self.data, DIGIT)
        kept = torch.tensor(first_of_each(own.grey))  # the same image twice would be two digits
        if (same := len(own.grey) - len(kept)) > 0:
            warn_once(f"{own.listing.root}: {same:,} images are, at {DIGIT} pixels, the same as others and count once")
        order = kept[torch.randperm(len(kept), generator=generator_of("own images"))]
        cut = len(order) // DRAWN_FROM
        if cut < self.digits:
            raise ValueError(
                f"{own.listing.root}: digits={self.digits}: expected {DRAWN_FROM * self.digits:,} different images or "
                f"more, got {len(order):,}; one in {DRAWN_FROM} is drawn from, so bring more or ask for fewer digits"
            )
        drawn, others = own.grey[order[:cut]].cpu().numpy(), own.grey[order[cut:]].cpu().numpy()
        return GreyImages(drawn, np.zeros(len(drawn), int), others, np.zeros(len(others), int))

    def baseline(self, patient: Patient, seed: int) -> Tensor:
        """Return clusters of the entries of the factors, those of each image scaled to unit length, by k-means."""
        return kmeans_labels(F.normalize(patient.factors.flat()), patient.clusters, seed, starts=1)

    def oracle(self, admission: Admission[Patient, Sealed], seed: int) -> Tensor:
        """Return clusters of the images that were never factorised: vectors of the network, neighbours, Ward."""
        del seed
        vectors = embed(admission.patient.network(), admission.sealed.images)
        return ward_labels(among_neighbours(vectors), admission.patient.clusters)

    def judge(self, treated: Tensor, sealed: Sealed) -> Score:
        """Compare pairs: are two images in one cluster, and do they show one digit?"""
        from sklearn.metrics import adjusted_rand_score, homogeneity_completeness_v_measure

        labels, truth = check_labels(treated, len(sealed.truth)).cpu(), sealed.truth.cpu()
        homogeneity, completeness, _ = homogeneity_completeness_v_measure(truth, labels)
        return Score(
            value=float(adjusted_rand_score(truth, labels)),
            n=len(truth),
            parts={"homogeneity": float(homogeneity), "completeness": float(completeness)},
            defective=rand_index(labels, truth),
        )


def drawn_digits(grey: GreyImages, count: int, generator: torch.Generator) -> Tensor:
    """Return digits (count, 28, 28) out of those to train on, evenly from the classes.

    Raises:
        ValueError: a class has too few.
    """
    labels = torch.tensor(grey.train_labels, dtype=torch.long)
    chosen, classes = [], 1 + int(labels.max())
    for label in range(classes):
        own, wanted = (labels == label).nonzero()[:, 0], count // classes + (label < count % classes)
        if len(own) < wanted:
            most = classes * len(own)
            raise ValueError(f"digits={count}: expected at most {most}, there are {len(own)} of class {label}")
        chosen.append(own[torch.randperm(len(own), generator=generator)[:wanted]])
    return torch.tensor(grey.train_images)[torch.cat(chosen)]
