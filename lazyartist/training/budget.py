"""How long and how fast a network is trained."""

from __future__ import annotations

import math

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal, get_args


Schedule = Literal["cosine", "constant"]


@dataclass(frozen=True)
class Budget:
    """What a matched comparison holds fixed.

    Attributes:
        epochs: passes over the training split; may be a fraction. A last incomplete batch of an epoch is left out.
        batch_size: images per step.
        learning_rate: of Adam, at the start.
        schedule: "cosine" falls to zero at the end of the budget, "constant" stays.
    """

    epochs: float = 4
    batch_size: int = 64
    learning_rate: float = 2e-3
    schedule: Schedule = "cosine"

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "learning_rate"):
            value: Any = getattr(self, name)
            whole = name == "batch_size"
            number = float(value) if isinstance(value, Integral if whole else Real) else math.nan
            if not 0 < number < math.inf:
                raise ValueError(f"{name}={value!r}: expected a positive {'whole ' if whole else ''}number")
            # 2, 2.0 and numpy's 2 are one budget: no other key, no other digest
            object.__setattr__(self, name, int(number) if number.is_integer() else number)
        if self.schedule not in get_args(Schedule):
            raise ValueError(f"schedule={self.schedule!r}: expected 'cosine' or 'constant'")

    def steps(self, images: int) -> int:
        """Return the number of gradient steps on so many training images."""
        if self.batch_size > images:
            raise ValueError(f"a batch of {self.batch_size} does not fit into {images} training images")
        return max(1, round(self.epochs * (images // self.batch_size)))

    def decay(self, progress: float) -> float:
        """Return what the learning rate is multiplied by once a share `progress` of the training is done."""
        return 1.0 if self.schedule == "constant" else 0.5 * (1 + math.cos(math.pi * progress))

    def __str__(self) -> str:
        rate = f"{self.learning_rate:.12g} {self.schedule}"
        return f"{self.epochs:.12g} epochs, batch {self.batch_size}, Adam {rate}"
