"""Ways to find strokes with twenty masks, in activations that stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from sklearn.linear_model import LogisticRegression

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.frozen_masks.case import MasksPatient
from lazyartist.clinic.frozen_masks.composites import composites, cut_outs
from lazyartist.clinic.frozen_masks.head import Head, head_on, train_head, with_flips
from lazyartist.clinic.frozen_masks.maps import Brightness, ProbeMaps, columns
from lazyartist.clinic.frozen_masks.scenes import Scenes
from lazyartist.clinic.frozen_masks.segmenter import Segmenter, best_threshold, maps_of
from lazyartist.clinic.training import generator_of
from lazyartist.knobs import knob
from lazyartist.training.loop import batches


@REMEDIES.register("frozen_masks.brightness")
@dataclass(frozen=True)
class MarkTheLight(Remedy[MasksPatient, Segmenter]):
    """Mark what is lighter than the image's mean by a threshold: no network, and what any remedy must beat."""

    def treat(self, patient: MasksPatient, seed: int) -> Segmenter:
        """Choose the threshold on the scenes with masks."""
        del seed
        model, given = Brightness(), patient.labelled
        return Segmenter(model, best_threshold(maps_of(model, given.images), given.masks))


@REMEDIES.register("frozen_masks.probe", source="Alain and Bengio 2017, arXiv:1610.01644")
@dataclass(frozen=True)
class Probe(Remedy[MasksPatient, Segmenter]):
    """Logistic regression of each pixel on the activations of all four layers; the threshold from scenes held out.

    Attributes:
        c: the inverse strength of the penalty on the weights.
        fitted: the share of the scenes with masks that it is fitted to; the others decide the threshold.
    """

    c: float = knob(0.01, above=0)
    fitted: float = knob(0.6, above=0, below=1)

    def treat(self, patient: MasksPatient, seed: int) -> Segmenter:
        """Fit the probe, then choose the threshold."""
        del seed
        given = patient.labelled
        cut = min(max(1, round(self.fitted * len(given.images))), len(given.images) - 1)
        fitted, rest = given.some(slice(0, cut)), given.some(slice(cut, None))
        with torch.no_grad():
            x = columns(patient.net, fitted.images).permute(0, 2, 3, 1).flatten(0, 2)
        found = LogisticRegression(C=self.c, max_iter=300).fit(
            x.double().cpu().numpy(), fitted.masks.flatten().cpu().numpy()
        )
        model = ProbeMaps(patient.net, torch.tensor(found.coef_[0]).float(), float(found.intercept_[0]))
        return Segmenter(model, best_threshold(maps_of(model, rest.images), rest.masks))


@REMEDIES.register("frozen_masks.head")
@dataclass(frozen=True)
class HeadAlone(Remedy[MasksPatient, Segmenter]):
    """A small convolutional head, trained on the few scenes as they are: it learns them by heart.

    Attributes:
        steps: how many.
    """

    steps: int = knob(350, low=1, whole=True)

    def treat(self, patient: MasksPatient, seed: int) -> Segmenter:
        """Train on all scenes with masks; there is nothing left to choose a threshold on, so it is a half."""
        head = head_on(patient.net, patient.labelled, self.steps, patient.training, "few", seed)
        return Segmenter(with_flips(head), 0.5)


@REMEDIES.register("frozen_masks.composites", source="after Dwibedi et al. 2017, arXiv:1708.01642")
@dataclass(frozen=True)
class Composites(Remedy[MasksPatient, Segmenter]):
    """The same head, trained on digits that are cut out, bent and put on empty scenes; two halves, four flips.

    Attributes:
        steps: of each of the two heads.
        real: the share of a batch that are scenes as they are.
    """

    steps: int = knob(350, low=1, whole=True)
    real: float = knob(0.25, low=0, below=1)

    def treat(self, patient: MasksPatient, seed: int) -> Segmenter:
        """Train a head on each half of the scenes; the threshold is chosen where each half is seen by the other's."""
        halves = [patient.labelled.some(slice(start, None, 2)) for start in (0, 1)]
        heads = [self._head(patient, half, f"half {place}", seed) for place, half in enumerate(halves)]
        unseen = torch.cat(
            [maps_of(with_flips(head), half.images) for head, half in zip(heads, reversed(halves), strict=True)]
        )
        threshold = best_threshold(unseen, torch.cat([half.masks for half in reversed(halves)]))
        return Segmenter(with_flips(*heads), threshold)

    def _head(self, patient: MasksPatient, given: Scenes, what: str, seed: int) -> Head:
        cut, chance = cut_outs(given), generator_of("frozen masks composites", what, seed)
        as_they_are = min(round(self.real * patient.training.batch), patient.training.batch - 1)
        order = batches(len(given.images), as_they_are, chance)

        def batch() -> Scenes:
            made = composites(cut, patient.empty, patient.training.batch - as_they_are, chance)
            chosen = next(order)
            return Scenes(torch.cat([made.images, given.images[chosen]]), torch.cat([made.masks, given.masks[chosen]]))

        return train_head(patient.net, batch, self.steps, patient.training, what, seed)
