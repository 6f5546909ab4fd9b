from dataclasses import replace

import pytest
import torch

from torch import nn

from lazyartist.latents.coder import Coder
from lazyartist.latents.latent_maps import change_maps, layer_maps, read_maps, unit_attribution


@pytest.fixture
def reads_left(lamps):
    """A convolution that doubles 4×4 images, and one line that is the mean of the left half."""
    with torch.random.fork_rng():
        encoder = nn.Sequential(nn.Unflatten(1, (1, 4, 4)), nn.Conv2d(1, 2, 1), nn.Flatten(), nn.Linear(32, 2))
        decoder = nn.Linear(1, 16)
    with torch.no_grad():
        encoder[1].weight.copy_(torch.tensor([2.0, -1.0]).view(2, 1, 1, 1))
        encoder[1].bias.zero_()
        encoder[3].weight.zero_()
        encoder[3].weight[0].view(2, 4, 4)[0, :, :2] = 1 / 8
        encoder[3].bias.zero_()
    coder = Coder((1, 4, 4), encoder, decoder, 16).eval().requires_grad_(False)
    used = torch.ones(1, dtype=torch.bool)
    return replace(lamps.model, coder=coder, circles=0, open=used, active=used)


def noise(n, *shape):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(0))


def test_a_latent_is_read_from_its_own_pixels(lamps):
    """Pixels of these images vary independently, so that nothing else goes along with them."""
    maps = read_maps(lamps.model, lamps.every, 1, lamps.every)
    level = lamps.every[:, 0, 0, 1].std()
    torch.testing.assert_close(maps, torch.tensor([[0, 1], [0, 0]]).expand(12, 2, 2) * level)
    maps = read_maps(lamps.model, lamps.every, 0, lamps.every)
    assert float(maps[:, :, 1].max()) < 1e-6
    assert float(maps[:, :, 0].min()) > 0.1


def test_pixels_that_go_along_are_read_too(lamps):
    """The bottom right pixel is a fainter copy of the level: no weight, half of the map."""
    among = lamps.every.clone()
    among[:, 0, 1, 1] = 0.5 * among[:, 0, 0, 1]
    maps = read_maps(lamps.model, among, 1, among)
    torch.testing.assert_close(maps[:, 1, 1], 0.5 * maps[:, 0, 1])
    assert float(maps[:, 0, 1].min()) > 0.1


def test_a_map_does_not_depend_on_the_unit_of_the_latent(lamps):
    before = read_maps(lamps.model, lamps.every, 1, lamps.every)
    with torch.no_grad():
        lamps.model.coder.encoder[0].weight[1] *= 1000
    torch.testing.assert_close(read_maps(lamps.model, lamps.every, 1, lamps.every), before)


def test_three_channels_are_summed(lamps):
    with torch.random.fork_rng():
        model = lamps.with_channels(3)
    images = lamps.every.repeat(1, 3, 1, 1)
    one, three = read_maps(lamps.model, lamps.every, 0, lamps.every), read_maps(model, images, 0, images)
    torch.testing.assert_close(three, 3 * one)
    z = model.encode(images).mean
    torch.testing.assert_close(z, lamps.model.encode(lamps.every).mean, atol=1e-5, rtol=0)
    torch.testing.assert_close(change_maps(model, z).maps, change_maps(lamps.model, z).maps)


def test_grad_cam_takes_a_latent_for_a_class(reads_left):
    """The first channel's mean gradient is 1/16, its activation twice the pixels; the second counts nothing."""
    images = noise(3, 1, 4, 4)
    torch.testing.assert_close(layer_maps(reads_left, images, 0, "encoder.1"), images[:, 0] / 8)
    with pytest.raises(ValueError, match="expected maps"):
        layer_maps(reads_left, images, 0, "encoder.3")
    with pytest.raises(KeyError, match=r"no layer called 'encoder\.7'"):
        layer_maps(reads_left, images, 0, "encoder.7")


def test_units_count_by_activation_times_gradient(lamps, reads_left):
    images = noise(3, 1, 4, 4)
    counts = unit_attribution(reads_left, images, "encoder.1")
    expected = images[:, 0, :, :2].mean((1, 2)).mul(2).mean()
    torch.testing.assert_close(counts, torch.tensor([[float(expected), 0]]))
    # an angle in the middle of a quadrant is turned by cosine and sine alike
    counts = unit_attribution(lamps.model, lamps.every, "encoder.0")
    torch.testing.assert_close(counts[0], torch.tensor([0.5, 0, 0, 0.5, 0, 0]), atol=1e-5, rtol=0)
    torch.testing.assert_close(counts[1], torch.tensor([0, 2 / 3, 0, 0, 0, 0]), atol=1e-5, rtol=0)
    assert bool(counts[2].isnan().all())
    with pytest.raises(KeyError, match=r"no layer called 'encoder\.9'"):
        unit_attribution(reads_left, images, "encoder.9")


def test_the_decoder_puts_each_latent_where_it_belongs(lamps):
    z = torch.tensor([[0.0, 1.0, 0.0], [1.0, -1.0, 0.0]])
    seen = change_maps(lamps.model, z, steps=4)
    assert seen.latents == (0, 1)
    hue, level = seen.maps
    assert hue[:, 1].tolist() == [0, 0]
    assert level.flatten().tolist() == pytest.approx([0, float(level[0, 1]), 0, 0], abs=1e-6)
    # at ±1 the pixel is .9 or .1; the stops -2, -2/3, 2/3 and 2 decode to 0, .233, .767 and 1
    assert float(level[0, 1]) == pytest.approx((0.9 + 0.6667 + 0.1333 + 0.1) / 4, abs=1e-3)


def test_what_has_no_map_is_refused(lamps):
    with pytest.raises(ValueError, match=r"latent=2: expected one that is in use, of 0, 1"):
        read_maps(lamps.model, lamps.every, 2, lamps.every)
    with pytest.raises(ValueError, match="latent=2"):
        layer_maps(lamps.model, lamps.every, 2, "encoder.0")
    with pytest.raises(ValueError, match="two images or more"):
        read_maps(lamps.model, lamps.every, 0, lamps.every[:1])
    with pytest.raises(ValueError, match=r"among: expected \(M, \*\(1, 2, 2\)\)"):
        read_maps(lamps.model, lamps.every, 0, noise(5, 3, 2, 2))
    with pytest.raises(ValueError, match="none of the 3 latents"):
        change_maps(lamps.dead, torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"expected \(N, 3\)"):
        change_maps(lamps.model, torch.zeros(1, 4))
    with pytest.raises(ValueError, match=r"values in \[0, 1\]"):
        unit_attribution(lamps.model, 2 + lamps.every, "encoder.0")
