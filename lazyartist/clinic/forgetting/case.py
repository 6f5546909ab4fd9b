"""A classifier of the digits 0 to 6 is to learn 7, 8 and 9 from 600 images, and no old image is left."""

from __future__ import annotations

import copy
import math

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import torch

from torch import Tensor, nn

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.digits import grey_images
from lazyartist.clinic.forgetting.accuracies import class_accuracies
from lazyartist.clinic.forgetting.net import CLASSES, OLD, DigitNet, logits_of, train
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import cosine, fresh, generator_of
from lazyartist.knobs import knob


if TYPE_CHECKING:
    import numpy as np

    from numpy.typing import NDArray


TEACHER_STEPS, NAIVE_STEPS, JOINT_STEPS = 280, 150, 400


@dataclass(frozen=True, eq=False)
class ForgettingPatient:
    """A teacher, and images of new classes.

    Attributes:
        teacher: knows the old classes; the new rows of its head are the mean of the old ones.
        images: (N, 1, 28, 28) in [0, 1], of new classes alone.
        labels: (N,) int64, 7 to 9.
        batch: images per step of each training.
        effort: the share of its steps that each training makes.
    """

    teacher: DigitNet
    images: Tensor
    labels: Tensor
    batch: int
    effort: float

    def student(self) -> DigitNet:
        """Return a copy of the teacher that may be changed."""
        return copy.deepcopy(self.teacher)

    def steps(self, full: int) -> int:
        """Return how many steps a training makes whose full length is `full`."""
        return max(1, round(full * self.effort))

    def rate(self, full: float) -> float:
        """Return the learning rate in place of `full`: a training that is cut short learns faster."""
        return full / math.sqrt(self.effort)


@dataclass(frozen=True, eq=False)
class ForgettingSealed:
    """Images that nobody has trained on, and the old ones that are gone.

    Attributes:
        images: (M, 1, 28, 28) in [0, 1], of all ten classes.
        labels: (M,) int64.
        old_images: what the teacher was trained on.
        old_labels: their classes, 0 to 6.
        shares: (10,) how often each class came in training, as a share of all.
    """

    images: Tensor
    labels: Tensor
    old_images: Tensor
    old_labels: Tensor
    shares: Tensor


