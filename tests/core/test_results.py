"""What the committed rows in `results/` say, and that docstrings say the same."""

from pathlib import Path

import pytest

from lazyartist.criteria import CURE
from lazyartist.reporting.records import read_rows
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import BUDGET, by, epochs_words, percent, values
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.cures.metrics import BIAS_TYPE, CLASS_LABELS, knows
from lazyartist.studies.cures.numbers import judged_by
from lazyartist.studies.cures.thresholds import BEST_BY_LABELS_ALONE, BEST_BY_RECOLOURING, BEST_EASY, OF_THE_ORACLE


ROOT = Path(__file__).parents[2]
ROWS = read_rows(ROOT / "results" / "records" / "cures.jsonl")
STANDARD = [row for row in ROWS if row.at["network"] == "simple_cnn" and row.at["epochs"] == 2]
COMPARED = set(STRATEGIES) - {"lazy", "grayscale_erm"}  # which are no cures
BEST = [row for row in ROWS if row.at["network"] == "deeper_cnn"]


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_what_is_compared_has_five_seeds(dataset):
    runs = by((row for row in STANDARD if row.at["dataset"] == dataset), "strategy")
    assert {name for (name,) in runs} == COMPARED
    assert all({row.seed for row in rows} == set(range(5)) for rows in runs.values())


def test_at_least_fifteen_strategies_clear_the_criterion_with_their_interval():
    rows = [row for row in STANDARD if row.at["dataset"] == "mnist"]
    results = {name: values(own) for (name,), own in by(rows, "strategy").items()}
    cured = [
        name
        for name, v in results.items()
        if name not in {"erm", "oracle"} and all(c.holds_for(estimate(v[c.metric].values())) for c in CURE)
    ]
    assert len(cured) >= 15, cured
    assert not any(c.holds_for(estimate(results["erm"][c.metric].values())) for c in CURE)


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_the_best_reach_the_bars(dataset):
    rows = [row for row in BEST if row.at["dataset"] == dataset]
    results = {name: values(own) for (name,), own in by(rows, "strategy").items()}
    uses = {row.at["strategy"]: row.origin.uses for row in rows}
    hard = {name: estimate(judged_by(v).values()) for name, v in results.items()}
    assert all(e.n == 5 for e in hard.values())

    def best(knowledge):
        return max((name for name in hard if knows(uses[name]) == knowledge), key=lambda name: hard[name].mean)

    alone, recolouring = best(CLASS_LABELS), best(BIAS_TYPE)
    assert BEST_BY_LABELS_ALONE[dataset].holds(hard[alone].mean), hard[alone]
    assert BEST_BY_RECOLOURING[dataset].holds(hard[recolouring].mean), hard[recolouring]
    assert hard[recolouring].mean >= hard["oracle"].mean - OF_THE_ORACLE
    if dataset == "mnist":
        for name in (alone, recolouring):
            assert BEST_EASY.holds(min(results[name]["easy_accuracy"].values()))


def measured(strategy):
    """Return what a strategy's docstring says of its results on MNIST."""
    rows = [row for row in STANDARD if row.at["dataset"] == "mnist" and row.at["strategy"] == strategy]
    (own,) = by(rows, *BUDGET).values()
    v = values(own)
    rotated, other = (percent(v[f"hard_{way}_accuracy"]) for way in ("rotated", "other"))
    return (
        f"MNIST, simple_cnn, {epochs_words(own[0].at)}, n = {len(v['hard_other_accuracy'])}: hard {rotated} (rotated), "
        f"{other} (other); see results/cures.md."
    )


@pytest.mark.parametrize("strategy", sorted(COMPARED - {"erm", "oracle"}))
def test_docstrings_say_what_was_measured(strategy):
    path = ROOT / "lazyartist" / "strategies" / f"{strategy}.py"
    assert measured(strategy) in " ".join(path.read_text(encoding="utf-8").split())
