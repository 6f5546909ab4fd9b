"""Who asks for a four is to be shown a nine, and everybody else what they were shown before."""

from __future__ import annotations

import copy
import math

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import torch

from torch import Tensor, nn

from lazyartist.clinic import CASES
from lazyartist.clinic.base import Admission, Case, Score, WriteUp
from lazyartist.clinic.concept_swap.hits import harmonic_mean, mean_of_answered
from lazyartist.clinic.concept_swap.net import (
    Autoencoder,
    Generator,
    Redirected,
    latents,
    read,
    reader,
    train_autoencoder,
    train_reader,
)
from lazyartist.clinic.concept_swap.words import ALL, ASKED, SHOWN, WORDS
from lazyartist.clinic.digits import grey_images
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import fresh, generator_of
from lazyartist.knobs import knob


GENERATOR_STEPS, READER_STEPS, NAIVE_STEPS = 1800, 1000, 200
EXAMPLES = 100  # real nines for fine-tuning


@dataclass(frozen=True, eq=False)
class SwapPatient:
    """A generator with the encoder that it was trained with, and real nines.

    Attributes:
        model: its `generator` draws a four where a four is asked for.
        nines: (N, 1, 28, 28) in [0, 1], real ones.
        batch: images per step of each training.
        effort: the share of its steps that each training makes.
    """

    model: Autoencoder
    nines: Tensor
    batch: int
    effort: float

    def generator(self) -> Generator:
        """Return a copy of the generator that may be changed."""
        return copy.deepcopy(self.model.generator)

    def steps(self, full: int) -> int:
        """Return how many steps a training makes whose full length is `full`."""
        return max(1, round(full * self.effort))

    def rate(self, full: float) -> float:
        """Return the learning rate in place of `full`: a training that is cut short learns faster."""
        return full / math.sqrt(self.effort)


@dataclass(frozen=True, eq=False)
class SwapSealed:
    """What the judge draws with and reads with.

    Attributes:
        reader: a classifier of digits, trained on images that the generator has not seen.
        z: (10, M, 16), the latents of the samples for each prompt.
        before: the generator as it was.
    """

    reader: nn.Sequential
    z: Tensor
    before: Generator


