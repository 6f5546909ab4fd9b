import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lazyartist.data.palettes import HUES
from lazyartist.probes.top_images import percentile, top_images
from lazyartist.probes.hue import hues
from lazyartist.visualise import (
    Canvas,
    Channel,
    Direction,
    Logit,
    Neuron,
    Position,
    Visualise,
    Wobble,
    colour_directions,
)
from lazyartist.activations import activations


SHORT = Visualise(steps=8)
STILL = Wobble(jitter=0, turn=0, scale=0)


class ReadsColour(nn.Module):
    """Answers with the palette colour that is nearest in hue: it likes a colour most when it is just that one."""

    def __init__(self):
        super().__init__()
        self.register_buffer("directions", nn.functional.normalize(HUES.tensor()))

    def forward(self, x):
        return nn.functional.normalize(x.mean((2, 3))) @ self.directions.T


@pytest.fixture(scope="module")
def model(nets):
    return nets.settled()


@pytest.fixture(scope="module")
def colours(task):
    return colour_directions(task.train.render(slice(0, 300)))


@pytest.mark.parametrize("start", ["pixels", "fourier"])
def test_a_canvas_goes_both_ways(nets, colours, start):
    canvas, images = Canvas(28, start, colours), nets.batch(3)
    torch.testing.assert_close(canvas.image(canvas.parameters(images)), images, rtol=1e-4, atol=1e-5)
    one = canvas.noise(0.05, torch.Generator().manual_seed(0))
    assert canvas.image(one).shape == (1, 3, 28, 28)
    assert canvas.image(0 * one).unique().tolist() == pytest.approx([0.5])


def test_in_its_own_directions_the_training_sets_colours_are_uncorrelated(task, colours):
    images = task.train.render(slice(0, 300))
    plain = torch.linalg.inv(colours) @ images.transpose(0, 1).flatten(1)
    covariance = torch.cov(plain)
    torch.testing.assert_close(covariance / covariance[0, 0], torch.eye(3), rtol=0, atol=1e-3)
    with pytest.raises(ValueError, match="do not vary in all three directions"):
        colour_directions(images[:, :1].expand(-1, 3, -1, -1))


def test_to_wobble_by_nothing_changes_nothing(nets):
    x, generator = nets.batch(2), torch.Generator().manual_seed(0)
    torch.testing.assert_close(STILL(x, generator), x, rtol=0, atol=1e-4)
    moved = Wobble()(x, generator)
    assert not torch.allclose(moved, x, atol=0.01)
    assert 0 <= float(moved.min()) <= float(moved.max()) <= 1


def test_objectives_are_what_they_say():
    maps = torch.arange(2 * 3 * 5 * 5).view(2, 3, 5, 5).float()
    out = {"a": maps, None: torch.tensor([[1.0, 2, 3], [4, 5, 6]])}
    units = torch.tensor([2, 0])
    assert Channel("a", units)(out).tolist() == [maps[0, 2].mean(), maps[1, 0].mean()]
    assert Neuron("a", units)(out).tolist() == [maps[0, 2, 2, 2], maps[1, 0, 2, 2]]
    assert Neuron("a", units, (0, 4))(out).tolist() == [maps[0, 2, 0, 4], maps[1, 0, 0, 4]]
    places = torch.tensor([[0, 1], [4, 4]])
    expected = [maps[0, :, 0, 1].square().mean(), maps[1, :, 4, 4].square().mean()]
    assert Position("a", places)(out).tolist() == expected
    along = torch.tensor([[0.0, 3, 0], [2, 0, 0]])
    assert Direction("a", along)(out).tolist() == [maps[0, 1].mean(), maps[1, 0].mean()]
    assert Logit(units)(out).tolist() == [3, 4]
    both = 2 * Logit(units) + Channel("a", units) * 0.5
    assert both(out).tolist() == [6 + maps[0, 2].mean() / 2, 8 + maps[1, 0].mean() / 2]
    assert set(both.layers) == {None, "a"}
    with pytest.raises(ValueError, match="cannot be added"):
        Logit(units) + Logit(units[:1])
    with pytest.raises(ValueError, match="there are 3 units"):
        Logit(torch.tensor([3, 0]))(out)


