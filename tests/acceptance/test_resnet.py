"""Task 1 on ResNet-18: slower, so it has a marker of its own."""

import pytest

from lazyartist.criteria import LAZY
from lazyartist.reporting.table import values


SEEDS = range(1)


@pytest.fixture(scope="module")
def lazy(measure):
    # a deep network learns shape in the same steps unless they are small
    small = {"learning_rate": 1e-5, "batch_size": 64}
    return values(measure("lazy", datasets=["mnist"], networks=["resnet18"], seeds=SEEDS, budget=small))


@pytest.mark.slow
@pytest.mark.parametrize("criterion", LAZY, ids=str)
def test_lazy_on_every_seed(lazy, criterion):
    by_seed = lazy[criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed
