"""Latents about the middle of their batch: angles go round, so that they have no mean and no median of their own."""

from __future__ import annotations

import math

import torch

from torch import Tensor


def wrapped(angle: Tensor) -> Tensor:
    """Return angles as the same directions in [-pi, pi)."""
    return torch.remainder(angle + math.pi, 2 * math.pi) - math.pi


def middle(codes: Tensor, circles: int) -> Tensor:
    """Return the middle (…, Z) of a batch's latents (…, N, Z).

    Of a latent on a line it is the median. Of an angle it is the medoid: the one nearest to the middle of the shortest
    arc that holds more than half of the batch. Up to half of the batch can be anywhere without moving it away.

    Args:
        codes: (…, N, Z), of which the first `circles` are angles.
        circles: how many.
    """
    count = codes.shape[-2]
    angle = torch.remainder(codes[..., :circles], 2 * math.pi).sort(-2).values
    half = count // 2
    round_again = torch.cat([angle, angle + 2 * math.pi], -2)
    ends = round_again[..., half : half + count, :]  # of the arcs that begin at each angle
    first = (ends - angle).argmin(-2, keepdim=True)
    centre = (angle.gather(-2, first) + ends.gather(-2, first)) / 2
    nearest = wrapped(angle - centre).abs().argmin(-2, keepdim=True)
    medoid = wrapped(angle.gather(-2, nearest))
    return torch.cat([medoid, codes[..., circles:].median(-2, keepdim=True).values], -1).squeeze(-2)


def offsets(codes: Tensor, centre: Tensor, circles: int) -> Tensor:
    """Return how far latents (…, N, Z) are from a centre, (…, N, Z) or (…, 1, Z): of angles the signed shorter way."""
    off = codes - centre
    return torch.cat([wrapped(off[..., :circles]), off[..., circles:]], -1)
