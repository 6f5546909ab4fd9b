"""Checks of what all metrics take: codes and the factors of the same images."""

from __future__ import annotations

from typing import Any

import torch

from torch import Tensor

from lazyartist.device import here
from lazyartist.sae.validation import finite_rows, whole


Labelled = tuple[Tensor, Tensor]  # codes (N, Z) float and factors (N, F) int64 of the same images


def checked(codes: Any, factors: Any) -> Labelled:
    """Return codes (N, Z) as float64, and factors (N, F) with the values of each counted from 0.

    Raises:
        ValueError: codes are not finite floats, factors not whole numbers of the same images, or a factor never
            changes.
    """
    z, values = _checked_shapes(codes, factors)
    columns = [torch.unique(column, return_inverse=True)[1] for column in values.unbind(1)]
    if still := [k for k, column in enumerate(columns) if not column.numel() or not bool(column.any())]:
        raise ValueError(f"factors: column {still[0]} never changes, so nothing can be told of it: leave it out")
    return z, torch.stack(columns, 1)


def checked_parts(train: Labelled, test: Labelled) -> tuple[Labelled, Labelled]:
    """Return what to fit on and what to judge by, as `checked` does, with the same numbers for the same values.

    Raises:
        ValueError: see `checked`, for `train`; `test` is not of the same kind, is empty, or has a value that `train`
            has not.
    """
    z, values = checked(*train)
    z_test, values_test = _checked_shapes(*test)
    if (z.shape[1], values.shape[1]) != (z_test.shape[1], values_test.shape[1]) or not len(z_test):
        kinds = f"{tuple(z_test.shape)} and {tuple(values_test.shape)}"
        raise ValueError(
            f"test: codes and factors {kinds}: expected as many latents and factors as in train, some rows"
        )
    columns = []
    for k, (known, asked) in enumerate(zip(here(train[1]).unbind(1), values_test.unbind(1), strict=True)):
        present = torch.unique(known)
        at = torch.searchsorted(present, asked.contiguous()).clamp_max(len(present) - 1)
        if bool((strange := present[at] != asked).any()):
            value = int(asked[strange][0])
            raise ValueError(f"factors: column {k} is {value} in a test image, which no image in train has: take more")
        columns.append(at)
    return (z, values), (z_test, torch.stack(columns, 1))


def checked_circles(circles: Any, latents: int) -> int:
    """Return how many of the latents are angles.

    Raises:
        ValueError: it is not a whole number from 0 to `latents`.
    """
    if whole("circles", circles, least=0) > latents:
        raise ValueError(f"circles={circles}: there are only {latents} latents")
    return int(circles)


def checked_mask(name: str, mask: Any, shape: tuple[int, ...]) -> Tensor:
    """Return `mask`, on the CPU, where all metrics compute.

    Raises:
        ValueError: it is not a bool tensor of this shape.
    """
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool or tuple(mask.shape) != shape:
        raise ValueError(f"{name}: expected a bool tensor {shape}, got {_kind(mask)}")
    return here(mask)


def best_less_second(table: Tensor) -> Tensor:
    """Return by how much the best latent is ahead of the second one for each factor, (F,), in a table (Z, F).

    Raises:
        ValueError: there is one latent only.
    """
    if len(table) < 2:
        raise ValueError("there is only one latent: a gap is that between the best and the second, so take two")
    best, second = torch.topk(table, 2, dim=0)[0].unbind(0)
    return best - second


def owners(latents: int, circles: int) -> Tensor:
    """Return which latent each column of `coordinates(codes, circles)` belongs to, (latents + circles,) int64."""
    return torch.cat([torch.arange(circles), torch.arange(latents)])


def _checked_shapes(codes: Any, factors: Any) -> Labelled:
    z = here(finite_rows("codes", codes).detach()).double()
    if not z.shape[1]:
        raise ValueError("codes: expected (N, Z) with one latent at least, got none")
    if not isinstance(factors, Tensor) or factors.dtype != torch.int64 or factors.ndim != 2 or not factors.shape[1]:
        raise ValueError(f"factors: expected a torch tensor (N, F) int64, a column per factor, got {_kind(factors)}")
    if len(factors) != len(z):
        raise ValueError(f"{len(z)} codes and the factors of {len(factors)} images: expected those of the same images")
    return z, here(factors)


def _kind(thing: Any) -> str:
    return f"{tuple(thing.shape)} {thing.dtype}" if isinstance(thing, Tensor) else type(thing).__name__
