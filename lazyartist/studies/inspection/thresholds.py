"""What this project demands of the models that it inspects, beyond the exercise."""

from __future__ import annotations

from lazyartist.criteria import Criterion


OWN_HUES = Criterion("own_hues", "at least", 0.9, "this project, on MNIST: lazy logits like blobs of their colour")
CURE_KEEPS_CLASS = Criterion(
    "keeps_class", "at least", 0.97, "this project, on MNIST: for the best cure a red 1 is a 1"
)
