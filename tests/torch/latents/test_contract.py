"""The contract that every registered way to learn latents keeps."""

from dataclasses import dataclass

import pytest
import torch

from lazyartist.latents import LATENTS
from lazyartist.latents.checks import check_it_learns, check_same_seed_same_bits, parametrize_with_checks
from lazyartist.latents.vae import Vae


@parametrize_with_checks([LATENTS.build(name) for name in LATENTS])
def test_contract(variant, check):
    check(variant)


@dataclass(frozen=True)
class Careless(Vae):
    def penalty(self, step, z):
        return super().penalty(step, z) + 0.1 * (torch.randn(()) * z).sum()


@dataclass(frozen=True)
class Blind(Vae):
    def loss(self, step):
        return step.posterior.kl().sum(1).mean()


def test_the_contract_catches_what_draws_from_the_global_generator():
    with torch.random.fork_rng(devices=[]), pytest.raises(AssertionError, match="global generator"):
        check_same_seed_same_bits(Careless())


def test_the_contract_catches_what_learns_nothing():
    with pytest.raises(AssertionError, match="the mean image of"):
        check_it_learns(Blind())
