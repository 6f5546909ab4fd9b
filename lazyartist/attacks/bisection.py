"""The smallest noise that an attack finds."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from torch import Tensor, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.fixed_epsilon import FixedEpsilonAttack
from lazyartist.attacks.bim import BIM
from lazyartist.attacks.criterion import AttackResult, TargetedConfidence
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
        highest: an image that does not succeed even here has no smallest ε (infinity).
        rounds: halvings of the bracket; 10 leave it within a factor of 1.01.
    """

    attack: FixedEpsilonAttack = field(default_factory=BIM)
    lowest: float = 1e-4
    highest: float = 1.0
    rounds: int = 10

    def __call__(self, model: nn.Module, images: Tensor, goal: TargetedConfidence, *, seed: int = 0) -> AttackResult:
        """Return for every image the success with the smallest largest pixel change; see `FixedEpsilonAttack.__call__`.

        `distance` is that change, or infinity where nothing succeeded; `steps` are the gradient steps of all rounds.
        """
        found = self.attack(model, images, goal, self.highest, seed=seed_from("bisection", seed))
        best, steps = found.images.clone(), found.steps.clone()
        distance = torch.where(found.success, found.distance, torch.inf)
        low = torch.full_like(distance, self.lowest)
        high = torch.where(found.success, found.distance.clamp_min(self.lowest), self.highest)
        for i in range(self.rounds):
            middle = (low * high).sqrt()
            tried = self.attack(model, images, goal, middle, seed=seed_from("bisection", seed, i))
            steps += tried.steps
            better = tried.success & (tried.distance < distance)
            best[better], distance[better] = tried.images[better], tried.distance[better]
            high = torch.where(tried.success, torch.minimum(middle, tried.distance.clamp_min(self.lowest)), high)
            low = torch.where(tried.success, low, middle)
        return AttackResult(best, distance.isfinite(), distance, steps)
