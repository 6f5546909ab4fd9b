"""Iterated sign steps inside a box."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Generator, Tensor, nn

from lazyartist.attacks import ATTACKS
from lazyartist.attacks.success import Attacked, Confident, check
from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.inference import evaluating


# float32 near 1 is 6e-8 apart; staying this far inside the box keeps every rounded change strictly below ε
INSIDE = 2.0**-22


@ATTACKS.register("iterated_sign", source="Kurakin et al. 2017, arXiv:1607.02533; Madry et al. 2018, arXiv:1706.06083")
@dataclass(frozen=True)
class IteratedSign:
    """Step along the sign of the margin's gradient, clip to less than ±ε, clamp to [0, 1], stop once it succeeded.

    An image leaves the batch when it succeeds; one that never does keeps its best try.

    Attributes:
        steps: gradient steps an image may cost.
        step_size: of ε, per step; it falls linearly to a tenth of that.
        random_start: start anywhere in the box instead of at the image.
    """

    steps: int = 40
    step_size: float = 0.25
    random_start: bool = True

    def __post_init__(self) -> None:
        if self.steps < 1 or not self.step_size > 0:
            raise ValueError(f"{self}: steps and step size must be positive")

    def __call__(
        self,
        model: nn.Module,
        images: Tensor,
        goal: Confident,
        epsilon: float | Tensor = ATTACK_EPSILON,
        *,
        seed: int = 0,
    ) -> Attacked:
        """Attack a batch.

        Args:
            model: any classifier from images to logits; it is left as it was.
            images: (N, C, H, W) float32 in [0, 1].
            goal: what counts as success.
            epsilon: every pixel changes by strictly less; one number, or (N,) one an image.
            seed: of the random start.

        Raises:
            ValueError: ε is not positive, or see `check`.
        """
        check(model, images, goal)
        radius = torch.as_tensor(epsilon, dtype=images.dtype)
        if radius.shape not in ((), (len(images),)) or not bool((radius > 0).all()):
            wanted = f"expected a positive change of pixel values, such as 0.05, or ({len(images)},) of them"
            raise ValueError(f"epsilon={epsilon!r}: {wanted}")
        radius = radius.expand(len(images))
        generator = torch.Generator().manual_seed(seed)
        with evaluating(model):
            return self._run(model, images, goal, (radius - INSIDE).clamp_min(0)[:, None, None, None], generator)

    def _run(self, model: nn.Module, images: Tensor, goal: Confident, radius: Tensor, generator: Generator) -> Attacked:
        low, high = (images - radius).clamp_min(0), (images + radius).clamp_max(1)
        best, best_margin = images.clone(), torch.full((len(images),), -torch.inf, dtype=images.dtype)
        steps = torch.full((len(images),), self.steps)
        active = torch.arange(len(images))
        x = images
        if self.random_start:
            x = (x + radius * (2 * torch.rand(x.shape, generator=generator) - 1)).clamp(low, high)
        for step in range(self.steps + 1):
            x = x.detach().requires_grad_()
            margin = goal.at(active).margin(model(x))
            better = margin > best_margin[active]
            best[active[better]], best_margin[active[better]] = x.detach()[better], margin.detach()[better]
            going = margin <= 0
            steps[active[~going]] = step
            if step == self.steps or not bool(going.any()):
                break
            (gradient,) = torch.autograd.grad(margin[going].sum(), x)
            active, x, gradient = active[going], x.detach()[going], gradient[going]
            size = self.step_size * (1 - 0.9 * step / self.steps)
            x = (x + size * radius[active] * gradient.sign()).clamp(low[active], high[active])
        return Attacked(best, best_margin > 0, (best - images).abs().amax((1, 2, 3)), steps)
