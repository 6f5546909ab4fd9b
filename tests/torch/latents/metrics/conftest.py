"""Factors to make codes of: all combinations, or some drawn at random."""

from types import SimpleNamespace

import pytest
import torch


def every(*sizes):
    """Each combination of values once: the factors are exactly independent."""
    return torch.cartesian_prod(*(torch.arange(size) for size in sizes))


def drawn(n, *sizes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randint(size, (n,), generator=generator) for size in sizes], 1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(100 + seed))


@pytest.fixture(scope="session")
def made():
    return SimpleNamespace(every=every, drawn=drawn, noise=noise)
