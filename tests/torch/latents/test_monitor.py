from dataclasses import replace

import pytest
import torch

from torch import nn

from lazyartist.data.images import Split
from lazyartist.latents.coder import Coder
from lazyartist.latents.latent_net import LatentNet
from lazyartist.latents.learn import build_coder
from lazyartist.latents.monitor import encoder_layers, monitor


@pytest.fixture
def split(lamps):
    return Split(lamps.images, "hue", (), torch.arange(12).repeat(5))


def test_units_answer_to_what_they_were_made_of(lamps, split):
    (last,) = monitor(lamps.model, split)
    assert (last.layer, last.kind, last.factors) == ("encoder.0", "Linear", ("hue", "level"))
    # cosine, level, nothing; sine, fixed variance, nothing
    expected = torch.tensor([[1, 0], [0, 1], [0, 0], [1, 0], [0, 0], [0, 0.0]])
    torch.testing.assert_close(last.explained, expected, atol=1e-6, rtol=0)
    assert last.dead.tolist() == [False, False, True, False, True, True]
    assert last.best.tolist() == [0, 1, -1, 0, -1, -1]
    assert last.counts == {"hue": 2, "level": 1, "none": 0, "dead": 3}


def test_a_unit_that_only_two_factors_together_explain_is_counted_to_none(lamps, split):
    """Their product: neither tells anything of it alone."""

    class Product(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Parameter(torch.ones(()))

        def forward(self, x):
            return self.one * torch.stack([(x[:, 0] - 0.5) * (x[:, 1] - 0.5)] * 2, 1)

    with torch.random.fork_rng():
        encoder = nn.Sequential(Product(), nn.Linear(2, 6))
    coder = Coder((1, 2, 2), encoder, lamps.model.coder.decoder, 4)
    with torch.no_grad():
        encoder[1].weight.fill_(1)
    product, _ = monitor(replace(lamps.model, coder=coder), split)
    assert product.counts == {"hue": 0, "level": 0, "none": 2, "dead": 0}


def test_layers_are_seen_behind_their_activations(lamps):
    with torch.random.fork_rng():
        conv = build_coder("conv:width=2", (3, 32, 32), 3, 1)
        mlp = build_coder("basis_mlp:axes=4:width=5", (3, 32, 32), 3, 1)
    kinds = dict(encoder_layers(LatentNet(replace(lamps.model, coder=conv))))
    assert kinds == {
        "encoder.2": "Conv2d, ReLU",
        "encoder.4": "Conv2d, ReLU",
        "encoder.6": "Conv2d, ReLU",
        "encoder.9": "Linear, ReLU",
        "encoder.10": "Linear",
    }
    kinds = dict(encoder_layers(LatentNet(replace(lamps.model, coder=mlp))))
    assert kinds == {"encoder.2": "Linear, SiLU", "encoder.4": "Linear, SiLU", "encoder.5": "Linear"}


def test_images_in_which_nothing_differs_are_refused(lamps):
    with pytest.raises(ValueError, match="hue has one value in these 3 images"):
        monitor(lamps.model, Split(lamps.images, "hue", (), torch.arange(3)))
    with pytest.raises(ValueError, match="level has one value in these 4 images"):
        monitor(lamps.model, Split(lamps.images, "hue", (), 3 * torch.arange(4)))
    with pytest.raises(ValueError, match="one value in these 0 images"):
        monitor(lamps.model, Split(lamps.images, "hue", (), torch.arange(0)))
