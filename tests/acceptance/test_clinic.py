"""The clinic: of every broken model, the best known remedy goes nearly all the way to the healthy twin."""

import importlib.util
import os

import pytest

from lazyartist.clinic import CASES
from lazyartist.clinic.examine import remedies_of
from lazyartist.studies.clinic.metrics import NORM_SCORE, SCORE
from lazyartist.studies.clinic.thresholds import EVERY, MEAN


SEEDS = (0, 1)
NEEDS = {"broken_embeddings": "transformers"}  # what is not installed with the tests: pip install -e ".[test,clinic]"


@pytest.mark.parametrize("case", sorted(MEAN))
def test_the_cure_goes_nearly_all_the_way(case, measure):
    needed = NEEDS.get(case)
    if needed and importlib.util.find_spec(needed) is None and os.environ.get("CI") != "true":
        pytest.skip(f"{needed} is not installed: pip install -e '.[clinic]'")
    rows = measure("clinic", cases=case, remedies=CASES[case].cure, seeds=SEEDS)
    scores = [row.value for row in rows if row.metric == NORM_SCORE]
    assert len(scores) == len(SEEDS)
    assert MEAN[case].holds(sum(scores) / len(scores)), scores
    assert all(EVERY[case].holds(score) for score in scores), scores
    ends = {(row.at["remedy"], row.seed): row.value for row in rows if row.metric == SCORE}
    better = 1 if CASES[case].direction == "higher" else -1
    assert all(better * ends["oracle", seed] > better * ends["baseline", seed] for seed in SEEDS), ends


def test_every_case_is_here():
    assert set(MEAN) == set(CASES) == set(EVERY)
    assert all(CASES[case].cure.partition(":")[0] in remedies_of(case) for case in CASES)
