"""What this project demands of noise beyond the exercise, on MNIST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.criteria import ATTACK_SUCCESS, Criterion
from lazyartist.reporting.judged import Judged, judged
from lazyartist.reporting.table import by, values
from lazyartist.studies import CRITERIA
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.noise.numbers import in_paint, noise_ratio
from lazyartist.studies.settings import model_words


if TYPE_CHECKING:
    from lazyartist.reporting.judged import Judged
    from lazyartist.reporting.row import Row

BEST_ATTACK = Criterion("attack_success", "at least", 0.95, "this project, on MNIST: on the best cure")
# the lazy model was seen to take four times the noise that flips a cure's answer, and twenty that makes it sure
LAZY_FLIPS = Criterion("flip_epsilon", "above", 1.5, "this project, on MNIST: lazy model over cure, low end")
LAZY_MINIMAL = Criterion("minimal_epsilon", "above", 3.0, "this project, on MNIST: lazy model over cure, low end")


CURE = "second_opinion"  # the cure that is asked to be fooled


@CRITERIA.register("noise")
def noise_criteria(rows: Sequence[Row]) -> list[Judged]:
    """A cure can be fooled within the exercise's noise, and the lazy model takes more of it."""
    found = []
    for (dataset, _), own in by(in_paint(rows, "own"), "dataset", "network").items():
        models = {name: runs for (name,), runs in by(own, "strategy").items()}
        if dataset != "mnist" or CURE not in models:
            continue
        cure = models[CURE]
        found += judged([ATTACK_SUCCESS, BEST_ATTACK], model_words(cure[0].at), values(cure), "every seed")
        for criterion in (LAZY_FLIPS, LAZY_MINIMAL) if LAZY in models else ():
            ratio = noise_ratio(models[LAZY], cure, criterion.metric)
            if ratio is not None:
                where = f"{LAZY} over {model_words(cure[0].at)}"
                found.append(Judged(criterion, where, ratio, "the bad end of the interval"))
    return found
