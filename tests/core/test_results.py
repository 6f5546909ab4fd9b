"""What the committed rows in `results/` say, and that docstrings say the same."""

from pathlib import Path

import pytest

from lazyartist.criteria import BEST_BY_LABELS_ALONE, BEST_BY_RECOLOURING, BEST_EASY, CURE, OF_THE_ORACLE
from lazyartist.studies.cures.tables import knows
from lazyartist.studies.cures.docstrings import measured
from lazyartist.reporting.row import read_rows
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by, hard_accuracy, values
from lazyartist.strategies import STRATEGIES


ROOT = Path(__file__).parents[2]
ROWS = read_rows(ROOT / "results" / "records" / "cures.jsonl")
STANDARD = [row for row in ROWS if row.model == "simple_cnn" and row.budget.startswith("2 epochs")]
COMPARED = set(STRATEGIES) - {"lazy", "grayscale_erm"}  # which are no cures
BEST = [row for row in ROWS if row.model == "deeper_cnn"]


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_what_is_compared_has_five_seeds(dataset):
    found = by((row for row in STANDARD if row.dataset == dataset), "strategy")
    assert {name for (name,) in found} == COMPARED
    assert all({row.seed for row in rows} == set(range(5)) for rows in found.values())


def test_at_least_fifteen_strategies_clear_the_criterion_with_their_interval():
    rows = [row for row in STANDARD if row.dataset == "mnist"]
    found = {name: values(mine) for (name,), mine in by(rows, "strategy").items()}
    cured = [
        name
        for name, v in found.items()
        if name not in {"erm", "oracle"} and all(c.holds_for(estimate(v[c.metric].values())) for c in CURE)
    ]
    assert len(cured) >= 15, cured
    assert not any(c.holds_for(estimate(found["erm"][c.metric].values())) for c in CURE)


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_the_best_reach_the_bars(dataset):
    rows = [row for row in BEST if row.dataset == dataset]
    found = {name: values(mine) for (name,), mine in by(rows, "strategy").items()}
    uses = {row.strategy: row.uses for row in rows}
    hard = {name: estimate(hard_accuracy(v).values()) for name, v in found.items()}
    assert all(e.n == 5 for e in hard.values())

    def best(knowledge):
        return max((name for name in hard if knows(uses[name]) == knowledge), key=lambda name: hard[name].mean)

    alone, recolouring = best("images and labels"), best("what colour is")
    assert BEST_BY_LABELS_ALONE[dataset].holds(hard[alone].mean), hard[alone]
    assert BEST_BY_RECOLOURING[dataset].holds(hard[recolouring].mean), hard[recolouring]
    assert hard[recolouring].mean >= hard["oracle"].mean - OF_THE_ORACLE
    if dataset == "mnist":
        for name in (alone, recolouring):
            assert BEST_EASY.holds(min(found[name]["easy_accuracy"].values()))


@pytest.mark.parametrize("strategy", sorted({row.strategy for row in STANDARD} - {"erm", "oracle"}))
def test_docstrings_say_what_was_measured(strategy):
    path = ROOT / "lazyartist" / "strategies" / f"{strategy}.py"
    assert measured(strategy, ROWS) in " ".join(path.read_text(encoding="utf-8").split())
