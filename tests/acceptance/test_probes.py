"""Tasks 2 and 3: what the lazy model sees is colour, what the cure sees is shape."""

import pytest

from lazyartist.criteria import LAZY_FOLLOWS
from lazyartist.reporting.stats import estimate
from lazyartist.reporting.table import by
from lazyartist.studies.inspection.metrics import FULLY_BIASED, by_seed, model_name
from lazyartist.studies.inspection.thresholds import CURE_KEEPS_CLASS, OWN_HUES
from lazyartist.studies.lazy import CONTROL


SEEDS = range(2)
CURE = "recoloured_reversal"  # the best one
CURE_SEEDS = range(3)  # its mean, .970 over five seeds, lies at what is asked: two seeds are too few to tell


@pytest.fixture(scope="module")
def probes(measure):
    rows = measure("probes", datasets=["mnist"], strategies=["lazy", CONTROL], seeds=SEEDS)
    rows += measure("probes", datasets=["mnist"], strategies=[CURE], seeds=CURE_SEEDS)
    models = {model_name(own[0].at): own for own in by(rows, "strategy", "correlation").values()}
    assert set(models) == {"lazy", FULLY_BIASED, CONTROL, CURE}
    return models


def value_of(rows, metric, **at):
    seeds = by_seed(rows, metric, **at)
    assert sorted(seeds) == list(CURE_SEEDS if rows[0].at["strategy"] == CURE else SEEDS), (metric, at)
    return list(seeds.values())


def test_the_answer_follows_the_colour(probes):
    assert all(LAZY_FOLLOWS.holds(share) for share in value_of(probes["lazy"], LAZY_FOLLOWS.metric))


def test_the_cures_answer_keeps_the_class(probes):
    shares = value_of(probes[CURE], CURE_KEEPS_CLASS.metric)
    assert CURE_KEEPS_CLASS.holds(estimate(shares).mean), shares  # over five seeds, with its interval, in results/


@pytest.mark.parametrize("model", ["lazy", FULLY_BIASED])
def test_lazy_logits_are_blobs_of_their_classs_colour(probes, model):
    shares = value_of(probes[model], OWN_HUES.metric)
    assert all(OWN_HUES.holds(share) for share in shares), shares


@pytest.mark.parametrize("model", [CONTROL, CURE])
def test_others_are_so_by_chance_at_most(probes, model):
    assert not any(OWN_HUES.holds(share) for share in value_of(probes[model], OWN_HUES.metric))
    assert all(chance > 0.01 for chance in value_of(probes[model], "own_hues_by_chance"))


def test_units_of_the_last_layer_are_for_colour_or_for_shape(probes):
    for model, kind in (("lazy", "attribute"), (FULLY_BIASED, "attribute"), (CONTROL, "class"), (CURE, "class")):
        assert all(share > 0.5 for share in value_of(probes[model], "units", layer="conv3", kind=kind)), model


def test_the_lazy_models_map_stays_while_its_answer_changes(probes):
    lazy = probes["lazy"]
    assert all(share > 0.9 for share in value_of(lazy, "answer_changes"))
    assert all(alike > 0.8 for alike in value_of(lazy, "map_stays_where_answer_changes", map="grad_cam"))
