"""The contract of a way to learn latents, as checks that anybody can run on theirs.

In a test file:

    from lazyartist.latents.checks import parametrize_with_checks

    @parametrize_with_checks([MyVariant()])
    def test_contract(variant, check):
        check(variant)

The checks train for seconds, on rooms of 16 × 16 pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.contract import assert_configured, parametrized
from lazyartist.data.room3d import Room3D
from lazyartist.latents.base import Variant
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.io import from_tensors, to_tensors
from lazyartist.latents.learn import LatentModel, learn, reconstruction_error
from lazyartist.latents.pictures import Pictures


if TYPE_CHECKING:
    import pytest

CODER = "basis_mlp:axes=32:width=32"
SHORT = LatentBudget(steps=25, batch_size=32)
LONGER = LatentBudget(steps=400, batch_size=64)
LATENTS_LEARNT = 4
ROOMS = Room3D(size=16)


def check_configuration(variant: Variant) -> None:
    """Its knobs are the fields of a frozen dataclass, and all have defaults."""
    assert_configured(type(variant))


def check_same_seed_same_bits(variant: Variant) -> None:
    """Two trainings with the same seed give the same model, bit for bit, and leave torch's generator as it was."""
    before = torch.get_rng_state()
    again = to_tensors(_learnt(variant, Pictures(ROOMS)))
    assert torch.equal(torch.get_rng_state(), before), f"{variant} draws from torch's global generator"
    assert _same(again, to_tensors(_reference(variant))), f"{variant}: one seed gave two models"


def check_no_factor_is_read(variant: Variant) -> None:
    """It learns the same where the factors of the images cannot be asked for."""
    blind = to_tensors(_learnt(variant, Pictures(_WithoutFactors())))
    assert _same(blind, to_tensors(_reference(variant))), f"{variant} learns other latents where factors are hidden"


def check_everything_is_finite(variant: Variant) -> None:
    """Weights and what is encoded and decoded are finite, and images lie in [0, 1]; latents may be dead."""
    model = _reference(variant)
    images = ROOMS.render(torch.arange(0, len(ROOMS), 9973))
    posterior = model.encode(images)
    decoded = model.decode(posterior.mean)
    found = [*model.coder.state_dict().values(), posterior.mean, posterior.sd, posterior.kl(), decoded]
    assert all(bool(tensor.isfinite().all()) for tensor in found), f"{variant}: NaN or infinity"
    assert float(decoded.min()) >= 0, f"{variant} decodes negative pixels"
    assert float(decoded.max()) <= 1, f"{variant} decodes pixels above 1"


def check_it_saves_and_loads(variant: Variant) -> None:
    """A model taken apart into tensors and put together again encodes and decodes the same bits."""
    model = _reference(variant)
    again = from_tensors(variant, CODER, model.coder.shape, to_tensors(model), polished=False)
    images = ROOMS.render(torch.arange(0, len(ROOMS), 9973))
    codes, copied = model.encode(images), again.encode(images)
    assert torch.equal(codes.mean, copied.mean), f"{variant}: the loaded encoder gives other latents"
    assert torch.equal(model.decode(codes.mean), again.decode(codes.mean)), f"{variant}: the loaded decoder differs"


def check_it_learns(variant: Variant) -> None:
    """After a few hundred steps it reconstructs better than the mean image does."""
    model = _learnt(variant, Pictures(ROOMS), LONGER)
    images = ROOMS.render(torch.arange(0, len(ROOMS), 997))
    by_mean = float((images - images.mean(0)).square().flatten(1).sum(1).mean())
    error = reconstruction_error(model, images)
    assert error < 0.9 * by_mean, f"{variant} has an error of {error:.1f}, the mean image of {by_mean:.1f}"


CHECKS: tuple[Callable[[Variant], None], ...] = (
    check_configuration,
    check_same_seed_same_bits,
    check_no_factor_is_read,
    check_everything_is_finite,
    check_it_saves_and_loads,
    check_it_learns,
)


def parametrize_with_checks(variants: Sequence[Variant]) -> pytest.MarkDecorator:
    """Return a decorator that runs a test with every pair of a variant and a check."""
    return parametrized("variant", [(variant, check) for variant in variants for check in CHECKS])


@dataclass(frozen=True)
class _WithoutFactors:
    """The same rooms, whose factors nobody may read."""

    rooms: Room3D = ROOMS

    @property
    def factors(self) -> Mapping[str, Tensor]:
        raise AssertionError("the factors were read while latents were learnt")

    @property
    def sizes(self) -> Mapping[str, int]:
        raise AssertionError("the factors were read while latents were learnt")

    @property
    def fingerprint(self) -> str:
        return self.rooms.fingerprint

    def __len__(self) -> int:
        return len(self.rooms)

    def render(self, index: Tensor) -> Tensor:
        return self.rooms.render(index)

    def project(self, axes: Tensor) -> Callable[[Tensor], Tensor]:
        return self.rooms.project(axes)


def _learnt(variant: Variant, pictures: Pictures, budget: LatentBudget = SHORT) -> LatentModel:
    return learn(replace(variant), pictures, latents=LATENTS_LEARNT, coder=CODER, budget=budget)


@lru_cache(maxsize=1)
def _reference(variant: Variant) -> LatentModel:
    return _learnt(variant, Pictures(ROOMS))


def _same(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
