"""How long and how fast latents are learnt."""

from __future__ import annotations

import math

from dataclasses import dataclass

from lazyartist.knobs import check_knobs, knob


WARM_UP = 200  # steps in which the learning rate rises
LEAST = 0.02  # of the learning rate, at the end


@dataclass(frozen=True)
class LatentBudget:
    """Length and speed of a training that draws images for ever, so that it has steps and no epochs.

    Attributes:
        steps: gradient steps.
        batch_size: images per step.
        learning_rate: of Adam: it rises for 200 steps, stays, and from half of the steps on falls along a cosine.
    """

    steps: int = knob(5000, low=1, whole=True)
    batch_size: int = knob(128, low=2, whole=True)
    learning_rate: float = knob(2e-3, above=0)

    def __post_init__(self) -> None:
        check_knobs(self)

    def rate(self, progress: float) -> float:
        """Return the learning rate once a share `progress` of the steps, in [0, 1), is done."""
        rising = min(1.0, (progress * self.steps + 1) / WARM_UP)
        falling = 0.5 * (1 + math.cos(math.pi * max(0.0, 2 * progress - 1)))
        return self.learning_rate * rising * (LEAST + (1 - LEAST) * falling)
