"""Bounds: against brute force, against samples, against attacks, and against what can be worked out by hand."""

import math

import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import max_pool2d, relu

from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.pgd import PGD
from lazyartist.certify.crown import Certified, highest_margin, intervals, lower_bound
from lazyartist.certify.trace import trace_layers


def seeded(make, seed, loudness=3.0):
    """Return a network with random weights, batch norm statistics that do something, and confident answers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
                module.weight.data.normal_()
                module.bias.data.normal_()
    last = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
    last.weight.data *= loudness
    return model.eval()


class ByFunctions(nn.Module):
    """Normalisation inside, functions and methods instead of modules."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding="same")
        self.head = nn.Linear(4 * 3 * 3, 3)
        self.register_buffer("mean", torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1))

    def forward(self, x):
        x = (x - self.mean) / 0.5
        x = max_pool2d(relu(self.conv(x)), 2)
        return self.head(x.view(x.size(0), -1))


FAMILY = {
    "pools": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 3, stride=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(5, 3),
    ),
    "averages": lambda: nn.Sequential(
        nn.Conv2d(3, 4, 2, groups=1, dilation=2),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.MaxPool2d(2, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 3),
    ),
    "layers": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(108, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3)
    ),
    "functions": ByFunctions,
}


@pytest.fixture(scope="module", params=sorted(FAMILY))
def read(request):
    model = seeded(FAMILY[request.param], seed=0)
    return model, trace_layers(model, torch.full((1, 3, 6, 6), 0.5))


@pytest.mark.parametrize("between", ["intervals", "lines"])
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), epsilon=st.sampled_from([0.003, 0.03, 0.3]))
def test_no_point_of_a_box_is_outside_its_bounds(read, between, seed, epsilon):
    model, layers = read
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(2, 3, 6, 6, generator=generator)
    low, high = (x - epsilon).clamp(0, 1), (x + epsilon).clamp(0, 1)
    weights = torch.randn(2, 4, 3, generator=generator)
    criterion = TargetedConfidence(torch.randint(0, 3, (2,), generator=generator), [0.5, None][seed % 2])
    with torch.no_grad():
        bounds = intervals(layers, low, high, between)
        least = lower_bound(layers, bounds, weights)
        most = highest_margin(layers, low, high, criterion, between)
        share = torch.rand(60, 2, 3, 6, 6, generator=generator)
        share[::2] = share[::2].round()  # corners
        points = (low + share * (high - low)).flatten(0, 1)
        y = points
        for layer, (below, above) in zip(layers, bounds[1:], strict=True):
            y = layer.apply(y)
            parts = y.view(60, *below.shape)
            assert (parts >= below - 1e-4).all()
            assert (parts <= above + 1e-4).all()
        assert torch.allclose(y, model(points), atol=1e-4)
        logits = y.view(60, 2, 1, 3)
        assert ((weights * logits).sum(3) >= least - 1e-3).all()
        assert all((criterion.margin(z) <= most + 1e-3).all() for z in logits[:, :, 0])


@settings(max_examples=3)
@given(seed=st.integers(0, 10**6))
def test_no_sampled_point_of_a_certified_box_reaches_the_confidence(read, seed):
    model, layers = read
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(16, 3, 6, 6, generator=generator)
    with torch.no_grad():
        criterion = TargetedConfidence(model(x).argsort(1)[:, 1], 0.9)
        proven = Certified("lines")(model, x, criterion, layers=layers)
        assert (proven > 0).any()
        radius = proven.clamp_max(1)[:, None, None, None]
        for i in range(100):
            noise = 2 * torch.rand(x.shape, generator=generator) - 1
            noise = noise.sign() if i % 2 else noise  # corners
            assert not criterion.holds(model((x + radius * noise).clamp(0, 1))).any()


THREE_PIXELS = {
    "convolution": lambda: nn.Sequential(nn.Conv2d(1, 4, (1, 2)), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)),
    "pooling": lambda: nn.Sequential(
        nn.Conv2d(1, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d((1, 2), 1), nn.Flatten(), nn.Linear(8, 3)
    ),
}