@CASES.register("forgetting", source="Li and Hoiem 2016, arXiv:1606.09282")
@dataclass(frozen=True)
class Forgetting(Case[ForgettingPatient, ForgettingSealed, nn.Module]):
    """A classifier that learns three new digits forgets the seven that it knew, whose images are gone.

    Attributes:
        data: "mnist", or "digits", the small ones inside scikit-learn.
        old: images of old classes that the teacher is trained on.
        new: images of each new class.
        tested: images of all classes that are scored.
        width: channels of the network's first convolution.
        batch: images per step of each training.
        effort: the share of its steps that each training makes, the teacher's and those of remedies.
    """

    name: ClassVar[str] = "forgetting"
    defect: ClassVar[str] = (
        "A classifier that learns three new digits forgets the seven that it knew, whose images are gone."
    )
    metric: ClassVar[str] = "macro accuracy"
    write_up: ClassVar[WriteUp] = WriteUp("distillation", 75)
    cure: ClassVar[str] = "collages"
    lesson: ClassVar[str] = (
        "A mean over samples, in the shares in which they came in training, praises a teacher that was never taught a "
        "new digit: few samples are new. The mean over classes does not change when one class is shown more often."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType(
        {"data": "digits", "old": 400, "new": 60, "tested": 300, "width": 8, "batch": 32, "effort": 0.08}
    )

    data: str = "mnist"
    old: int = knob(12_000, low=100, whole=True)
    new: int = knob(200, low=2, whole=True)
    tested: int = knob(5_000, low=100, whole=True)
    width: int = knob(16, low=1, whole=True)
    batch: int = knob(128, low=2, whole=True)
    effort: float = knob(1.0, above=0, high=1)

    def draw(self, seed: int, shelf: Shelf) -> Admission[ForgettingPatient, ForgettingSealed]:
        """Choose images and train the teacher on the old ones.

        Raises:
            ValueError: there are not as many images of a kind as were asked for.
        """
        grey = grey_images(self.data)
        labels, test_labels = (torch.tensor(array).long() for array in (grey.train_labels, grey.test_labels))
        chance = generator_of("forgetting images", seed)
        order = torch.randperm(len(labels), generator=chance)
        old = _first(order[labels[order] < OLD], self.old, "old", self)
        each = [_first(order[labels[order] == new], self.new, "new", self) for new in range(OLD, CLASSES)]
        new, test = (
            torch.cat(each),
            _first(torch.randperm(len(test_labels), generator=chance), self.tested, "tested", self),
        )
        old_images, old_labels = as_images(grey.train_images, old), labels[old]
        teacher = fresh(lambda: DigitNet(self.width), "forgetting teacher", seed)
        teacher.load_state_dict(shelf.keep("teacher", seed, lambda: self._teacher(old_images, old_labels, seed)))
        counts = torch.bincount(labels[torch.cat([old, new])], minlength=CLASSES)
        sealed = ForgettingSealed(
            as_images(grey.test_images, test),
            test_labels[test],
            old_images,
            old_labels,
            counts / counts.sum(),
        )
        patient = ForgettingPatient(
            teacher.eval(), as_images(grey.train_images, new), labels[new], self.batch, self.effort
        )
        return Admission(patient, sealed)

    def baseline(self, patient: ForgettingPatient, seed: int) -> nn.Module:
        """Fine-tune on the new images alone."""
        chance = generator_of("naive", seed)
        return fine_tuned(patient, patient.images, patient.labels, NAIVE_STEPS, lambda done: 1e-3, chance)

    def oracle(self, admission: Admission[ForgettingPatient, ForgettingSealed], seed: int) -> nn.Module:
        """Fine-tune on the same new images and on all old ones; every class comes about as often."""
        patient, sealed = admission.patient, admission.sealed
        times = max(1, round(len(sealed.old_labels) * (CLASSES - OLD) / (OLD * len(patient.labels))))
        images = torch.cat([sealed.old_images, patient.images.repeat(times, 1, 1, 1)])
        labels = torch.cat([sealed.old_labels, patient.labels.repeat(times)])
        return fine_tuned(patient, images, labels, JOINT_STEPS, cosine(2e-3), generator_of("joint", seed))

    def judge(self, treated: nn.Module, sealed: ForgettingSealed) -> Score:
        """Score the mean over the ten classes of how many of their images are recognised."""
        recalls = class_accuracies(logits_of(treated.eval(), sealed.images).argmax(1), sealed.labels)
        parts = {"old_accuracy": float(recalls[:OLD].mean()), "new_accuracy": float(recalls[OLD:].mean())}
        return Score(float(recalls.mean()), len(sealed.labels), parts, defective=float(recalls @ sealed.shares))

    def _teacher(self, images: Tensor, labels: Tensor, seed: int) -> dict[str, Tensor]:
        net = fresh(lambda: DigitNet(self.width), "forgetting teacher", seed)
        chance, steps = generator_of("forgetting teacher", "order", seed), max(1, round(TEACHER_STEPS * self.effort))
        rate = cosine(3e-3 / self.effort)
        train(net, images, labels, batch=self.batch, steps=steps, rate=rate, generator=chance, classes=OLD)
        net.open_new_classes()
        return net.state_dict()


def fine_tuned(
    patient: ForgettingPatient,
    images: Tensor,
    labels: Tensor,
    steps: int,
    rate: Callable[[float], float],
    generator: torch.Generator,
) -> DigitNet:
    """Return a copy of the teacher, trained further by cross-entropy alone."""

    def own_rate(done: float) -> float:
        return patient.rate(rate(done))

    student, steps = patient.student(), patient.steps(steps)
    return train(student, images, labels, batch=patient.batch, steps=steps, rate=own_rate, generator=generator)


def as_images(pixels: NDArray[np.uint8], places: Tensor) -> Tensor:
    """Return some of the pictures (N, 28, 28) uint8 as images (n, 1, 28, 28) in [0, 1]."""
    return torch.tensor(pixels[places.cpu().numpy()])[:, None].float() / 255


def _first(places: Tensor, n: int, what: str, case: Forgetting) -> Tensor:
    if len(places) < n:
        raise ValueError(f"{what}={n}: {case.data} has {len(places)} images for that; ask for fewer")
    return places[:n]
