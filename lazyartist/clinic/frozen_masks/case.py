"""A classifier is frozen; twenty masks are to be enough to find the strokes in its activations."""

from __future__ import annotations

import math

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.digits import BUILT_IN, grey_images
from lazyartist.clinic.frozen_masks.head import Training, head_on, with_flips
from lazyartist.clinic.frozen_masks.maps import CamMaps
from lazyartist.clinic.frozen_masks.material import DIGIT, Counts, Material, composed, own_things, photographs
from lazyartist.clinic.frozen_masks.net import SceneNet, train
from lazyartist.clinic.frozen_masks.scenes import Scenes
from lazyartist.clinic.frozen_masks.segmenter import Segmenter, best_threshold, ious, maps_of
from lazyartist.clinic.own_images import own_images
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.knobs import knob


NET_STEPS, ORACLE_STEPS = 700, 350
HELD_OUT = 200  # of the oracle's scenes at most, for its threshold


@dataclass(frozen=True, eq=False)
class MasksPatient:
    """A frozen classifier, a few masks, and scenes without a digit.

    Attributes:
        net: the classifier; nobody may train it.
        labelled: twenty scenes with masks.
        empty: (E, 1, 32, 32), grounds of the same kind with nothing on them.
        training: how long and how wide heads are trained here.
    """

    net: SceneNet
    labelled: Scenes
    empty: Tensor
    training: Training


@dataclass(frozen=True, eq=False)
class MasksSealed:
    """What the judge and the oracle know.

    Attributes:
        scored: scenes that nobody has seen.
        masked: scenes that the classifier was trained on, with the masks that are kept from remedies.
        seen: the twenty scenes that remedies were given.
    """

    scored: Scenes
    masked: Scenes
    seen: Scenes


