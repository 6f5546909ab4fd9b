"""Bounds: against brute force, against samples, against attacks, and against what can be worked out by hand."""

import math

import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import max_pool2d, relu

from lazyartist.certify.crown import Certified, highest_margin, intervals, lower_bound
from lazyartist.certify.trace import NoBoundsError, trace_layers
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.training.fit import build


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
    goal = TargetedConfidence(torch.randint(0, 3, (2,), generator=generator), [0.5, None][seed % 2])
    with torch.no_grad():
        bounds = intervals(layers, low, high, between)
        least = lower_bound(layers, bounds, weights)
        most = highest_margin(layers, low, high, goal, between)
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
        assert all((goal.margin(z) <= most + 1e-3).all() for z in logits[:, :, 0])


@settings(max_examples=3)
@given(seed=st.integers(0, 10**6))
def test_no_sampled_point_of_a_certified_box_reaches_the_confidence(read, seed):
    model, _ = read
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(16, 3, 6, 6, generator=generator)
    with torch.no_grad():
        goal = TargetedConfidence(model(x).argsort(1)[:, 1], 0.9)
        proven = Certified("lines")(model, x, goal)
        assert (proven > 0).any()
        radius = proven.clamp_max(1)[:, None, None, None]
        for i in range(100):
            noise = 2 * torch.rand(x.shape, generator=generator) - 1
            noise = noise.sign() if i % 2 else noise  # corners
            assert not goal.holds(model((x + radius * noise).clamp(0, 1))).any()


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
        goal = TargetedConfidence(model(x).argsort(1)[:, 1], 0.9)
        step = 1 / 50
        axis = torch.linspace(0, 1, 51)
        grid = torch.cartesian_prod(axis, axis, axis)[:, None, None]
        logits = model(grid)
    certified, found = Certified("lines")(model, x, goal), FMN(steps=200)(model, x, goal)
    for i in range(len(x)):
        margin = TargetedConfidence(goal.target[i].expand(len(grid)), 0.9).margin(logits)
        succeeds = grid[margin > 0]
        exact = float((succeeds - x[i]).abs().amax((1, 2, 3)).min()) if len(succeeds) else math.inf
        assert float(certified[i]) <= exact + 1e-6
        assert exact - 1.5 * step <= float(found.distance[i]) <= exact + 1.5 * step or exact == math.inf
        assert certified[i] <= found.distance[i]


def test_bounds_of_a_linear_network_are_exact():
    model = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(27, 2)), 0)
    x = torch.full((4, 3, 3, 3), 0.5)
    with torch.no_grad():
        goal = TargetedConfidence(1 - model(x).argmax(1), 0.9)
        away = -goal.margin(model(x))
        slope = (model[1].weight[1] - model[1].weight[0]).abs().sum()
    exact = away / slope
    certified = Certified()(model, x, goal)
    assert exact.max() < 0.5
    assert (certified <= exact).all()
    assert torch.allclose(certified, exact, rtol=0.01)


def test_what_has_succeeded_or_never_can():
    model = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(27, 2)), 0, loudness=0.0)
    x = torch.full((2, 3, 3, 3), 0.5)
    model[1].bias.data = torch.tensor([0.0, 5.0])
    assert Certified()(model, x, TargetedConfidence(torch.tensor([1, 0]))).tolist() == [0.0, math.inf]


def test_no_attack_crosses_the_bound(taught, task):
    images = task.easy.render(slice(0, 8), task.easy.labels[:8])
    goal = TargetedConfidence((task.easy.labels[:8] + 1) % 10, labels=task.easy.labels[:8])
    certified = Certified()(taught, images, goal)
    found = FMN()(taught, images, goal)
    assert (certified > 0).all()
    assert (certified < found.distance).all()
    assert not PGD(steps=20)(taught, images, goal, certified).success.any()


def test_bounds_are_intervals_or_lines():
    with pytest.raises(ValueError, match="expected one of intervals, lines"):
        Certified("points")


@pytest.mark.parametrize("name", ["simple_cnn:width=4", "deeper_cnn:width=4", "mlp:width=10"])
def test_our_networks_are_chains(name):
    model = build(name, 10, seed=0).train()
    layers = trace_layers(model, torch.rand(1, 3, 28, 28, generator=torch.Generator()))
    assert len(layers) > 5
    assert all(module.training for module in model.modules())


class Skips(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        return (x + self.conv(x).relu()).mean((2, 3))


class AddsItself(nn.Module):
    def forward(self, x):
        return (x.relu() + x).mean((2, 3))


class AddsTwice(nn.Module):
    def forward(self, x):
        return torch.add(x, 0.5, alpha=2).mean((2, 3))


class MixesImages(nn.Module):
    def forward(self, x):
        return x.mean((0, 2, 3)).expand(len(x), 3)


class AsksItsInput(nn.Module):
    def forward(self, x):
        return (x if x.mean() > 0.5 else 1 - x).mean((2, 3))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (AsksItsInput(), "AsksItsInput cannot be read layer by layer: "),
        (nn.Sequential(nn.Sigmoid(), nn.Flatten()), r"aten.sigmoid.default: expected a chain of adaptive_avg_pool2d"),
        (nn.Sequential(nn.MaxPool2d(2, padding=1), nn.Flatten()), "max pooling with padding"),
        (Skips(), "branches: aten.add.Tensor"),
        (AddsItself(), "branches: aten.add.Tensor"),
        (AddsTwice(), "aten.add.Tensor{'alpha': 2}: expected a chain"),
        (MixesImages(), "aten.expand"),
    ],
)
def test_what_has_no_bounds_is_named(model, message):
    with pytest.raises(NoBoundsError, match=message):
        Certified()(model, torch.rand(2, 3, 6, 6, generator=torch.Generator()), TargetedConfidence(torch.tensor([1, 2])))
