"""What the studies of cures measure, by name, and how much a strategy knows; torch-free."""

from __future__ import annotations

from collections.abc import Collection


WORST_GROUP = "worst_group_accuracy"
# of images that came with their groups: each group counting as often as in training, or once
AVERAGE, BALANCED = "average_accuracy", "balanced_accuracy"
UNBIASED = "unbiased_accuracy"
CONFLICTING = "conflicting_accuracy"

# how well conflicting images are detected: metric -> table header
DETECTION = {
    "average_precision": "average precision % ↑",
    "r_precision": "R-precision % ↑",
    "auroc": "AUROC % ↑",
}

# how much a strategy knows of the bias; one that is handed labels of it is no peer of one that is not
CEILING = "unbiased split"
BIAS_LABELS = "bias labels"
BIAS_TYPE = "bias type"
CLASS_LABELS = "class labels"
KNOWS = (CEILING, BIAS_LABELS, BIAS_TYPE, CLASS_LABELS)


def knows(uses: Collection[str]) -> str:
    """Return how much a strategy knows, by the words for what it uses.

    The bias attribute of each image ("bias labels"), what kind of attribute it is and how it can be changed ("bias
    type"), or nothing but images and classes ("class labels"). The oracle is trained on the unbiased split.
    """
    if CEILING in uses:
        return CEILING
    if BIAS_LABELS in uses:
        return BIAS_LABELS
    return BIAS_TYPE if {"recolouring", "colour prior"} & set(uses) else CLASS_LABELS
