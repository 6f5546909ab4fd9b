"""Bisection: the smallest ε at which another attack succeeds."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from torch import Tensor, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.bim import BIM
from lazyartist.attacks.criterion import AttackResult, TargetedConfidence
from lazyartist.attacks.fixed_epsilon import FixedEpsilonAttack
from lazyartist.knobs import check_knobs, knob
from lazyartist.seeding import seed_from


@ATTACKS.register("bisection")
@dataclass(frozen=True)
class BisectionAttack:
    """Bisect ε over an attack, every image in a bracket of its own, all of them in one batch.

    What it finds is an upper bound of the noise that is needed. The bracket is halved on a logarithmic scale, since
    models differ by factors.

    Attributes:
        attack: what is tried at each ε.
        lowest: the smallest ε that is told apart from nothing.
        highest: an image that does not succeed even here has no smallest ε (infinity); at most 1.
        rounds: halvings of the bracket; 10 leave it within a factor of 1.01.
    """

    attack: FixedEpsilonAttack = field(default_factory=BIM)
    lowest: float = knob(1e-4, above=0, below=1)
    highest: float = knob(1.0, above=0, high=1)
    rounds: int = knob(10, low=0, whole=True)

    def __post_init__(self) -> None:
        check_knobs(self)
        if not isinstance(self.attack, FixedEpsilonAttack):
            raise ValueError(
                f"attack={self.attack!r}: expected an attack within a fixed ε, such as BIM() or PGD(); one that finds "
                "the smallest noise itself, such as FMN(), needs no bisection"
            )
        if not self.lowest < self.highest:
            raise ValueError(f"lowest={self.lowest!r}, highest={self.highest!r}: expected the lowest ε to be smaller")

    def __call__(
        self, model: nn.Module, images: Tensor, criterion: TargetedConfidence, *, seed: int = 0
    ) -> AttackResult:
        """Return for every image the success with the smallest largest pixel change; see `FixedEpsilonAttack.__call__`.

        `distance` is that change, or infinity where nothing succeeded; `steps` are the gradient steps of all rounds.
        """
        widest = self.attack(model, images, criterion, self.highest, seed=seed_from("smallest", seed))
        best, steps = widest.images.clone(), widest.steps.clone()
        distance = torch.where(widest.success, widest.distance, torch.inf)
        low = torch.full_like(distance, self.lowest)
        high = torch.where(widest.success, widest.distance.clamp_min(self.lowest), self.highest)
        for i in range(self.rounds):
            middle = (low * high).sqrt()
            tried = self.attack(model, images, criterion, middle, seed=seed_from("smallest", seed, i))
            steps += tried.steps
            better = tried.success & (tried.distance < distance)
            best[better], distance[better] = tried.images[better], tried.distance[better]
            high = torch.where(tried.success, torch.minimum(middle, tried.distance.clamp_min(self.lowest)), high)
            low = torch.where(tried.success, low, middle)
        return AttackResult(best, distance.isfinite(), distance, steps)
