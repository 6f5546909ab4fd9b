"""What the tests with torch share: a small task, a short budget, and a guard over torch's global state."""

import contextlib
import importlib
import os

from types import SimpleNamespace

import pytest
import torch

from torch import nn

from lazyartist.data.make import make_task
from lazyartist.device import CPU, current, on_device, repeatable
from lazyartist.networks import build
from lazyartist.strategies.erm import Erm
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit

from .emulated_device import emulated_device, tests_may_look


# All tests run on the device of LAZYARTIST_DEVICE; with LAZYARTIST_EMULATE=1 on one that is emulated, to find what an
# accelerator would refuse. It is entered before tests are imported, since some make tensors then.
EMULATED = os.environ.get("LAZYARTIST_EMULATE") == "1"
DEVICE = contextlib.ExitStack()
DEVICE.enter_context(emulated_device() if EMULATED else on_device())
if current() != CPU:
    DEVICE.enter_context(tests_may_look())
    DEVICE.enter_context(repeatable())
    torch.backends.cudnn.allow_tf32 = False  # its ten bits of 23 do for training, and not for a test


def pytest_unconfigure():
    DEVICE.close()


@pytest.fixture
def processor():
    """Skip where tests run on an accelerator; the test says why it is about the processor alone."""

    def only(reason):
        if current() != CPU:
            pytest.skip(f"on the processor only: {reason}")

    return only


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """What is small is faster on one thread, above all beside other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def task():
    return make_task("digits")


@pytest.fixture(scope="session")
def taught(task):
    """A small network that knows the digits: what attacks and bounds are tried on."""
    return fit(Erm(), task, "simple_cnn:width=8", budget=Budget(epochs=4, batch_size=32, learning_rate=4e-3)).model


@pytest.fixture
def short():
    return Budget(epochs=0.5, batch_size=64)


@pytest.fixture(autouse=True)
def global_state_is_left_alone():
    """Fail any test after which torch's global state is another."""

    def state():
        return (
            torch.get_num_threads(),
            torch.get_default_dtype(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_grad_enabled(),
            torch.random.initial_seed(),
            hash(torch.get_rng_state().numpy().tobytes()),
        )

    before = state()
    yield
    assert state() == before


def settled(spec="simple_cnn:width=4"):
    """A network with random weights whose batch norms have statistics of their own, as after a training."""
    model = build(spec, 10, seed=0).eval()
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(0.05 * torch.randn(module.num_features, generator=generator))
            module.running_var.copy_(0.05 + 0.1 * torch.rand(module.num_features, generator=generator))
    return model


def batch(n, seed=0):
    return torch.rand(n, 3, 28, 28, generator=torch.Generator().manual_seed(seed))


class Plain(nn.Module):
    """Two convolutions, each followed by a ReLU that may write into what it is given."""

    def __init__(self, inplace):
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        with torch.random.fork_rng():
            self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
            self.conv2 = nn.Conv2d(6, 8, 3, padding=1)
            self.head = nn.Linear(8, 10)
        self.relu = nn.ReLU(inplace=inplace)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(nn.functional.max_pool2d(x, 2)))
        return self.head(x.mean((2, 3)))


class Linear(nn.Module):
    """Logits that are linear in the pixels, with the weights (K, C, H, W) and biases (K,) given, or random ones."""

    def __init__(self, classes=3, weight=None, bias=0.0):
        super().__init__()
        if weight is None:
            weight = torch.randn(classes, 3, 28, 28, generator=torch.Generator().manual_seed(2))
        self.weight, self.bias = nn.Parameter(weight), bias

    def forward(self, x):
        return torch.einsum("bchw,kchw->bk", x, self.weight) + self.bias


class Views(nn.Module):
    """The classic LeNet end: `.view` on what a convolution returned, which refuses channels-last images."""

    def __init__(self, classes=10, pixels=28):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 5)
        self.numbers = 4 * (pixels - 4) ** 2
        self.head = nn.Linear(self.numbers, classes)

    def forward(self, x):
        return self.head(self.conv(x).relu().view(-1, self.numbers))


def seeded(make, seed=0):
    """What `make` returns, with weights that depend on `seed` alone; torch's global state is left alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()


def trace(model):
    """Everything about a network that a probe must not change."""
    return (
        [module.training for module in model.modules()],
        [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()],
        [(parameter.requires_grad, parameter.grad is None) for parameter in model.parameters()],
        [tensor.sum().item() for tensor in model.state_dict().values()],
    )


@pytest.fixture(scope="session")
def nets():
    """Networks and images for the tests of probes, and a look at what a probe must not change."""
    return SimpleNamespace(
        settled=settled, batch=batch, trace=trace, seeded=seeded, Plain=Plain, Linear=Linear, Views=Views
    )


@pytest.fixture(scope="session")
def judge(missing):
    """Import another library that judges or runs ours; without it a test is skipped, and fails where CI=true."""

    def find(name, extra="peers"):
        try:
            return importlib.import_module(name)
        except ImportError as error:
            missing(f'{name} is not installed: pip install -e ".[{extra}]" ({error})')

    return find
