"""Task 5: how much noise makes a 7 a 3?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.attacks.random_noise import RandomNoise
from lazyartist.attacks.square import Square
from lazyartist.certify.crown import Certified
from lazyartist.certify.trace import NoBoundsError
from lazyartist.criteria import ATTACK_CONFIDENCE, ATTACK_EPSILON
from lazyartist.knobs import knob
from lazyartist.seeding import seed_from
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.grayscale_erm import GrayscaleErm, without_colour
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import ClassifierStudy, Run
from lazyartist.studies.cures.cures import own_cures
from lazyartist.studies.lazy import CONTROL, LAZY
from lazyartist.studies.noise.metrics import CERTIFIED, FLIP, MINIMAL, QUERIES, SOURCE, TARGET, Paint
from lazyartist.studies.noise.minimum_noise import (
    MinimumNoise,
    check_classes,
    find_minimum_noise,
    first_images,
    largest_change,
    paints_of,
    render_in,
    split_in,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn

    from lazyartist.attacks.criterion import AttackResult
    from lazyartist.training.store import Trained

HAIR = 0.999  # an attack that must be weaker is given this much of the noise that was found
SEEDS: dict[Paint, str] = {"own": "aligned", "other": "conflicting", "grey": "grey"}  # what seeds are drawn from


@STUDIES.register("noise")
@dataclass(frozen=True)
class NoiseStudy(ClassifierStudy):
    """Task 5: targeted noise within ε < 0.05, the smallest that works, and a bound that none can be below.

    Attributes:
        source: the class that the images show.
        target: the class that they are to be taken for.
        sevens: how many images of the source are attacked.
        bounded: of those that are not taken for the target before any noise, the first so many are given bounds.
        bisected: so many are attacked by bisection too.
        queried: so many are attacked without gradients too.
        queries: to the model per image, by random noise; the Square attack has a tenth.
        steps: gradients per image of fast minimum norm.
    """

    name: ClassVar[str] = "noise"
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    default_seeds: ClassVar[int] = 3
    default_strategies: ClassVar[tuple[str, ...]] = ()  # lazy, the control, and every cure of this package: see `runs`

    source: int = knob(SOURCE, low=0, whole=True)
    target: int = knob(TARGET, low=0, whole=True)
    sevens: int = knob(200, low=1, whole=True)
    bounded: int = knob(100, low=1, whole=True)
    bisected: int = knob(20, low=1, whole=True)
    queried: int = knob(10, low=1, whole=True)
    queries: int = knob(QUERIES, low=10, whole=True)
    steps: int = knob(100, low=1, whole=True)

    def runs(self) -> list[Run]:
        """Return a run of the lazy model, the control and every cure on every dataset, network and seed."""
        chosen = self if self.strategies else replace(self, strategies=(LAZY, CONTROL, *own_cures()))
        return super(NoiseStudy, chosen).runs()

    def measure(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield what noise makes of the same images, in their class's colour, in others', and in grey.

        An image that is taken for the target before any noise counts neither as a success nor in a median.
        """
        task = run.task()
        check_classes(task, self.source, self.target)
        for paint in paints_of(task):
            split = split_in(task, paint)
            index = first_images(split, self.source, self.sevens)
            if not len(index):  # no image of this class has such a paint
                continue
            images = render_in(split, index, paint)
            if isinstance(STRATEGIES.build(run.strategy), GrayscaleErm):  # it was trained on grey images alone
                images = without_colour(images)
            labels = split.labels[index]
            criterion = TargetedConfidence(torch.full_like(index, self.target), ATTACK_CONFIDENCE, labels)
            seed = seed_from("noise", SEEDS[paint], run.seed)
            for fact in self._facts(trained.model, images, labels, criterion, seed, paint):
                yield replace(fact, at={"paint": paint})

    def _facts(
        self, model: nn.Module, images: Tensor, labels: Tensor, criterion: TargetedConfidence, seed: int, paint: Paint
    ) -> Iterator[Fact]:
        noise = find_minimum_noise(model, images, labels, criterion.target, self.steps)
        fixed = BIM()(model, images, criterion, ATTACK_EPSILON, seed=seed)
        yield from _found(noise, fixed)
        if paint != "own":
            return
        yield Fact("attack_steps", float(fixed.steps.float().median()), len(images))
        yield _largest_change(images, noise, fixed)
        left = (~noise.already).nonzero()[:, 0]
        if len(left):
            yield from self._proven(model, images[left], criterion.at(left), noise.epsilon[left])
            yield from self._checked(model, images[left], criterion.at(left), noise.epsilon[left], seed)

    def _proven(
        self, model: nn.Module, images: Tensor, criterion: TargetedConfidence, epsilon: Tensor
    ) -> Iterator[Fact]:
        """Yield the noise that is proven to be too small for some of the images, beside what was found."""
        few = torch.arange(min(self.bounded, len(images)))
        try:
            proven = Certified()(model, images[few], criterion.at(few))
        except NoBoundsError:  # of a network with layers that nobody can bound there is nothing to say here
            return
        n = len(few)
        yield Fact(CERTIFIED, float(proven.median()), n, "higher", [round(float(size), 6) for size in proven])
        yield Fact("attack_over_certified", _median_ratio(epsilon[few], proven), n, "lower")
        yield Fact("bound_crossed", float((epsilon[few].isfinite() & (epsilon[few] <= proven)).sum()), n, "lower")

    def _checked(
        self, model: nn.Module, images: Tensor, criterion: TargetedConfidence, epsilon: Tensor, seed: int
    ) -> Iterator[Fact]:
        """Yield whether anything else finds less noise: bisection, and what needs no gradients."""
        few = torch.arange(min(self.bisected, len(images)))
        bisected = BisectionAttack()(model, images[few], criterion.at(few), seed=seed).distance
        yield Fact("found_over_bisected", _median_ratio(epsilon[few], bisected), len(few), "lower")
        few = torch.arange(min(self.queried, len(images)))
        less = (epsilon[few] * HAIR).clamp(1e-4, 1)
        square = Square(self.queries // 10)(model, images[few], criterion.at(few), less, seed=seed)
        random = RandomNoise(self.queries)(model, images[few], criterion.at(few), less, seed=seed)
        yield Fact("square_success", float(square.success.float().mean()), len(few), "lower")
        yield Fact("random_success", float(random.success.float().mean()), len(few), "lower")
        signs = gradient_masking(model, images, criterion)
        yield Fact("zero_gradients", float(signs.zero_gradient.float().mean()), len(images), "lower")
        yield Fact("randomised", float(signs.randomised.float().mean()), len(images), "lower")


def _found(noise: MinimumNoise, fixed: AttackResult) -> Iterator[Fact]:
    n, left = len(noise.right), int((~noise.already).sum())
    success = (fixed.success | (noise.epsilon < ATTACK_EPSILON)) & ~noise.already
    # noise is the attacker's success: for the study a stronger attack is better, whatever the model
    yield Fact("attack_success", int(success.sum()) / max(left, 1), left, "higher")
    yield Fact("right_before_noise", float(noise.right.float().mean()), n, "higher")
    yield Fact("already_target", float(noise.already.float().mean()), n)
    yield Fact("clean_confidence", float(noise.confidence.mean()), n)
    yield Fact(MINIMAL, noise.median(noise.epsilon), left, "lower", noise.detail(noise.epsilon))
    yield Fact(FLIP, noise.median(noise.flip_epsilon), left, "lower", noise.detail(noise.flip_epsilon))


def _largest_change(images: Tensor, noise: MinimumNoise, fixed: AttackResult) -> Fact:
    """Measure the images that count as successes, whatever the attacks say of their size."""
    by_attack = ((fixed.images, fixed.success), (noise.images, noise.epsilon < ATTACK_EPSILON))
    counted = [(after, success & ~noise.already) for after, success in by_attack]
    changes = [largest_change(images[success], after[success]) for after, success in counted]
    return Fact("largest_change", max(changes), len(images))


def _median_ratio(epsilon: Tensor, other: Tensor) -> float:
    """Return the median ratio over images, without those for which both are infinite; infinity if none is left."""
    ratios = (epsilon / other)[epsilon.isfinite() | other.isfinite()]
    return float(ratios.median()) if len(ratios) else torch.inf
