"""What this project demands of noise beyond the exercise, on MNIST."""

from __future__ import annotations

from lazyartist.criteria import Criterion


BEST_ATTACK = Criterion("attack_success", "at least", 0.95, "this project, on MNIST: on the best cure")
# the lazy model was seen to take four times the noise that flips a cure's answer, and twenty that makes it sure
LAZY_FLIPS = Criterion("flip_epsilon", "above", 1.5, "this project, on MNIST: lazy model over cure, low end")
LAZY_MINIMAL = Criterion("minimal_epsilon", "above", 3.0, "this project, on MNIST: lazy model over cure, low end")
