"""Training steps of our β-TCVAE beside disent's, on the same images in memory; and how fast rooms are rendered.

    pip install --no-deps disent==0.8.0 lightning lightning-utilities torchmetrics h5py
    pytest bench/test_latents.py --lazy-results=results

Equal images, batches and numbers of latents, one thread. Ours learns on principal axes unless convolutions are named;
disent's own encoders and decoders are convolutions for 64 pixels, and linear layers for any size. What comes before the
first step is taken away.
"""

from __future__ import annotations

import time

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch

from torch import Tensor

from lazyartist.data.arrays import ArrayImages
from lazyartist.data.room3d import Room3D
from lazyartist.latents.beta_tcvae import BetaTcVae
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.learn import learn
from lazyartist.latents.pictures import Pictures

from . import speed_rows
from .turns import SMOKE, in_turn


N, BATCH, LATENTS = (256 if SMOKE else 4096), 64, 10
STEPS = 2 if SMOKE else 60
RENDERED = 1000 if SMOKE else 50_000


@pytest.fixture(scope="module", params=[32, 64])
def rooms(request: pytest.FixtureRequest) -> ArrayImages:
    rooms = Room3D(request.param)
    index = torch.randint(len(rooms), (N,), generator=torch.Generator().manual_seed(0))
    return ArrayImages((255 * rooms.render(index)).round().byte(), {"image": torch.arange(N)})


def ours(rooms: ArrayImages, coder: str, steps: int) -> None:
    budget = LatentBudget(steps=steps, batch_size=BATCH)
    learn(BetaTcVae(beta=4.0), Pictures(rooms), latents=LATENTS, coder=coder, budget=budget)


def theirs(x: Tensor, kind: str, steps: int) -> None:
    vae, model = pytest.importorskip("disent.frameworks.vae"), pytest.importorskip("disent.model")
    parts = pytest.importorskip("disent.model.ae")
    shape = tuple(x.shape[1:])
    encoder = getattr(parts, f"Encoder{kind}")(x_shape=shape, z_size=LATENTS, z_multiplier=2)
    decoder = getattr(parts, f"Decoder{kind}")(x_shape=shape, z_size=LATENTS)
    config = vae.BetaTcVae.cfg(beta=4.0, loss_reduction="mean_sum")
    framework = vae.BetaTcVae(model.AutoEncoder(encoder, decoder), config)
    optimizer = torch.optim.Adam(framework.parameters(), 1e-3)
    for _ in range(steps):
        batch = x[torch.randint(N, (BATCH,))].float() / 255
        optimizer.zero_grad()
        framework.do_training_step({"x_targ": (batch,)}, 0).backward()
        optimizer.step()


def test_training(rooms: ArrayImages, lazy_results: Path) -> None:
    size = rooms.pixels.shape[-1]
    ways: dict[str, Callable[[int], None]] = {
        "ours, principal axes": partial(ours, rooms, "basis_mlp"),
        "ours, convolutions": partial(ours, rooms, "conv"),
        "disent's, linear layers": partial(theirs, rooms.pixels, "FC"),
    }
    if size == 64:
        ways["disent's, convolutions"] = partial(theirs, rooms.pixels, "Conv64")
    runs = {(name, steps): partial(way, steps) for name, way in ways.items() for steps in (1, STEPS + 1)}
    seconds = in_turn({f"{name} {steps}": run for (name, steps), run in runs.items()}, 1 if SMOKE else 3)
    numbers = {}
    for name in ways:
        each = (seconds[f"{name} {STEPS + 1}"] - seconds[f"{name} 1"]) / STEPS
        numbers[f"β-TCVAE, {size} px, {name}: images per second"] = BATCH / max(each, 1e-9)
    speed_rows.keep(lazy_results, numbers, n=3, data=rooms.fingerprint)


def test_rendering(lazy_results: Path) -> None:
    numbers = {}
    for size in (32, 64):
        rooms, generator = Room3D(size), torch.Generator().manual_seed(0)
        rooms.render(torch.arange(2))  # geometry is cached
        index = torch.randint(len(rooms), (RENDERED,), generator=generator)
        start = time.process_time()
        for part in torch.split(index, 250):
            rooms.render(part)
        numbers[f"room3d, {size} px: images rendered per second"] = RENDERED / (time.process_time() - start)
    speed_rows.keep(lazy_results, numbers, n=1, data=Room3D().fingerprint)
