"""Ways to change the residual stream at one place."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.sae.base import SparseAutoencoder


@dataclass(frozen=True, eq=False)
class Shift:
    """Adds a vector (D,)."""

    by: Tensor

    def __call__(self, x: Tensor, place: int) -> Tensor:
        """Return what passes, (N, D), with the vector added."""
        del place
        return x + self.by


@dataclass(frozen=True, eq=False)
class ShiftByPlace:
    """Adds another vector at each place of the report, (19, D)."""

    by: Tensor

    def __call__(self, x: Tensor, place: int) -> Tensor:
        """Return what passes, (N, D), with the vector of the place added."""
        return x + self.by[place]


@dataclass(frozen=True, eq=False)
class Floor:
    """Lifts the part along a direction to a level, where it is below.

    Attributes:
        along: (D,) of norm 1.
        level: the least that the part along it may be.
    """

    along: Tensor
    level: float

    def __call__(self, x: Tensor, place: int) -> Tensor:
        """Return what passes, (N, D), lifted."""
        del place
        return x + (self.level - x @ self.along).clamp_min(0)[:, None] * self.along


@dataclass(frozen=True, eq=False)
class Clamp:
    """Silences some latents of a sparse autoencoder and lifts others to a level; what it does not explain is kept.

    Attributes:
        autoencoder: of the layer.
        silenced: (K,) indices.
        lifted: (K,) indices.
        levels: (K,), the least that each of the lifted ones may be.
    """

    autoencoder: SparseAutoencoder
    silenced: Tensor
    lifted: Tensor
    levels: Tensor

    def __call__(self, x: Tensor, place: int) -> Tensor:
        """Return what passes, (N, D), changed by what changes in the latents alone."""
        del place
        z = self.autoencoder.encode(x)
        wanted = z.clone()
        wanted[:, self.silenced] = 0
        wanted[:, self.lifted] = torch.maximum(z[:, self.lifted], self.levels)
        return x + (wanted - z) @ self.autoencoder.directions