@CASES.register("frozen_masks")
@dataclass(frozen=True)
class FrozenMasks(Case[MasksPatient, MasksSealed, Segmenter]):
    """A classifier finds digits but was never told where they are: Grad-CAM marks a blob around them.

    Attributes:
        data: "mnist"; "digits", the small ones inside scikit-learn; or a folder of images of your own, with classes:
            light things on black, which are put on cloudy grounds as digits are, or photographs, if there are `masks`.
        masks: a folder with a mask for each of your photographs, which are the scenes then.
        images: scenes with classes that the classifier is trained on; of your own images, this and all below at most.
        labelled: how many of them come with masks.
        exact: how many come with masks for the oracle.
        empty: scenes without a digit; of your own, photographs whose masks are black.
        scored: scenes that are scored.
        width: channels of the classifier's first convolution.
        batch: scenes per step of each training.
        effort: the share of its steps that each training makes.
    """

    name: ClassVar[str] = "frozen_masks"
    defect: ClassVar[str] = "A classifier finds digits but was never told where they are: Grad-CAM marks a blob."
    metric: ClassVar[str] = "IoU"
    write_up: ClassVar[WriteUp] = WriteUp("probe", 100)
    cure: ClassVar[str] = "composites"
    lesson: ClassVar[str] = (
        "It validates on the twenty scenes that were trained on, and so prefers a head that learnt them by heart. Its "
        "scan of thresholds was over masks that were binary already: a scan that cannot move must be refused."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType(
        {
            "data": "digits",
            "images": 300,
            "labelled": 10,
            "exact": 100,
            "empty": 40,
            "scored": 60,
            "width": 4,
            "batch": 16,
            "effort": 0.04,
        }
    )

    data: str = "mnist"
    masks: str = ""
    images: int = knob(8_000, low=50, whole=True)
    labelled: int = knob(20, low=4, whole=True)
    exact: int = knob(4_000, low=20, whole=True)
    empty: int = knob(800, low=2, whole=True)
    scored: int = knob(400, low=10, whole=True)
    width: int = knob(16, low=1, whole=True)
    batch: int = knob(64, low=4, whole=True)
    effort: float = knob(1.0, above=0, high=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("data", "masks"):  # a folder may be called 2024
            object.__setattr__(self, name, str(getattr(self, name)))
        if self.masks and self.data in BUILT_IN:
            raise ValueError("masks are those of photographs of your own: name their folder too, data=FOLDER")

    def fingerprint(self) -> str:
        """Return a digest of the user's images and masks; "" where scenes are made of digits of ours."""
        if self.masks:
            return photographs(self.data, self.masks).fingerprint
        return "" if self.data in BUILT_IN else own_images(self.data, DIGIT).fingerprint

    def draw(self, seed: int, shelf: Shelf) -> Admission[MasksPatient, MasksSealed]:
        """Make the scenes and train the classifier.

        Raises:
            ValueError: there are not as many digits as were asked for, or the user's folders cannot be used.
        """
        chance = generator_of("frozen masks", seed)
        drawn = self._material(chance)
        known, scored = drawn.known, drawn.scored
        net = fresh(lambda: SceneNet(self.width, drawn.classes), "frozen masks net", seed)
        net.load_state_dict(shelf.keep("classifier", seed, lambda: self._taught(net, known.images, drawn.labels, seed)))
        net.eval().requires_grad_(False)
        few = slice(0, self.labelled)
        training = Training(2 * self.width, max(4, self.batch // 2), self.effort)
        patient = MasksPatient(net, known.some(few), drawn.empty, training)
        return Admission(patient, MasksSealed(scored, known.some(slice(0, self.exact)), known.some(few)))

    def baseline(self, patient: MasksPatient, seed: int) -> Segmenter:
        """Mark where Grad-CAM of the class that is seen is high; the threshold is chosen on the twenty scenes."""
        del seed
        cam = CamMaps(patient.net)
        maps = maps_of(cam, patient.labelled.images)
        return Segmenter(cam, best_threshold(maps, patient.labelled.masks))

    def oracle(self, admission: Admission[MasksPatient, MasksSealed], seed: int) -> Segmenter:
        """Train the same head on the same activations as long, with many more masks."""
        patient, masked = admission.patient, admission.sealed.masked
        held = min(HELD_OUT, len(masked.images) // 4)
        fitted, rest = masked.some(slice(held, None)), masked.some(slice(0, held))
        head = head_on(patient.net, fitted, ORACLE_STEPS, patient.training, "oracle", seed)
        model = with_flips(head)
        return Segmenter(model, best_threshold(maps_of(model, rest.images), rest.masks))

    def judge(self, treated: Segmenter, sealed: MasksSealed) -> Score:
        """Score the mean over scenes of the IoU of the masks with the true ones."""
        masks, truth = treated.masks(sealed.scored.images), sealed.scored.masks
        right = (masks & truth).sum()
        parts = {
            "precision": float(right / masks.sum().clamp_min(1)),
            "recall": float(right / truth.sum()),
        }
        seen = float(ious(treated.masks(sealed.seen.images), sealed.seen.masks).mean())
        return Score(float(ious(masks, truth).mean()), len(truth), parts, defective=seen)

    def _taught(self, net: SceneNet, images: Tensor, labels: Tensor, seed: int) -> dict[str, Tensor]:
        chance, steps = generator_of("frozen masks order", seed), max(1, round(NET_STEPS * self.effort))
        rate = 6e-3 / math.sqrt(self.effort)
        train(net, images, labels, batch=self.batch, steps=steps, learning_rate=rate, generator=chance)
        return net.state_dict()

    def _material(self, chance: torch.Generator) -> Material:
        counts = Counts(self.images, self.scored, self.empty)
        if self.data in BUILT_IN:
            grey = grey_images(self.data)
            self._check(images=len(grey.train_labels), scored=len(grey.test_labels))
            self._check(exact=self.images, labelled=self.images)
            return composed(grey, counts, chance)
        if self.masks:
            drawn = photographs(self.data, self.masks).drawn(counts, chance)
        else:
            drawn = composed(own_things(self.data), counts, chance)
        self._check(labelled=len(drawn.labels))
        return drawn

    def _check(self, **most: int) -> None:
        for name, count in most.items():
            if getattr(self, name) > count:
                raise ValueError(f"{name}={getattr(self, name)}: expected up to {count}")
