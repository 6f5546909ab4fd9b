"""Attacks within a fixed ε: the L∞ ball around each image, and what the attacks inside it share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Real

import torch

from torch import Generator, Tensor, nn

from lazyartist.attacks.criterion import AttackResult, TargetedConfidence, check
from lazyartist.inference import evaluating
from lazyartist.knobs import check_knobs


EPSILON = 0.05
# float32 near 1 is 6e-8 apart; staying this far inside the ball keeps every rounded change strictly below ε
INSIDE = 2.0**-22


@dataclass(frozen=True, eq=False)
class LinfBall:
    """The L∞ balls around images: all images in [0, 1] that differ from them by less than ε in every pixel.

    Attributes:
        images: (N, C, H, W), their middles.
        radius: (N, 1, 1, 1), just under ε.
    """

    images: Tensor
    radius: Tensor

    @classmethod
    def around(cls, images: Tensor, epsilon: float | Tensor) -> LinfBall:
        """Return the balls of ±ε: one number, or (N,) one per image.

        Raises:
            ValueError: an ε is not positive, or there are not as many as images.
        """
        wanted = f"expected a positive change of pixel values, such as 0.05, or a tensor ({len(images)},) of them"
        if not isinstance(epsilon, (Real, Tensor)):
            raise ValueError(f"epsilon={epsilon!r}: {wanted}")
        radius = torch.as_tensor(epsilon, dtype=images.dtype)
        if radius.shape not in ((), (len(images),)) or not bool((radius > 0).all()):
            raise ValueError(f"epsilon={epsilon!r}: {wanted}")
        return cls(images, (radius - INSIDE).clamp_min(0).expand(len(images))[:, None, None, None])

    def clip(self, x: Tensor, at: Tensor) -> Tensor:
        """Return what lies nearest to `x` in the balls of the images at `at`."""
        images, radius = self.images[at], self.radius[at]
        return x.clamp((images - radius).clamp_min(0), (images + radius).clamp_max(1))

    def random(self, at: Tensor, generator: Generator) -> Tensor:
        """Return a point anywhere in the ball of each image at `at`."""
        images = self.images[at]
        noise = 2 * torch.rand(images.shape, generator=generator, dtype=images.dtype) - 1
        return self.clip(images + self.radius[at] * noise, at)

    def moved(self, at: Tensor, signs: Tensor) -> Tensor:
        """Return the images at `at`, every pixel moved as far as it may by signs that broadcast to their shape."""
        return self.clip(self.images[at] + self.radius[at] * signs, at)


def signs(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Return −1 or 1 at random, in float32."""
    return torch.randint(0, 2, shape, generator=generator).float() * 2 - 1


class Best:
    """The best try for every image so far, and what it cost."""

    def __init__(self, images: Tensor) -> None:
        self.images = images.clone()
        self.margin = torch.full((len(images),), -torch.inf, dtype=images.dtype)
        self.steps = torch.zeros(len(images), dtype=torch.long)

    def offer(self, at: Tensor, x: Tensor, margin: Tensor) -> None:
        """Keep `x` for those images at `at` for which its margin is the highest so far."""
        better = margin > self.margin[at]
        self.images[at[better]], self.margin[at[better]] = x[better], margin[better]


@dataclass(frozen=True)
class FixedEpsilonAttack(ABC):
    """An attack that looks for success within ±ε. A kind of it says how to look, in `run`."""

    def __post_init__(self) -> None:
        check_knobs(self)

    def __call__(
        self,
        model: nn.Module,
        images: Tensor,
        criterion: TargetedConfidence,
        epsilon: float | Tensor = EPSILON,
        *,
        seed: int = 0,
    ) -> AttackResult:
        """Attack a batch.

        Args:
            model: any classifier from images to logits; it is left as it was.
            images: (N, C, H, W) float32 in [0, 1].
            criterion: what counts as success.
            epsilon: every pixel changes by strictly less; one number, or (N,) one per image.
            seed: of all that is drawn.

        Raises:
            ValueError: ε is not positive, or see `check`.
        """
        check(model, images, criterion)
        ball = LinfBall.around(images.detach().contiguous(memory_format=torch.channels_last), epsilon)
        best = Best(ball.images)
        with evaluating(model):
            self.run(model, criterion, ball, best, torch.Generator().manual_seed(seed))
        return AttackResult(best.images, best.margin > 0, (best.images - ball.images).abs().amax((1, 2, 3)), best.steps)

    @abstractmethod
    def run(
        self, model: nn.Module, criterion: TargetedConfidence, ball: LinfBall, best: Best, generator: Generator
    ) -> None:
        """Offer tries to `best` and count there what they cost; an image that has succeeded costs no more."""
