"""The invisible cloak: the least noise found in a moment that makes a drawing another class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN
from lazyartist.certify.crown import Certified
from lazyartist.certify.trace import NoBoundsError
from lazyartist.criteria import ATTACK_CONFIDENCE
from lazyartist.page.answers import bytes_of
from lazyartist.page.asked import text_of
from lazyartist.page.drawing import painted


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.page.asked import AskForNoise
    from lazyartist.page.models import Shown

STRENGTHS = tuple(round(0.05 * step, 2) for step in range(31))  # times the noise that was found


def find_noise(asked: AskForNoise, models: Sequence[Shown]) -> dict[str, Any]:
    """Return the noise that fools the first model, how much is proven to be too little, and what all answer to it.

    Raises:
        ValueError: the model answers the target already, or there is no such class.
    """
    x = painted(asked.shape, [asked.paint], asked.where)
    first = models[0]
    shares = first.probabilities(x)[0]
    if asked.target >= len(shares):
        raise ValueError(f"target={asked.target}: {first.name} knows the classes 0 to {len(shares) - 1}")
    if shares.index(max(shares)) == asked.target:
        raise ValueError(f"{first.name} calls this a {asked.target} without any noise: choose another class")
    criterion = TargetedConfidence(torch.tensor([asked.target]), ATTACK_CONFIDENCE)
    with first.lock:
        result = FMN()(first.tool, x, criterion)
        try:
            proven: float | None = float(Certified()(first.tool, x, criterion)[0])
        except NoBoundsError:
            proven = None
    noise = result.images - x
    louder = torch.cat([(x + strength * noise).clamp(0, 1) for strength in STRENGTHS])
    return {
        "found": bool(result.success[0]),
        "epsilon": float(noise.abs().max()),
        "proven": proven,
        "confidence": ATTACK_CONFIDENCE,
        "image": bytes_of(x[0]),
        "noise": text_of(noise[0].permute(1, 2, 0)),  # (28, 28, 3) float32
        "strengths": STRENGTHS,
        "answers": {model.name: model.probabilities(louder) for model in models},
    }
