"""What may find the same digit among images that are known as factors."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.lowrank_images.case import Patient
from lazyartist.clinic.lowrank_images.clusters import among_neighbours, kmeans_labels, ward_labels
from lazyartist.clinic.lowrank_images.factors import factorise
from lazyartist.clinic.lowrank_images.network import SIDE, embed, learn, shrink
from lazyartist.clinic.lowrank_images.views import views
from lazyartist.knobs import knob


@REMEDIES.register("lowrank_images.pixels")
@dataclass(frozen=True)
class Pixels(Remedy[Patient, Tensor]):
    """Multiply the factors and cluster the pixels by k-means: the images are back, but pixels do not tell digits apart.

    Attributes:
        starts: of k-means.
    """

    starts: int = knob(1, low=1, whole=True)

    def treat(self, patient: Patient, seed: int) -> Tensor:
        """Return clusters of the products, as large as the network would see them."""
        pixels = shrink(patient.factors.product()).flatten(1)
        return kmeans_labels(pixels, patient.clusters, seed, starts=self.starts)


@REMEDIES.register("lowrank_images.product", source="a contestant's write-up, NEOAI 2025")
@dataclass(frozen=True)
class Product(Remedy[Patient, Tensor]):
    """The write-up's: multiply the factors, embed the images by the network that is given, k-means with 20 starts.

    Attributes:
        starts: of k-means.
    """

    starts: int = knob(20, low=1, whole=True)

    def treat(self, patient: Patient, seed: int) -> Tensor:
        """Return clusters of the vectors of the products."""
        vectors = embed(patient.network(), patient.factors.product())
        return kmeans_labels(vectors, patient.clusters, seed, starts=self.starts)


@REMEDIES.register("lowrank_images.neighbours")
@dataclass(frozen=True)
class Neighbours(Remedy[Patient, Tensor]):
    """As the write-up's, but each vector is averaged with its nearest ones, and clusters are found by Ward's method.

    Attributes:
        neighbours: how many; 0 leaves the vectors as they are.
        rounds: how many times over.
    """

    neighbours: int = knob(10, low=0, whole=True)
    rounds: int = knob(3, low=0, whole=True)

    def treat(self, patient: Patient, seed: int) -> Tensor:
        """Return clusters of the vectors of the products."""
        del seed
        vectors = embed(patient.network(), patient.factors.product())
        return ward_labels(among_neighbours(vectors, self.neighbours, self.rounds), patient.clusters)


@REMEDIES.register("lowrank_images.truncated_views")
@dataclass(frozen=True)
class TruncatedViews(Remedy[Patient, Tensor]):
    """Train the network further on unlabelled digits whose views have the rank of the images, then as `neighbours`.

    The network has only ever seen whole images; what the truncation leaves out misleads it. Its strokes can be left out
    of its training images too: no label is needed, and none of the images that are to be clustered.

    Attributes:
        share: how long, as a share of the steps that the network was trained at first.
        rate: the learning rate's peak.
        neighbours: how many each vector is averaged with; 0 leaves the vectors as they are.
        rounds: how many times over.
    """

    share: float = knob(0.85, low=0.0)
    rate: float = knob(2e-3, above=0.0)
    neighbours: int = knob(10, low=0, whole=True)
    rounds: int = knob(3, low=0, whole=True)

    def treat(self, patient: Patient, seed: int) -> Tensor:
        """Return clusters of the vectors of the products."""
        rank = patient.factors.left.shape[2]

        def truncated(digits: Tensor, generator: torch.Generator) -> Tensor:
            return factorise(views(digits, SIDE, generator), min(rank, SIDE), generator).product()

        steps = round(self.share * patient.steps)
        net = learn(patient.network(), patient.others, truncated, steps=steps, rate=self.rate, seed=seed + 1)
        vectors = embed(net, patient.factors.product())
        return ward_labels(among_neighbours(vectors, self.neighbours, self.rounds), patient.clusters)