@pytest.mark.parametrize("name", sorted(THREE_PIXELS))
@pytest.mark.parametrize("seed", range(3))
def test_the_bracket_contains_the_answer_of_brute_force(name, seed):
    model = seeded(THREE_PIXELS[name], seed, loudness=15.0)
    x = torch.rand(6, 1, 1, 3, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        criterion = TargetedConfidence(model(x).argsort(1)[:, 1], 0.9)
        step = 1 / 50
        axis = torch.linspace(0, 1, 51)
        grid = torch.cartesian_prod(axis, axis, axis)[:, None, None]
        logits = model(grid)
    certified, found = Certified("lines")(model, x, criterion), FMN(steps=200)(model, x, criterion)
    for i in range(len(x)):
        margin = TargetedConfidence(criterion.target[i].expand(len(grid)), 0.9).margin(logits)
        succeeds = grid[margin > 0]
        exact = float((succeeds - x[i]).abs().amax((1, 2, 3)).min()) if len(succeeds) else math.inf
        assert float(certified[i]) <= exact + 1e-6
        assert exact - 1.5 * step <= float(found.distance[i]) <= exact + 1.5 * step or exact == math.inf
        assert certified[i] <= found.distance[i]


def test_bounds_of_a_linear_network_are_exact():
    model = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(27, 2)), 0)
    x = torch.full((4, 3, 3, 3), 0.5)
    with torch.no_grad():
        criterion = TargetedConfidence(1 - model(x).argmax(1), 0.9)
        away = -criterion.margin(model(x))
        slope = (model[1].weight[1] - model[1].weight[0]).abs().sum()
    exact = away / slope
    certified = Certified()(model, x, criterion)
    assert exact.max() < 0.5
    assert (certified <= exact).all()
    assert torch.allclose(certified, exact, rtol=0.01)


def test_what_has_succeeded_or_never_can():
    model = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(27, 2)), 0, loudness=0.0)
    x = torch.full((2, 3, 3, 3), 0.5)
    model[1].bias.data = torch.tensor([0.0, 5.0])
    assert Certified()(model, x, TargetedConfidence(torch.tensor([1, 0]))).tolist() == [0.0, math.inf]


def test_no_attack_crosses_the_bound(taught, task):
    images = task.easy.render(slice(0, 8), task.own_attribute[task.easy.labels[:8]])
    criterion = TargetedConfidence((task.easy.labels[:8] + 1) % 10, labels=task.easy.labels[:8])
    certified = Certified()(taught, images, criterion)
    found = FMN()(taught, images, criterion)
    assert (certified > 0).all()
    assert (certified < found.distance).all()
    assert not PGD(steps=20)(taught, images, criterion, certified).success.any()


def test_layers_that_were_traced_before_give_the_same_bounds(taught, task):
    images, criterion = task.easy.render(slice(0, 2)), TargetedConfidence((task.easy.labels[:2] + 1) % 10)
    layers = trace_layers(taught, images)
    few = Certified(rounds=4)
    assert torch.equal(few(taught, images, criterion, layers=layers), few(taught, images, criterion))


def test_bounds_need_gradients_and_logits(taught, task):
    images, criterion = task.easy.render(slice(0, 2)), TargetedConfidence((task.easy.labels[:2] + 1) % 10)
    with torch.inference_mode(), pytest.raises(ValueError, match="gradients are off"):
        Certified()(taught, images, criterion)
    with pytest.raises(ValueError, match="returns probabilities"):
        Certified()(nn.Sequential(taught, nn.Sigmoid()), images, criterion)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"between": "points"}, "expected one of intervals, lines"),
        ({"lowest": -1}, "Certified: lowest=-1: expected a finite number above 0, below 1"),
        ({"lowest": 2}, "Certified: lowest=2: expected"),
        ({"lowest": math.nan}, "Certified: lowest=nan: expected"),
        ({"rounds": -1}, "Certified: rounds=-1: expected a whole number from 0 on"),
        ({"rounds": 2.5}, "Certified: rounds=2.5: expected a whole number"),
    ],
)
def test_nonsense_is_refused(knobs, message):
    with pytest.raises(ValueError, match=message):
        Certified(**knobs)
