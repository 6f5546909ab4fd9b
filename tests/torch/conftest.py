"""What the tests with torch share: a small task, a short budget, and a guard over torch's global state."""

import pytest
import torch

from lazyartist.data.task import make_task
from lazyartist.training.fit import Budget


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
