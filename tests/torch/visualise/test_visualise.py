import pytest
import torch

from torch import nn

from lazyartist.data.palettes import HUES
from lazyartist.probes.hue import measure_hues
from lazyartist.visualise import Channel, Logit, Neuron, Visualise


SHORT = Visualise(steps=8)


class ReadsColour(nn.Module):
    """Answers with the palette colour that is nearest in hue: a colour activates it most when it is just that one."""

    def __init__(self):
        super().__init__()
        self.register_buffer("directions", nn.functional.normalize(HUES.tensor()))

    def forward(self, x):
        return nn.functional.normalize(x.mean((2, 3))) @ self.directions.T


@pytest.fixture(scope="module")
def model(nets):
    return nets.settled()


@pytest.mark.parametrize("basis", ["pixels", "fourier"])
def test_pictures_activate_and_do_not_depend_on_their_neighbours(nets, colours, basis):
    model, colours = nets.settled().double(), colours.double()  # Adam makes much of rounding
    method, units = Visualise(steps=12, basis=basis), torch.arange(8)
    before = nets.trace(model)
    picture = method(model, Channel("conv2", units), colours)
    assert nets.trace(model) == before
    assert picture.images.shape == (8, 3, 28, 28)
    assert 0 <= float(picture.images.min()) <= float(picture.images.max()) <= 1
    before_any_step = Visualise(steps=0, basis=basis)(model, Channel("conv2", units), colours)
    assert (picture.activation >= before_any_step.activation).all()
    assert (picture.activation > before_any_step.activation).float().mean() > 0.7
    alone = method(model, Channel("conv2", units[3:4]), colours)
    torch.testing.assert_close(alone.images, picture.images[3:4], rtol=0, atol=1e-6)


def test_regularisers_do_what_they_are_for(model):
    units, rough = torch.arange(4), lambda picture: float(picture.images.diff(dim=3).square().mean())
    plain = Visualise(steps=12, basis="pixels", blur_every=0)
    free = plain(model, Channel("conv1", units))
    for knob in ({"blur_every": 2}, {"total_variation": 100.0}):
        picture = Visualise(steps=12, basis="pixels", **{"blur_every": 0, **knob})(model, Channel("conv1", units))
        assert rough(picture) < rough(free)
    held = Visualise(steps=12, basis="pixels", blur_every=0, l2=100.0)(model, Channel("conv1", units))
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
    found = measure_hues(pictures, HUES)
    assert found.own == 10
    assert found.chance == pytest.approx(1e-10)


@pytest.mark.parametrize("size", [(20, 36), (36, 20), (28, 28), 28])
def test_pictures_may_be_of_any_size(model, size):
    picture = Visualise(steps=3, size=size)(model, Channel("conv2", torch.arange(2)))
    assert picture.images.shape == (2, 3, *((size, size) if isinstance(size, int) else size))
    if size == (28, 28):
        assert torch.equal(picture.images, Visualise(steps=3)(model, Channel("conv2", torch.arange(2))).images)


@pytest.mark.parametrize("size", [0, (28, 0), (28,), (28, 28, 3)])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(ValueError, match="expected pixels, one number or"):
        Visualise(size=size)


def test_a_network_that_flattens_with_view_has_pictures(nets):
    picture = SHORT(nets.seeded(nets.Views), Logit(torch.arange(3)))
    assert picture.images.shape == (3, 3, 28, 28)
    assert picture.images.isfinite().all()


class Forgets(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        with torch.no_grad():
            return self.model(x)


def test_where_gradients_are_off_it_says_so(model):
    units = Logit(torch.arange(2))
    with torch.inference_mode(), pytest.raises(ValueError, match=r"gradients are off inside torch\.inference_mode"):
        SHORT(model, units)
    with pytest.raises(ValueError, match="the objective has no gradient with respect to the picture"):
        SHORT(Forgets(model), units)
    with torch.no_grad():
        assert torch.equal(SHORT(model, units).images, SHORT(model, units).images)


def test_a_damaged_model_and_one_that_returns_no_logits_are_refused(nets):
    model = nets.settled()
    nn.init.constant_(model.head.weight, float("nan"))
    with pytest.raises(ValueError, match="logits that are not finite"):
        SHORT(model, Channel("conv2", torch.arange(2)))

    class Pair(ReadsColour):
        def forward(self, x):
            return super().forward(x), x

    with pytest.raises(ValueError, match="returns a tuple: wrap it"):
        SHORT(Pair(), Logit(torch.arange(2)))


def test_a_layer_that_runs_twice_is_refused(nets):
    with pytest.raises(ValueError, match="'relu' ran 2 times"):
        SHORT(nets.Plain(inplace=False), Neuron("relu", torch.arange(2)))
