"""How long and how fast a sparse autoencoder is trained."""

from __future__ import annotations

from dataclasses import dataclass

from lazyartist.knobs import check_knobs, knob


@dataclass(frozen=True)
class SaeBudget:
    """Length and speed of a training on vectors, which has steps and no epochs: vectors are cheap, and drawn for ever.

    Attributes:
        steps: gradient steps.
        batch_size: vectors per step.
        learning_rate: of Adam; in the last fifth of the steps it falls to zero.
    """

    steps: int = knob(2000, low=1, whole=True)
    batch_size: int = knob(256, low=1, whole=True)
    learning_rate: float = knob(2e-3, above=0)

    def __post_init__(self) -> None:
        check_knobs(self)

    def rate(self, progress: float) -> float:
        """Return the learning rate once a share `progress` of the steps, in [0, 1), is done."""
        return self.learning_rate * min(1.0, 5 * (1 - progress))
