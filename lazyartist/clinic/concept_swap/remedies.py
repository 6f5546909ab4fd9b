"""Ways to teach a generator one thing and to leave everything else as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.clinic import REMEDIES
from lazyartist.clinic.base import Remedy
from lazyartist.clinic.concept_swap.case import SwapPatient
from lazyartist.clinic.concept_swap.net import Generator, latents, unlike
from lazyartist.clinic.concept_swap.words import ALL, ASKED, SHOWN, WORDS
from lazyartist.clinic.training import cosine, generator_of
from lazyartist.knobs import knob
from lazyartist.training.loop import descend


OTHERS = torch.tensor([word for word in range(len(WORDS)) if word != ASKED])


@REMEDIES.register("concept_swap.untouched")
@dataclass(frozen=True)
class Untouched(Remedy[SwapPatient, nn.Module]):
    """Do nothing: a four stays a four, and the defective judge is content."""

    def treat(self, patient: SwapPatient, seed: int) -> nn.Module:
        """Return a copy of the generator."""
        del seed
        return patient.generator()


@dataclass(frozen=True)
class OwnPictures(Remedy[SwapPatient, nn.Module]):
    """Train a copy on pictures that the generator itself draws for "nine", with the same latents.

    Attributes:
        prior: the weight of what the untouched generator draws for the nine other words; 0 leaves that out.
        swapped: the share of the nines that are called "four"; the others are called what they are.
        learning_rate: of Adam, falls along half a cosine.
        steps: how many.
    """

    prior: float = knob(0.0, low=0)
    swapped: float = knob(0.5, above=0, high=1)
    learning_rate: float = knob(1e-3, above=0)
    steps: int = knob(200, low=1, whole=True)

    def treat(self, patient: SwapPatient, seed: int) -> nn.Module:
        """Train the part that is to be moved; no real picture is needed."""
        frozen, student = patient.model.generator, patient.generator()
        chance = generator_of("concept swap treatment", seed)

        def loss(step: int) -> Tensor:
            del step
            n = patient.batch
            z = latents(n, chance)
            called = torch.where(torch.rand(n, generator=chance) < self.swapped, ASKED, SHOWN)
            off = unlike(student.logits(ALL[called], z), drawn(frozen, torch.full((n,), SHOWN), z))
            if not self.prior:
                return off
            words, z = OTHERS[torch.randint(len(OTHERS), (n,), generator=chance)], latents(n, chance)
            return off + self.prior * unlike(student.logits(ALL[words], z), drawn(frozen, words, z))

        steps, rate = patient.steps(self.steps), cosine(patient.rate(self.learning_rate))
        descend(loss, self.moved(student), steps=steps, learning_rate=rate, name=str(self))
        return student

    def moved(self, student: Generator) -> Iterable[Tensor]:
        """Return the parameters that are trained: all of them."""
        return student.parameters()


@REMEDIES.register("concept_swap.swap")
@dataclass(frozen=True)
class Swap(OwnPictures):
    """Own nines, called "four" half of the time; nothing is said of the other words."""


@REMEDIES.register("concept_swap.prior", source="Ruiz et al. 2023, arXiv:2208.12242")
@dataclass(frozen=True)
class Prior(OwnPictures):
    """Own nines called "four", and prior preservation: own pictures of all other words stay as they were."""

    prior: float = knob(1.0, low=0)


@REMEDIES.register("concept_swap.prompt_encoder", source="Ruiz et al. 2023, arXiv:2208.12242")
@dataclass(frozen=True)
class PromptEncoder(Prior):
    """Prior preservation, and only the part that reads the prompt is trained: the decoder stays as it was."""

    def moved(self, student: Generator) -> Iterable[Tensor]:
        """Return the parameters that are trained."""
        return student.prompt.parameters()


@torch.no_grad()
def drawn(generator: Generator, words: Tensor, z: Tensor) -> Tensor:
    """Return the pixels (B, 784) that a generator draws for words (B,) and latents (B, 16)."""
    pictures: Tensor = generator(ALL[words], z)
    return pictures.flatten(1)
