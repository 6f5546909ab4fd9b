"""What the tests of devices share: digits, and a network that knows them."""

import pytest

from lazyartist.data.make import make_task
from lazyartist.strategies.erm import Erm
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


@pytest.fixture(autouse=True)
def on_the_processor(processor):
    processor("the emulated device is compared with it, bit for bit")


@pytest.fixture(scope="module")
def digits():
    return make_task("digits")


@pytest.fixture(scope="module")
def knows(digits):
    return fit(Erm(), digits, "simple_cnn:width=8", budget=Budget(epochs=2, batch_size=32)).model
