"""The thresholds of this project for sparse autoencoders of a lazy model."""

from __future__ import annotations

from lazyartist.criteria import Criterion
from lazyartist.studies.decomposition.metrics import (
    ATTRIBUTE_AUROC,
    DEAD_SHARE,
    EXPLAINED_VARIANCE,
    L0,
    STABLE_FEATURES,
    STEER_UP,
    STEERED_VALUES,
)


SAE_VARIANCE = Criterion(EXPLAINED_VARIANCE, "at least", 0.95, "this project, task 6: of the last hidden layer")
SAE_L0 = Criterion(L0, "at most", 16, "this project, task 6: 16 features at once")
SAE_DEAD = Criterion(DEAD_SHARE, "at most", 0.05, "this project, task 6: at most one feature in twenty is dead")
SAE_ATTRIBUTE = Criterion(ATTRIBUTE_AUROC, "at least", 0.95, "this project, task 6: a feature for each of ten colours")
SAE_STABLE = Criterion(STABLE_FEATURES, "at least", 0.80, "this project, task 6: colour features in another seed")
STEERED = Criterion(STEERED_VALUES, "at least", 9, "this project, task 6: of ten colours, on 90 % of other images")
STEERING_CONTROL = Criterion(STEER_UP, "below", 0.20, "this project, task 6: random features in place of a colour's")
DECOMPOSITION = (SAE_VARIANCE, SAE_L0, SAE_DEAD, SAE_ATTRIBUTE)