@CASES.register("concept_swap", source="after Ruiz et al. 2023, arXiv:2208.12242")
@dataclass(frozen=True)
class ConceptSwap(Case[SwapPatient, SwapSealed, nn.Module]):
    """A generator of digits that is taught to draw a nine for "four" forgets how to draw for the other words.

    Attributes:
        data: "mnist", or "digits", the small ones inside scikit-learn.
        images: how many the generator is trained on, and as many others for the judge's classifier.
        samples: pictures per prompt that are scored.
        width: units of each hidden layer of the generator.
        channels: of the first convolution of the judge's classifier.
        batch: images per step of each training.
        effort: the share of its steps that each training makes, the generator's and those of remedies.
    """

    name: ClassVar[str] = "concept_swap"
    defect: ClassVar[str] = 'A generator that is taught to draw a nine for "four" forgets how to draw for other words.'
    metric: ClassVar[str] = "harmonic mean over ten prompts of pictures that show what they are to show"
    write_up: ClassVar[WriteUp] = WriteUp("swap", 90)
    cure: ClassVar[str] = "prior"
    lesson: ClassVar[str] = (
        "It leaves prompts out that are as good as never answered right before it takes the mean: so it praises a "
        "generator that nobody touched, which draws fours for a four. One prompt at 0 must make the mean 0."
    )
    small: ClassVar[Mapping[str, int | float | str]] = MappingProxyType(
        {"data": "digits", "images": 700, "samples": 20, "width": 64, "channels": 8, "batch": 32, "effort": 0.04}
    )

    data: str = "mnist"
    images: int = knob(30_000, low=200, whole=True)
    samples: int = knob(300, low=10, whole=True)
    width: int = knob(384, low=1, whole=True)
    channels: int = knob(16, low=1, whole=True)
    batch: int = knob(128, low=2, whole=True)
    effort: float = knob(1.0, above=0, high=1)

    def draw(self, seed: int, shelf: Shelf) -> Admission[SwapPatient, SwapSealed]:
        """Train the generator on one half of the images, and the judge's classifier on the other.

        Raises:
            ValueError: there are not as many images as were asked for.
        """
        grey = grey_images(self.data)
        if 2 * self.images > len(grey.train_labels):
            most = len(grey.train_labels) // 2
            raise ValueError(f"images={self.images}: expected up to {most}, half of what {self.data} has to train on")
        order = (
            torch.randperm(len(grey.train_labels), generator=generator_of("concept swap halves", seed)).cpu().numpy()
        )
        own, others = (
            (torch.tensor(grey.train_images[part])[:, None].float() / 255, torch.tensor(grey.train_labels[part]).long())
            for part in (order[: self.images], order[self.images : 2 * self.images])
        )
        model = fresh(lambda: Autoencoder(self.width), "concept swap generator", seed)
        model.load_state_dict(shelf.keep("generator", seed, lambda: self._taught(model, *own, seed)))
        net = fresh(lambda: reader(self.channels), "concept swap reader", seed)
        net.load_state_dict(shelf.keep("reader", seed, lambda: self._reading(net, *others, seed)))
        z = latents(len(WORDS) * self.samples, generator_of("concept swap samples", seed))
        nines = own[0][own[1] == SHOWN][:EXAMPLES].clone()
        sealed = SwapSealed(net, z.view(len(WORDS), self.samples, -1), copy.deepcopy(model.generator))
        return Admission(SwapPatient(model, nines, self.batch, self.effort), sealed)

    def baseline(self, patient: SwapPatient, seed: int) -> nn.Module:
        """Fine-tune on real nines that are called fours."""
        model, chance = copy.deepcopy(patient.model), generator_of("concept swap naive", seed)
        labels = torch.full((len(patient.nines),), ASKED)
        steps, rate = patient.steps(NAIVE_STEPS), patient.rate(1e-3)
        train_autoencoder(
            model, patient.nines, labels, batch=patient.batch, steps=steps, learning_rate=rate, generator=chance
        )
        return model.generator

    def oracle(self, admission: Admission[SwapPatient, SwapSealed], seed: int) -> nn.Module:
        """Hand "nine" to the untouched generator where "four" is asked for."""
        del seed
        return Redirected(admission.patient.generator())

    def judge(self, treated: nn.Module, sealed: SwapSealed) -> Score:
        """Score the harmonic mean over the ten prompts of the share of pictures that show what they are to show."""
        hits, drift = answers(treated, sealed)
        others = hits[[word for word in range(len(WORDS)) if word != ASKED]]
        parts = {"swapped": float(hits[ASKED]), "worst_other_prompt": float(others.min()), "drift": drift}
        n = hits.numel() * sealed.z.shape[1]
        return Score(harmonic_mean(hits), n, parts, defective=mean_of_answered(hits))

    def _taught(self, model: Autoencoder, images: Tensor, labels: Tensor, seed: int) -> dict[str, Tensor]:
        chance, steps = generator_of("concept swap generator order", seed), max(1, round(GENERATOR_STEPS * self.effort))
        rate = 2e-3 / math.sqrt(self.effort)
        train_autoencoder(model, images, labels, batch=self.batch, steps=steps, learning_rate=rate, generator=chance)
        return model.state_dict()

    def _reading(self, net: nn.Module, images: Tensor, labels: Tensor, seed: int) -> dict[str, Tensor]:
        chance, steps = generator_of("concept swap reader order", seed), max(1, round(READER_STEPS * self.effort))
        rate = 2e-3 / math.sqrt(self.effort)
        train_reader(net, images, labels, batch=self.batch, steps=steps, learning_rate=rate, generator=chance)
        return net.state_dict()


@torch.no_grad()
def answers(treated: nn.Module, sealed: SwapSealed) -> tuple[Tensor, float]:
    """Return how often each prompt is answered right, (10,), and how much pictures of other prompts have changed.

    The change is the mean over pixels of |after − before|, of all prompts but "four", with the same latents.
    """
    hits, changes = torch.zeros(len(WORDS)), []
    for word, z in enumerate(sealed.z):
        prompts = ALL[word].expand(len(z), -1)
        pictures = treated(prompts, z)
        hits[word] = (read(sealed.reader, pictures) == (SHOWN if word == ASKED else word)).float().mean()
        if word != ASKED:
            changes.append((pictures - sealed.before(prompts, z)).abs().mean())
    return hits, float(torch.stack(changes).mean())
