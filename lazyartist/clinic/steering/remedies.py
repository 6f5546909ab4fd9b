"""Ways to steer the model; each tries as many settings on the patient's own prompts, and keeps the best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.steering.case import Patient, Write
from lazyartist.clinic.steering.choosing import LAYERS, Setting, Streams, choose, streams
from lazyartist.clinic.steering.edits import Clamp, Floor, Shift, ShiftByPlace
from lazyartist.clinic.training import generator_of
from lazyartist.knobs import knob
from lazyartist.sae.base import SparseAutoencoder
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train


# what settings multiply the difference between styles by; every remedy tries as many settings, 16
FAR = (1.5, 2.0, 2.5, 3.0)
WIDE = (0.75, 1.5, 2.5, 5.0)
ALL = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)


@REMEDIES.register("steering.difference_of_means", source="Marks and Tegmark 2023, arXiv:2310.06824")
@dataclass(frozen=True)
class DifferenceOfMeans(Remedy[Patient, Write]):
    """The difference between the means of both styles is added, or is the least that there must be of it."""

    def treat(self, patient: Patient, seed: int) -> Write:
        """Try two layers, both ways and four strengths on the patient's own prompts."""
        return choose(self._settings(streams(patient)), patient, seed)

    def _settings(self, passed: list[Streams]) -> Iterator[Setting]:
        for layer in LAYERS:
            own = passed[layer]
            difference = own.difference.mean(0)
            size = float(difference.norm())
            middle = float(own.formal.mean((0, 1)) @ difference) / size
            for strength in FAR:
                yield layer, Shift(strength * difference)
                yield layer, Floor(difference / size, middle + strength * size)


@REMEDIES.register("steering.difference_by_place")
@dataclass(frozen=True)
class DifferenceByPlace(Remedy[Patient, Write]):
    """The difference between the means of both styles is added, at each place of a report that of the place."""

    def treat(self, patient: Patient, seed: int) -> Write:
        """Try two layers and eight strengths on the patient's own prompts."""
        passed = streams(patient)
        settings = ((layer, ShiftByPlace(many * passed[layer].difference)) for layer in LAYERS for many in ALL)
        return choose(settings, patient, seed)


@dataclass(frozen=True)
class _Clamps(Remedy[Patient, Write]):
    """What the clamps share: sparse autoencoders of two layers, two numbers of latents and four strengths.

    Attributes:
        features: of each autoencoder.
        few: of the latents of each style that are clamped.
        many: the other number that is tried.
    """

    features: int = knob(256, low=2, whole=True)
    few: int = knob(24, low=1, whole=True)
    many: int = knob(40, low=1, whole=True)

    def settings(self, patient: Patient, seed: int, *, shuffled: bool = False) -> Iterator[Setting]:
        """Yield what is tried: the latents most of each style, or as many others if they are shuffled."""
        passed = streams(patient)
        for layer in LAYERS:
            own = passed[layer]
            autoencoder = _autoencoder(own, self.features, patient, seed)
            difference = _latent_difference(autoencoder, own)
            if shuffled:
                g = generator_of("steering", "shuffled", seed, layer)
                difference = difference[torch.randperm(len(difference), generator=g)]
            order = difference.argsort()
            for count in (self.few, self.many):
                silenced, lifted = order[:count], order[-count:]
                for strength in WIDE:
                    levels = strength * difference[lifted].clamp_min(0)
                    yield layer, Clamp(autoencoder, silenced, lifted, levels)


@REMEDIES.register("steering.sae_clamp", source="Templeton et al. 2024, Scaling Monosemanticity")
@dataclass(frozen=True)
class SaeClamp(_Clamps):
    """The most formal latents of a sparse autoencoder are silenced, the most casual ones lifted to a level.

    Attributes:
        features: of each autoencoder.
        few: of the latents of each style that are clamped.
        many: the other number that is tried.
    """

    def treat(self, patient: Patient, seed: int) -> Write:
        """Try all settings on the patient's own prompts."""
        return choose(self.settings(patient, seed), patient, seed)


@REMEDIES.register("steering.random_latents")
@dataclass(frozen=True)
class RandomLatents(_Clamps):
    """As `sae_clamp`, but which latents are silenced and lifted is drawn at random: a control."""

    def treat(self, patient: Patient, seed: int) -> Write:
        """Try as many settings of latents that have nothing to do with style."""
        return choose(self.settings(patient, seed, shuffled=True), patient, seed)


@REMEDIES.register("steering.unguarded")
@dataclass(frozen=True)
class Unguarded(_Clamps):
    """As `sae_clamp`, but chosen by the detectors alone, whatever becomes of the contents."""

    def treat(self, patient: Patient, seed: int) -> Write:
        """Choose what the detectors like best."""
        return choose(self.settings(patient, seed), patient, seed, guarded=False)


def _autoencoder(own: Streams, features: int, patient: Patient, seed: int) -> SparseAutoencoder:
    vectors = torch.cat([own.casual, own.formal]).flatten(0, 1)
    return train(TopK(), vectors, features=features, seeds=[seed], budget=patient.budget)[0]


def _latent_difference(autoencoder: SparseAutoencoder, own: Streams) -> Tensor:
    """Return how much more each latent fires in casual texts, (F,)."""
    casual, formal = (autoencoder.encode(x.flatten(0, 1)).mean(0) for x in (own.casual, own.formal))
    return casual - formal
