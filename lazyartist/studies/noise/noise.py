"""Task 5: how much noise makes a 7 a 3?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.certify.crown import Certified
from lazyartist.attacks.bim import BIM
from lazyartist.attacks.random_noise import RandomNoise
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.square import Square
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.seeding import seed_from
from lazyartist.strategies.grayscale_erm import without_colour
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.studies.cures.cures import CURES
from lazyartist.studies.noise.minimum_noise import PAINTS, SOURCE, TARGET, Fooled, fool, painted, shown


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import Tensor, nn

    from lazyartist.training.store import Store, Trained

SEVENS = 200
# of the sevens that are no 3 before any noise, the first so many: what takes long is done to a part of them
BOUNDED, BISECTED, ASKED = 100, 20, 10
TRIES = 10_000
HAIR = 0.999  # an attack that must be weaker is given this much of the noise that was found


@STUDIES.register("noise")
class NoiseStudy(Study):
    """Task 5: targeted noise within ε < 0.05, the smallest that works, and a bound that none can be below."""

    name: ClassVar[str] = "noise"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "grayscale_erm", *CURES)
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    seeds: ClassVar[int] = 3

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield what noise makes of the same sevens, in their class's colour, in others', and in grey.

        An image that is taken for a 3 before any noise counts neither as a success nor in a median.
        """
        test = run.task().hard["other"]
        index = shown(test, SOURCE, SEVENS)
        labels, target = test.labels[index], torch.full_like(index, TARGET)
        for paint in PAINTS:
            images = painted(test, index, paint)
            if run.strategy == "grayscale_erm":  # colours are nothing that it knows
                images = without_colour(images)
            criterion = TargetedConfidence(target, labels=labels)
            seed = seed_from("noise", paint, run.seed)
            found = fool(trained.model, images, labels, target)
            fixed = BIM()(trained.model, images, criterion, ATTACK_EPSILON, seed=seed)
            prefix = "" if paint == "aligned" else f"{paint}_"
            for fact in _smallest(found, fixed.success):
                yield Fact(f"{prefix}{fact.metric}", fact.value, fact.n, fact.direction, fact.detail)
            if paint == "aligned":
                yield Fact("attack_steps", float(fixed.steps.float().median()), len(index), "")
                changes = torch.cat([fixed.distance[fixed.success], found.sure[found.sure < ATTACK_EPSILON]])
                yield Fact("largest_change", float(changes.max()) if len(changes) else 0.0, len(index), "")
                if len(left := (~found.already).nonzero()[:, 0]):
                    yield from _proven(trained.model, images[left], criterion.at(left), found.sure[left])
                    yield from _checked(trained.model, images[left], criterion.at(left), found.sure[left], seed)

    def illustrate(self, runs: Sequence[Run], store: Store, results: Path) -> list[Path]:
        """Draw one seven beside what it takes to make it a 3; see `lazyartist.studies.noise.pictures`."""
        from lazyartist.reporting.figures import save
        from lazyartist.studies.noise.pictures import noise_pictures

        path = results / "noise_pictures.svg"
        save(noise_pictures(runs, store), path)
        return [path]


def _smallest(found: Fooled, within: Tensor) -> Iterator[Fact]:
    n, left = len(found.right), int((~found.already).sum())
    success = (within | (found.sure < ATTACK_EPSILON)) & ~found.already
    # noise is the attacker's success: for the study a stronger attack is better, whatever the model
    yield Fact("attack_success", int(success.sum()) / max(left, 1), left, "higher")
    yield Fact("right_before_noise", float(found.right.float().mean()), n, "higher")
    yield Fact("already_target", float(found.already.float().mean()), n, "")
    yield Fact("clean_confidence", float(found.confidence.mean()), n, "")
    yield Fact("smallest_epsilon", found.median(found.sure), left, "lower", found.needed(found.sure))
    yield Fact("flip_epsilon", found.median(found.flipped), left, "lower", found.needed(found.flipped))


def _proven(model: nn.Module, images: Tensor, criterion: TargetedConfidence, sure: Tensor) -> Iterator[Fact]:
    """Yield the noise that is proven to be too small for some of the sevens, beside what was found."""
    few = torch.arange(min(BOUNDED, len(images)))
    proven = Certified()(model, images[few], criterion.at(few))
    n = len(few)
    detail = [round(float(size), 6) for size in proven]
    yield Fact("certified_epsilon", float(proven.median()), n, "higher", detail)
    yield Fact("attack_over_certified", _ratio(sure[few], proven), n, "lower")
    yield Fact("bound_crossed", float((sure[few].isfinite() & (sure[few] <= proven)).sum()), n, "lower")


def _checked(model: nn.Module, images: Tensor, criterion: TargetedConfidence, sure: Tensor, seed: int) -> Iterator[Fact]:
    """Yield whether anything else finds less noise: bisection, and what needs no gradients."""
    few = torch.arange(min(BISECTED, len(images)))
    bisected = BisectionAttack()(model, images[few], criterion.at(few), seed=seed).distance
    yield Fact("found_over_bisected", _ratio(sure[few], bisected), len(few), "lower")
    few = torch.arange(min(ASKED, len(images)))
    less = (sure[few] * HAIR).clamp(1e-4, 1)
    square = Square(TRIES // 10)(model, images[few], criterion.at(few), less, seed=seed)
    random = RandomNoise(TRIES)(model, images[few], criterion.at(few), less, seed=seed)
    yield Fact("square_success", float(square.success.float().mean()), len(few), "lower")
    yield Fact("random_success", float(random.success.float().mean()), len(few), "lower")
    signs = gradient_masking(model, images, criterion)
    yield Fact("zero_gradients", float(signs.zero_gradient.float().mean()), len(images), "lower")
    yield Fact("randomised", float(signs.randomised.float().mean()), len(images), "lower")


def _ratio(found: Tensor, other: Tensor) -> float:
    """Return the median ratio over images, without those for which both are infinite; infinity if none is left."""
    ratios = (found / other)[found.isfinite() | other.isfinite()]
    return float(ratios.median()) if len(ratios) else torch.inf