@pytest.mark.parametrize("start", ["pixels", "fourier"])
def test_pictures_excite_and_do_not_depend_on_their_neighbours(nets, colours, start):
    model, colours = nets.settled().double(), colours.double()  # Adam makes much of rounding
    look, units = Visualise(steps=12, start=start), torch.arange(8)
    before = nets.trace(model)
    seen = look(model, Channel("conv2", units), colours)
    assert nets.trace(model) == before
    assert seen.images.shape == (8, 3, 28, 28)
    assert 0 <= float(seen.images.min()) <= float(seen.images.max()) <= 1
    unchanged = Visualise(steps=0, start=start)(model, Channel("conv2", units), colours)
    assert (seen.reached >= unchanged.reached).all()
    assert (seen.reached > unchanged.reached).float().mean() > 0.7
    alone = look(model, Channel("conv2", units[3:4]), colours)
    torch.testing.assert_close(alone.images, seen.images[3:4], rtol=0, atol=1e-6)


def test_regularisers_do_what_they_are_for(model):
    units, rough = torch.arange(4), lambda seen: float(seen.images.diff(dim=3).square().mean())
    plain = Visualise(steps=12, start="pixels", blur_every=0)
    free = plain(model, Channel("conv1", units))
    for knob in ({"blur_every": 2}, {"total_variation": 100.0}):
        seen = Visualise(steps=12, start="pixels", **{"blur_every": 0, **knob})(model, Channel("conv1", units))
        assert rough(seen) < rough(free)
    held = Visualise(steps=12, start="pixels", blur_every=0, l2=100.0)(model, Channel("conv1", units))
    assert (held.images - 0.5).square().mean() < (free.images - 0.5).square().mean()


def test_a_failed_picture_leaves_nothing_behind(nets, model):
    before = nets.trace(model)
    with pytest.raises(ValueError, match="there are 8 units"):
        SHORT(model, Channel("conv2", torch.tensor([8])))
    with pytest.raises(KeyError, match="Did you mean conv2"):
        SHORT(model, Channel("conv22", torch.tensor([1])))
    assert nets.trace(model) == before


def test_what_reads_colour_sees_its_palette(colours):
    pictures = Visualise(steps=60, step_size=0.02)(ReadsColour(), Logit(torch.arange(10)), colours).images
    found = hues(pictures, HUES)
    assert found.own == 10
    assert found.chance == pytest.approx(1e-10)


@settings(max_examples=10)
@given(st.permutations(range(10)))
def test_hues_are_compared_with_the_palette(order):
    found = hues(HUES.tensor()[torch.tensor(order), :, None, None], HUES)
    assert found.nearest.tolist() == list(order)
    assert found.own == sum(i == j for i, j in enumerate(order))
    assert found.chance <= 1 + 1e-9
    assert found.strength.tolist() == pytest.approx([1] * 10, abs=0.15)
    assert (found.chance > 0.05) == (found.own < 4)


def test_real_images_stand_beside(task, model):
    data = task.easy.subset(slice(0, 100))
    found = activations(model, "conv2", data)
    with torch.no_grad():
        expected = model.conv2(model.shrink(model.conv1(data.render(slice(0, 100))))).mean((2, 3))
    torch.testing.assert_close(found, expected)
    assert torch.equal(activations(model, model.conv2, data), found)
    top = top_images(found)
    assert top.shape == (8, 9)
    assert torch.equal(found.gather(0, top.T)[0], found.amax(0))
    assert percentile(found.amax(0), found).tolist() == [100] * 8
    assert percentile(found.amin(0) - 1, found).tolist() == [0] * 8
    with pytest.raises(ValueError, match="1 to 100"):
        top_images(found, 101)
