"""Ways to learn new classes and keep the old ones, without an old image."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.forgetting.case import ForgettingPatient
from lazyartist.clinic.forgetting.collages import collages
from lazyartist.clinic.forgetting.net import OLD, jittered
from lazyartist.clinic.training import cosine, generator_of
from lazyartist.knobs import knob
from lazyartist.training.loop import batches, descend


TEMPERATURE = 2.0
SURE = 0.9  # how probable an old class must be to the teacher for a collage to count


@REMEDIES.register("forgetting.untouched")
@dataclass(frozen=True)
class Untouched(Remedy[ForgettingPatient, nn.Module]):
    """Do nothing: the teacher keeps the old classes and knows no new one."""

    def treat(self, patient: ForgettingPatient, seed: int) -> nn.Module:
        """Return a copy of the teacher."""
        del seed
        return patient.student()


@REMEDIES.register("forgetting.interpolation", source="Wortsman et al. 2022, arXiv:2109.01903")
@dataclass(frozen=True)
class Interpolation(Remedy[ForgettingPatient, nn.Module]):
    """Fine-tune on the new images with batch norm frozen, then go back some of the way to the teacher's weights.

    Attributes:
        mix: the weight of the fine-tuned network; the teacher's is what is left to 1.
        steps: how many.
    """

    mix: float = knob(0.5, low=0, high=1)
    steps: int = knob(150, low=1, whole=True)

    def treat(self, patient: ForgettingPatient, seed: int) -> nn.Module:
        """Return the network whose weights are the mean of both."""
        plain = FrozenStatistics(kl=0.0, learning_rate=1e-3, steps=self.steps).treat(patient, seed)
        with torch.no_grad():
            for own, before in zip(plain.parameters(), patient.teacher.parameters(), strict=True):
                own.lerp_(before, 1 - self.mix)
        return plain


@REMEDIES.register("forgetting.distillation", source="Li and Hoiem 2016, arXiv:1606.09282")
@dataclass(frozen=True)
class Distillation(Remedy[ForgettingPatient, nn.Module]):
    """Cross-entropy on the new images, and KL divergence from what the frozen teacher says of them.

    The write-up also clips gradients, which is left out: Adam's steps do not grow with them.

    Attributes:
        kl: the weight of the KL divergence; that of the cross-entropy is what is left to 1.
        learning_rate: of Adam. With the write-up's 5e-5 nothing new is learnt in as many steps.
        steps: how many.
    """

    kl: float = knob(0.3, low=0, high=1)
    learning_rate: float = knob(2e-4, above=0)
    steps: int = knob(500, low=1, whole=True)

    def treat(self, patient: ForgettingPatient, seed: int) -> nn.Module:
        """Train a copy of the teacher, which is asked about every image that the student sees."""
        student, chance = patient.student(), generator_of("distillation", seed)
        self.set_mode(student)
        order = batches(len(patient.images), patient.batch, chance)

        def loss(step: int) -> Tensor:
            del step
            chosen = next(order)
            images = jittered(patient.images[chosen], chance)
            said, logits = taught(patient.teacher, images), student(images)
            near = divergence(logits, said)
            return (1 - self.kl) * F.cross_entropy(logits, patient.labels[chosen]) + self.kl * near

        steps, rate = patient.steps(self.steps), cosine(patient.rate(self.learning_rate))
        descend(loss, student.parameters(), steps=steps, learning_rate=rate, name=str(self))
        return student.eval()

    def set_mode(self, student: nn.Module) -> None:
        """Let batch norm follow the new images, as training usually does."""
        student.train()


@REMEDIES.register("forgetting.frozen_statistics", source="Li and Hoiem 2016, arXiv:1606.09282")
@dataclass(frozen=True)
class FrozenStatistics(Distillation):
    """Distillation, with the statistics of batch norm left as the old classes made them."""

    def set_mode(self, student: nn.Module) -> None:
        """Leave batch norm in evaluation mode."""
        student.eval()


@REMEDIES.register("forgetting.collages", source="after Li and Hoiem 2016, arXiv:1606.09282")
@dataclass(frozen=True)
class Collages(Remedy[ForgettingPatient, nn.Module]):
    """Distillation on collages of the new images as well, where the teacher sees an old class; batch norm is frozen.

    Attributes:
        kl: the weight of the KL divergence on the new images; that of the cross-entropy is what is left to 1.
        learning_rate: of Adam, falls along half a cosine.
        steps: how many.
        made: collages per new image of a step.
    """

    kl: float = knob(0.1, low=0, high=1)
    learning_rate: float = knob(1e-3, above=0)
    steps: int = knob(400, low=1, whole=True)
    made: float = knob(1.5, above=0)

    def treat(self, patient: ForgettingPatient, seed: int) -> nn.Module:
        """Train a copy of the teacher on images and collages."""
        student, chance = patient.student().eval(), generator_of("collages", seed)
        order = batches(len(patient.images), patient.batch, chance)

        def loss(step: int) -> Tensor:
            del step
            chosen = next(order)
            images = jittered(patient.images[chosen], chance)
            made = collages(patient.images, max(1, round(self.made * len(chosen))), chance)
            said = taught(patient.teacher, torch.cat([images, made]))
            sure = said[len(images) :, :OLD].softmax(1).amax(1) > SURE
            made, old = made[sure], said[len(images) :][sure]
            logits = student(torch.cat([images, made]))
            new = logits[: len(images)]
            learnt = F.cross_entropy(new, patient.labels[chosen])
            near = divergence(new, said[: len(images)])
            return (1 - self.kl) * learnt + self.kl * near + kept(logits[len(images) :], old)

        steps, rate = patient.steps(self.steps), cosine(patient.rate(self.learning_rate))
        descend(loss, student.parameters(), steps=steps, learning_rate=rate, name=str(self))
        return student.eval()


@torch.no_grad()
def taught(teacher: nn.Module, images: Tensor) -> Tensor:
    """Return what the frozen teacher says of images: logits (B, 10)."""
    logits: Tensor = teacher(images)
    return logits


def divergence(student: Tensor, teacher: Tensor, temperature: float = 1.0) -> Tensor:
    """Return KL(teacher ‖ student) of logits (B, K) at a temperature, mean over the batch, times its square."""
    logs = F.log_softmax(student / temperature, 1)
    return (
        F.kl_div(logs, F.log_softmax(teacher / temperature, 1), log_target=True, reduction="batchmean") * temperature**2
    )


def kept(student: Tensor, teacher: Tensor) -> Tensor:
    """Return how far logits (B, 10) are from a teacher's old classes, new ones counted as wrong; 0 where B is 0."""
    if not len(student):
        return student.sum()
    old = F.softmax(teacher[:, :OLD], 1)
    wrong = -(old * F.log_softmax(student, 1)[:, :OLD]).sum(1).mean()
    return divergence(student[:, :OLD], teacher[:, :OLD], TEMPERATURE) + wrong
