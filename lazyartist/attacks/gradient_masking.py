"""Gradient masking: signs that attacks fail for another reason than that the model is robust."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.attacks.criterion import AttackResult, TargetedConfidence, check
from lazyartist.attacks.gradient import margin_and_gradient
from lazyartist.inference import evaluating


PASSES = 5
SAME = 1e-4  # logits: what rounding in another order may change


@dataclass(frozen=True, eq=False)
class MaskingSigns:
    """What was noticed, for each image.

    Attributes:
        zero_gradient: (N,) bool, no pixel has a gradient, or some pixel's is no number: attacks that climb stand still.
        randomised: (N,) bool, the same image gets other logits when it is asked about again.
        masked: (N,) bool, an attack without gradients succeeded where the one with gradients did not.
    """

    zero_gradient: Tensor
    randomised: Tensor
    masked: Tensor

    def __bool__(self) -> bool:
        return bool((self.zero_gradient | self.randomised | self.masked).any())

    def __str__(self) -> str:
        counts = {
            "have no gradient": self.zero_gradient,
            "get another answer each time": self.randomised,
            "fall to queries but not to gradients": self.masked,
        }
        n = len(self.zero_gradient)
        return "; ".join(f"{int(c.sum())} of {n} images {what}" for what, c in counts.items() if c.any()) or "nothing"


def gradient_masking(
    model: nn.Module,
    images: Tensor,
    criterion: TargetedConfidence,
    *,
    with_gradients: AttackResult | None = None,
    without: AttackResult | None = None,
) -> MaskingSigns:
    """Look for signs that gradients are masked (Athalye et al. 2018, arXiv:1802.00420; flags as in AutoAttack's).

    Args:
        model: any classifier from images to logits; it is left as it was.
        images: (N, C, H, W) float32 in [0, 1].
        criterion: whose margin is to have a gradient.
        with_gradients: what an attack by gradients found within some ε.
        without: what an attack without gradients found within the same ε; given together with the other.

    Raises:
        ValueError: see `check`.
    """
    check(model, images, criterion)
    with evaluating(model):
        _, gradient = margin_and_gradient(model, images, criterion)
        zero = (gradient == 0).flatten(1).all(1) | ~gradient.isfinite().flatten(1).all(1)
        with torch.no_grad():
            logits = torch.stack([model(images) for _ in range(PASSES)])
    differs = (logits.amax(0) - logits.amin(0)).amax(1) > SAME
    masked = torch.zeros_like(zero)
    if with_gradients is not None and without is not None:
        masked = without.success & ~with_gradients.success
    return MaskingSigns(zero, differs, masked)
