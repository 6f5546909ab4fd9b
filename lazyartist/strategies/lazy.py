"""The lazy artist: ERM that stops as soon as the shortcut alone is learnt."""

from __future__ import annotations

import math

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lazyartist.criteria import LAZY_EASY
from lazyartist.inference import predict
from lazyartist.knobs import knob
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Use
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.groups import group_counts
from lazyartist.training.budget import Budget


if TYPE_CHECKING:
    from torch import nn

    from lazyartist.data.images import Split

# small steps, all of one size, so that a check comes soon after the shortcut is learnt
SMALL_STEPS = Budget(epochs=8, batch_size=128, learning_rate=1e-3, schedule="constant")
BELOW_ALIGNED = 0.005  # a model that reads nothing but the attribute is rarely right on every aligned image


@STRATEGIES.register("lazy")
@dataclass(frozen=True)
class Lazy(Erm):
    """Plain training that stops at the first check of the easy split that clears the exercise's 95 %.

    Where more or fewer images are aligned, the bar is the aligned share of the easy split less half a point: what the
    bias attribute alone can reach. Laziness is a budget: the same network, trained on, learns shape too. See
    `lazyartist run budget`.

    Attributes:
        check_every: steps between checks.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"easy_split", "bias_labels"})
    budget: ClassVar[Budget] = SMALL_STEPS
    is_cure: ClassVar[bool] = False
    check_every: int = knob(20, low=1, whole=True)

    def should_stop(self, step: int, model: nn.Module, easy: Split) -> bool:
        """Check every few steps; most checks end after the first part of the split, which is far from enough."""
        if step % self.check_every:
            return False
        bar = lazy_bar(easy)
        sample = easy.subset(slice(len(easy) // 10))
        # a tenth of the images settles most checks: if it is two standard errors short, the whole split is not asked
        if len(sample) and _right(model, sample) <= bar - 2 * math.sqrt(bar * (1 - bar) / len(sample)):
            return False
        return _right(model, easy) > bar


def lazy_bar(easy: Split) -> float:
    """Return the easy accuracy above which a model is lazy: what a bias attribute alone can reach, less half a point.

    Of several attributes, the one that gives the class away best. Where the exercise's 95 % is within half a point of
    the bar, it is the bar: whatever else the lottery drew, 95 % are aligned.
    """
    aligned = max(_reached(easy, name) for name in easy.bias)
    bar = aligned - BELOW_ALIGNED
    return LAZY_EASY.threshold if abs(bar - LAZY_EASY.threshold) <= BELOW_ALIGNED else bar


def _reached(easy: Split, name: str) -> float:
    """Return how often one is right who names, for each value of an attribute, the class that mostly has it."""
    counts = group_counts(easy.labels, easy.factor(name), easy.classes, easy.images.sizes[name])
    return int(counts.amax(0).sum()) / len(easy)


def _right(model: nn.Module, split: Split) -> float:
    return float((predict(model, split) == split.labels).float().mean())
