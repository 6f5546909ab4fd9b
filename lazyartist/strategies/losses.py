"""Losses that more than one strategy is made of."""

from __future__ import annotations

import torch

from torch import Tensor
from torch.nn.functional import cross_entropy, log_softmax


def generalised_cross_entropy(logits: Tensor, y: Tensor, q: float = 0.7) -> Tensor:
    """Return (1 − p_y^q) / q per image, (B,).

    Its gradient is that of the cross-entropy times p_y^q: images that the model already finds probable weigh more. So a
    network trained with it learns what is easy, and stays with it. Source: Zhang and Sabuncu 2018, arXiv:1805.07836.
    """
    p = log_softmax(logits, dim=1).gather(1, y[:, None])[:, 0].exp()
    # the slope of p^q at 0 is infinite, and a p that underflows would make the gradient nan
    return (1 - p.clamp_min(torch.finfo(p.dtype).tiny) ** q) / q


def divergence(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Return the batch mean of ½ KL(p‖q) + ½ KL(q‖p) in nats, from log-probabilities (B, classes)."""
    return ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(1).mean() / 2


def environment_risks(logits: Tensor, y: Tensor, aligned: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean cross-entropy (E,) of conflicting and of aligned images, and the masks (E, B) of both.

    E is 2, or 1 where the batch has no image of one of them: what was not seen has no risk.

    Args:
        logits: (B, classes).
        y: (B,) classes.
        aligned: (B,) bool, has the image the attribute value that its class mostly has in training?
    """
    losses = cross_entropy(logits, y, reduction="none")
    masks = torch.stack([environment for environment in (~aligned, aligned) if bool(environment.any())]).float()
    return masks @ losses / masks.sum(1), masks
