"""How success grows with ε."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch

from torch import Tensor, nn

from lazyartist.attacks.fixed_epsilon import FixedEpsilonAttack
from lazyartist.attacks.criterion import TargetedConfidence


def success_curve(
    attack: FixedEpsilonAttack, model: nn.Module, images: Tensor, goal: TargetedConfidence, epsilons: Sequence[float], *, seed: int = 0
) -> Tensor:
    """Return (K, N) bool: does the attack succeed within the k-th ε? All of them run in one batch.

    What succeeds within one ε does so within every larger one, since the noise fits there too.

    Args:
        attack: what is tried at each ε.
        model: any classifier from images to logits.
        images: (N, C, H, W) float32 in [0, 1].
        goal: what counts as success.
        epsilons: K of them, rising.
        seed: of what the attack draws.

    Raises:
        ValueError: the ε do not rise; or see `FixedEpsilonAttack`.
    """
    if not epsilons or any(a >= b for a, b in pairwise(epsilons)):
        raise ValueError(f"epsilons={list(epsilons)!r}: expected one or more, rising")
    everywhere = torch.arange(len(images)).repeat(len(epsilons))
    radius = torch.tensor(list(epsilons), dtype=images.dtype).repeat_interleave(len(images))
    found = attack(model, images[everywhere], goal.at(everywhere), radius, seed=seed)
    return found.success.view(len(epsilons), -1).int().cummax(0).values.bool()
