"""Task 4: the cures cure, beside matched ERM and oracle on the same seeds."""

import pytest

from lazyartist.criteria import CURE
from lazyartist.reporting.stats import estimate, paired_difference
from lazyartist.reporting.table import by, values


SEEDS = range(3)
CURES = ("focal", "colour_consistency")


@pytest.fixture(scope="module")
def rows(measure):
    return measure("cures", datasets=["mnist"], seeds=SEEDS)


@pytest.fixture(scope="module")
def cures(rows):
    return {name: values(found) for (name,), found in by(rows, "strategy").items()}


@pytest.mark.parametrize("strategy", CURES)
@pytest.mark.parametrize("criterion", CURE, ids=str)
def test_cured(cures, strategy, criterion):
    found = estimate(cures[strategy][criterion.metric].values())
    assert found.n == len(SEEDS)
    assert criterion.holds_for(found), found


def test_consistency_beats_matched_erm_and_stays_below_the_oracle(cures):
    for metric in ("hard_rotated_accuracy", "hard_other_accuracy"):
        cure, erm, oracle = (cures[name][metric] for name in ("colour_consistency", "erm", "oracle"))
        assert paired_difference(cure, erm).low > 0
        assert estimate(cure.values()).mean < estimate(oracle.values()).mean + 0.01


def test_cures_did_not_change_the_dataset(rows):
    prints = {(row.seed, row.data) for row in rows if row.strategy != "oracle"}
    assert len(prints) == len(SEEDS)
