"""Task 1: the model is lazy, on every seed, both datasets, both hard splits."""

import pytest

from lazyartist.criteria import LAZY, LAZY_FOLLOWS
from lazyartist.reporting.stats import estimate, paired_difference
from lazyartist.reporting.table import values


SEEDS = range(10)


@pytest.fixture(scope="module")
def lazy(measure):
    rows = measure("lazy", seeds=SEEDS)
    return {name: values(row for row in rows if row.at["dataset"] == name) for name in ("mnist", "fashion")}


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
@pytest.mark.parametrize("criterion", LAZY, ids=str)
def test_lazy_on_every_seed(lazy, dataset, criterion):
    by_seed = lazy[dataset][criterion.metric]
    assert sorted(by_seed) == list(SEEDS)
    assert all(criterion.holds(value) for value in by_seed.values()), by_seed


def test_answer_follows_the_colour(lazy):
    share = estimate(lazy["mnist"][LAZY_FOLLOWS.metric].values())
    assert LAZY_FOLLOWS.holds_for(share), share


def test_answer_follows_the_colour_rather_than_the_shape_of_clothes_too(lazy):
    v = lazy["fashion"]
    assert paired_difference(v["follows_bias"], v["keeps_class"]).low > 0.5
