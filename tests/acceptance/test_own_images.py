"""A stranger's folder to a verdict: plain training leans on the place, cures do not, and the check says so."""

import pytest

from lazyartist.data.make import make_task
from lazyartist.probes import group_accuracy
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.inspection.shortcut import check_shortcut
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from tests.bird_folder import write_birds


SEEDS = (0, 1)
WANTED = 0.7  # of every group
BRIEF = {"epochs": 1.5, "batch_size": 32}


def aligned(classes, places, share=0.95):
    """Return the groups' shares where each class has a place of its own."""
    other = (1 - share) / (classes * (places - 1))
    return [share / classes if label == place else other for label in range(classes) for place in range(places)]


def worst_groups(rows):
    return {(row.at["strategy"], row.seed): row.value for row in rows if row.metric == "worst_group_accuracy"}


@pytest.fixture(scope="module")
def birds(tmp_path_factory):
    """Waterbirds' shares: 73, 4, 1 and 22 %."""
    return write_birds(tmp_path_factory.mktemp("own") / "birds", 1600)


def test_the_table_tells_the_lazy_model_from_the_cures(birds, measure):
    data = f"folder:{birds}:target=y:bias=place:size=32"
    strategies = ("erm", "jtt:first_epochs=1", "group_dro")
    worst = worst_groups(measure("cures", datasets=data, strategies=strategies, seeds=SEEDS, budget=BRIEF))
    assert all(worst["erm", seed] < 0.3 for seed in SEEDS), worst
    assert all(worst[cure, seed] > 0.9 for cure in strategies[1:] for seed in SEEDS), worst


def test_the_check_fails_the_lazy_model_and_passes_the_cure(birds, check_model):
    task = make_task(f"folder:{birds}:target=y:bias=place:size=32")
    lazy, cured = (fit(STRATEGIES.build(name), task, budget=Budget(**BRIEF)).model for name in ("erm", "group_dro"))
    report = check_shortcut(lazy, task, worst_group=WANTED)
    assert report.verdict == "falls"
    assert report.follows > 0.4
    check_model(cured, task, worst_group=WANTED)


def test_without_an_attribute_it_trains_and_nothing_is_promised(tmp_path):
    task = make_task(f"folder:{write_birds(tmp_path / 'birds', 400, attribute=False)}:size=32")
    model = fit(STRATEGIES.build("jtt:first_epochs=1"), task, budget=Budget(**BRIEF)).model
    report = check_shortcut(model, task, worst_group=WANTED)
    assert report.verdict in ("cannot tell", "falls")
    assert "no attribute to lean on" in "".join(report.unknown)


@pytest.mark.parametrize(
    ("classes", "places", "size", "epochs"), [(3, 4, (64, 48), 4), (7, 7, (32, 32), 6)], ids=["three", "seven"]
)
def test_any_number_of_classes_and_places(classes, places, size, epochs, tmp_path):
    folder = write_birds(
        tmp_path / "birds", 300 * classes, size, classes=classes, places=places, shares=aligned(classes, places)
    )
    task = make_task(f"folder:{folder}:size={size[0]}x{size[1]}")
    budget = Budget(**{**BRIEF, "epochs": epochs})
    models = [fit(STRATEGIES.build(name), task, budget=budget).model for name in ("erm", "group_dro")]
    lazy, cured = (group_accuracy(model, task.test).worst for model in models)
    assert lazy < 0.5, lazy
    assert cured > 0.85, cured
