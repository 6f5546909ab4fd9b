import math

import pytest
import torch

from lazyartist.attribution.saliency import Saliency
from lazyartist.latents.latent_net import LatentNet


def turned(lamps, image):
    """The gradient of the angle by finite differences, going round the seam."""
    steps = 1e-3 * torch.eye(4).view(4, 1, 2, 2)
    ends = [lamps.model.encode(image + side * steps).mean[:, 0] for side in (1, -1)]
    difference = ends[0] - ends[1]
    return (torch.atan2(difference.sin(), difference.cos()) / 2e-3).view(1, 2, 2)


@pytest.mark.parametrize("angle", [0.3, 2.0, math.pi, -math.pi / 2])
def test_the_gradient_is_that_of_the_angle_and_has_no_seam(lamps, angle):
    image = lamps.model.decode(torch.tensor([[angle, 0.5, 0.0]])).requires_grad_()
    out = LatentNet(lamps.model)(image)
    assert float(out[0, 0].detach()) == 0
    assert float(out[0, 1].detach()) == pytest.approx(0.5, abs=1e-5)
    (gradient,) = torch.autograd.grad(out[0, 0], image)
    expected = turned(lamps, image.detach())
    assert float(expected.abs().max()) > 1
    torch.testing.assert_close(gradient[0], expected, atol=2e-2, rtol=0)


def test_a_pair_without_direction_has_no_gradient_instead_of_a_broken_one(lamps):
    image = torch.full((1, 1, 2, 2), 0.5, requires_grad=True)
    out = LatentNet(lamps.model)(image)
    (gradient,) = torch.autograd.grad(out[0, 0], image)
    assert bool((gradient == 0).all())


def test_maps_of_pixels_take_a_latent_for_a_class(lamps):
    """The line reads the top right pixel alone, a quarter of a unit per tenth."""
    maps = Saliency()(LatentNet(lamps.model), lamps.every, 1)
    expected = torch.tensor([[0, 2.5], [0, 0]]).expand(12, 2, 2)
    torch.testing.assert_close(maps, expected)
