"""Polishing: a larger decoder learns what a trained encoder's means look like, which changes no latent."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import torch

from torch import Tensor, nn

from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.coder import Scaled, mlp
from lazyartist.latents.learn import LatentModel, seen_by_decoder
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import posterior_of
from lazyartist.seeding import seed_from
from lazyartist.training.loop import descend


WIDTH = 512
LIFT = 0.45  # edges live in structures of little variance: how much more they count than their variance says
BATCH = 256
RATE = 6e-3
STANDARD = 4000


class SecondHarmonics(nn.Module):
    """Add cosine and sine of twice each angle to what a decoder sees.

    Args:
        circles: how many angles there are: cosines first, then sines.
    """

    def __init__(self, circles: int) -> None:
        super().__init__()
        self.circles = circles

    def forward(self, seen: Tensor) -> Tensor:
        """Return (B, n + 2 circles) for (B, n)."""
        cos, sin = seen[:, : self.circles], seen[:, self.circles : 2 * self.circles]
        return torch.cat([seen, cos.square() - sin.square(), 2 * cos * sin], 1)


def polished_decoder(latents: int, circles: int, spread: Tensor) -> nn.Sequential:
    """Return the larger decoder with fresh weights, drawn from torch's global generator."""
    as_spread = Scaled(len(spread))
    as_spread.set(spread)
    sizes = (latents + 3 * circles, WIDTH, WIDTH, WIDTH, len(spread))
    return nn.Sequential(SecondHarmonics(circles), *mlp(sizes), as_spread)


def polish(model: LatentModel, pictures: Pictures, *, steps: int = STANDARD, seed: int = 0) -> LatentModel:
    """Return the model with a larger decoder, trained on the means of its encoder, which stays as it is.

    Args:
        model: one that was trained on these pictures.
        pictures: what it was trained on.
        steps: how long.
        seed: of first weights and order of images.
    """
    budget = LatentBudget(steps, BATCH, RATE)
    generator = torch.Generator().manual_seed(seed_from("polish", seed))
    coder, spread = deepcopy(model.coder), model.coder.spread
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_from("polished decoder", seed))
        coder.decoder = polished_decoder(model.latents, model.circles, spread)
    weight = spread.pow(-2 * LIFT)
    weight = weight / (weight * spread.square()).sum()
    read = coder.reader(pictures)

    def loss(number: int) -> Tensor:
        del number
        x = read(pictures.draw(budget.batch_size, generator))
        with torch.no_grad():
            mean = posterior_of(coder.encoder(x), model.circles, model.sharpest).mean
            seen = seen_by_decoder(mean, model.circles, model.open)
        error: Tensor = ((x - coder.decoder(seen)).square() @ weight).mean()
        return error

    parameters = coder.decoder.parameters()
    descend(loss, parameters, steps=budget.steps, learning_rate=budget.rate, name="the polished decoder")
    coder.eval().requires_grad_(False)
    return replace(model, coder=coder)
