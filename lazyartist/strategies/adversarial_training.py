"""Training on noise made against the network itself, on repainted images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Batch, Strategy, Use
from lazyartist.strategies.augmentations import turn_hues


@STRATEGIES.register("adversarial_training", source="Wong et al. 2020, arXiv:2001.03994, with turned hues")
@dataclass(frozen=True)
class AdversarialTraining(Strategy):
    """Turn the hues, start anywhere within ±ε, step once along the sign of the loss's gradient, and learn from that.

    The step is as long as in the paper, 1.25 ε, and clipped to ±ε. It costs one more gradient for each batch.

    Measured, percent. MNIST (simple_cnn, 2 epochs, n = 5): easy 96.8 ± 0.3, hard 97.1 ± 0.2 (rotated) and 97.0 ± 0.3
    (other); matched ERM 45.4 ± 3.5 and 49.3 ± 0.3. Fashion-MNIST (simple_cnn, 2 epochs, n = 5): easy 77.3 ± 0.6, hard
    77.5 ± 0.3 (rotated) and 77.2 ± 0.3 (other); matched ERM 63.8 ± 3.6 and 40.8 ± 3.6.

    Attributes:
        epsilon: the largest change of a pixel, images in [0, 1].
        step: in ε.
        rise: share of the training in which ε rises from 0: from the start, noise would drown what is not yet known.
    """

    uses: ClassVar[frozenset[Use]] = frozenset({"recolouring", "augmentation"})
    epsilon: float = ATTACK_EPSILON
    step: float = 1.25
    rise: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.epsilon < 1 or not self.step > 0 or not 0 < self.rise <= 1:
            raise ValueError(f"{self}: expected an epsilon in (0, 1), such as 0.05, a positive step, a rise in (0, 1]")

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the cross-entropy of turned images with noise."""
        x = turn_hues(batch.x, batch.generator)
        epsilon = self.epsilon * min(1, batch.progress / self.rise)
        low, high = (x - epsilon).clamp_min(0), (x + epsilon).clamp_max(1)
        start = x + epsilon * (2 * torch.rand(x.shape, generator=batch.generator) - 1)
        start = start.clamp(low, high).requires_grad_()
        (gradient,) = torch.autograd.grad(cross_entropy(model(start), batch.y), start)
        noisy = start.detach() + self.step * epsilon * gradient.sign()
        return cross_entropy(model(noisy.clamp(low, high)), batch.y)
