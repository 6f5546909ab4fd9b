"""Balance over what is odd within its class, in latents that were learnt without a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor

from lazyartist.knobs import knob
from lazyartist.latents.class_outliers import class_outliers, learn_briefly, posterior_of_all
from lazyartist.latents.pictures import Pictures
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Plan, TrainingSplit, Use
from lazyartist.strategies.erm import Erm


@STRATEGIES.register("outlier_balanced", source="this project")
@dataclass(frozen=True)
class OutlierBalanced(Erm):
    """Draw the images that are odd among those of their class as often as all the others of it.

    Odd is what lies far from its class in the latents of a small variational autoencoder. Where most images of a class
    share an attribute that is easy to see, those are the ones that do not; no classifier is trained to find them.

    MNIST, simple_cnn, 2 epochs, n = 5: hard 92.4 ± 0.9 (rotated), 92.6 ± 0.8 (other); see results/cures.md.

    Attributes:
        steps: of the autoencoder's training.
        share: how often an odd image is drawn, of all draws from its class.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"resampling"})
    steps: int = knob(300, low=1, whole=True)
    share: float = knob(0.5, above=0, below=1)

    def plan(self, split: TrainingSplit) -> Plan:
        """Find what is odd, and weigh by it."""
        pictures = Pictures(_Shown(split))
        seed = int(torch.randint(2**31, (), generator=split.generator))
        model = learn_briefly(pictures, steps=self.steps, seed=seed)
        odd = class_outliers(posterior_of_all(model, pictures), model.active, split.labels) > 1
        return Plan(self.loss, balanced(split.labels, odd, split.classes, self.share))


def balanced(labels: Tensor, odd: Tensor, classes: int, share: float) -> Tensor:
    """Return weights (N,) with which odd images are drawn in that share of all draws from their class.

    A class in which nothing is odd, or everything, is drawn as it is; all classes as often as they stand in the data.

    Args:
        labels: (N,) int64.
        odd: (N,) bool.
        classes: how many classes there are.
        share: in (0, 1).
    """
    weights = torch.ones(len(labels))
    for label in range(classes):
        members = labels == label
        few, n = int((members & odd).sum()), int(members.sum())
        if 0 < few < n:
            weights[members & odd] = share * n / few
            weights[members & ~odd] = (1 - share) * n / (n - few)
    return weights


@dataclass(frozen=True, eq=False)
class _Shown:
    """The images of a training split, and nothing else of it."""

    split: TrainingSplit
    fingerprint: str = ""

    def __len__(self) -> int:
        return len(self.split.labels)

    def render(self, index: Tensor) -> Tensor:
        return self.split.render(index)
