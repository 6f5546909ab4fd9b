import math

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from torch import nn

from lazyartist.data.grid import FactorImages, Grid
from lazyartist.latents.base import Step
from lazyartist.latents.coder import Coder
from lazyartist.latents.learn import LatentModel


@pytest.fixture
def make_step():
    """(posterior, progress) to a step of a dataset of 1,000 images of five numbers, all of them 0 here."""

    def make(posterior, progress):
        x = torch.zeros(len(posterior), 5)
        spread = torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0])
        generator = torch.Generator().manual_seed(1)
        return Step(
            x, posterior, lambda z: torch.zeros(len(z), 5), spread, 1000, round(progress * 1000), 1000, generator
        )

    return make


class Lamps(FactorImages):
    """2×2 pixels: a hue of four values in the left column, as sine and cosine, and a level at the top right."""

    grid = Grid({"hue": 4, "level": 3})
    fingerprint = "lamps"

    def render(self, index):
        hue, level = self.grid.factors_of(index).T
        angle = math.pi / 4 + math.pi / 2 * hue
        pixels = torch.stack([angle.cos(), level - 1, angle.sin(), torch.zeros(len(index))], 1)
        return (0.5 + 0.4 * pixels).view(-1, 1, 2, 2)


def reads_lamps(channels=1):
    """An encoder and a decoder that undo `Lamps` exactly: an angle, a line, and a line that is not in use."""
    # the first numbers of all latents, then the second ones; for each, what of the pixels' three numbers
    read = torch.tensor([[5, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 5], [0, 0, 0], [0, 0, 0.0]])
    place = torch.tensor([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0.0]]).repeat(1, channels)
    encoder = nn.Sequential(nn.Linear(4 * channels, 6))
    decoder = nn.Sequential(nn.Linear(4, 4 * channels))  # sees cosine, sine and two lines
    with torch.no_grad():
        encoder[0].weight.copy_(read @ place / 0.4 / channels)
        encoder[0].bias.copy_(torch.tensor([0, 0, 0, 0, math.log(0.01), 0.0]) - 0.5 * encoder[0].weight.sum(1))
        decoder[0].weight.copy_(0.4 * (place.T @ torch.tensor([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0.0]])))
        decoder[0].bias.fill_(0.5)
    coder = Coder((channels, 2, 2), encoder, decoder, 4 * channels).eval().requires_grad_(False)
    everything = torch.ones(3, dtype=torch.bool)
    return LatentModel(coder, 1, math.inf, everything, torch.tensor([True, True, False]))


@pytest.fixture
def lamps():
    """Images whose factors are a hue and a level, and a model that knows them: latents 0 and 1, and 2 not in use."""
    with torch.random.fork_rng():
        model = reads_lamps()
    images = Lamps()
    every = images.render(torch.arange(len(images)))
    dead = replace(model, active=torch.zeros(3, dtype=torch.bool))
    return SimpleNamespace(images=images, model=model, every=every, dead=dead, with_channels=reads_lamps)
