"""Task 5: how much noise makes a 7 a 3?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.attacks.iterated_sign import IteratedSign
from lazyartist.attacks.smallest import Smallest
from lazyartist.attacks.success import Confident
from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.inference import evaluating
from lazyartist.seeding import seed_from
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact, Run, Study
from lazyartist.training.fit import Budget


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.training.store import Trained

SOURCE, TARGET, SEVENS = 7, 3, 100


@STUDIES.register("noise")
class NoiseStudy(Study):
    """Task 5: targeted noise within ε < 0.05, and the smallest that works, on lazy and cured models."""

    name: ClassVar[str] = "noise"
    strategies: ClassVar[tuple[str, ...]] = ("lazy", "erm", "focal", "colour_consistency")
    datasets: ClassVar[tuple[str, ...]] = ("mnist",)
    # a model that is not sure of what it sees is not made sure of anything else: twice as long as the cures
    standard: ClassVar[Budget] = Budget(epochs=4)

    def ask(self, run: Run, trained: Trained) -> Iterator[Fact]:
        """Yield success within ε, the steps it took, and the median smallest ε, over the same sevens for every model.

        The sevens are test images in their own class's colour: in another colour the lazy model's answer is wrong
        before any noise, and a confident mistake is not an attack's success.
        """
        test = run.task().hard["other"]
        sevens = (test.labels == SOURCE).nonzero()[:SEVENS, 0]
        images = test.render(sevens, test.labels[sevens])
        goal = Confident(torch.full((len(sevens),), TARGET))
        with evaluating(trained.model), torch.no_grad():
            right = trained.model(images).argmax(1) == SOURCE
        seed = seed_from("noise", run.seed)
        fixed = IteratedSign()(trained.model, images, goal, ATTACK_EPSILON, seed=seed)
        smallest = Smallest()(trained.model, images, goal, seed=seed)
        n = len(sevens)
        yield Fact("right_before_noise", float(right.float().mean()), n, "higher")
        # noise is the attacker's success: for the study a stronger attack is better, whatever the model
        yield Fact("attack_success", float(fixed.success.float().mean()), n, "higher")
        yield Fact("largest_change", float(fixed.distance[fixed.success].max()) if fixed.success.any() else 0.0, n, "")
        yield Fact("attack_steps", float(fixed.steps.float().median()), n, "")
        yield Fact(
            "smallest_epsilon",
            float(smallest.distance.median()),
            n,
            "lower",
            [round(float(d), 6) for d in smallest.distance],
        )
