"""The study of the probes end to end, with little of everything."""

from types import SimpleNamespace

import pytest

from PIL import Image
from torch import nn

from lazyartist.attribution.relevance_mass import REGIONS
from lazyartist.probes.unit_selectivity import KINDS
from lazyartist.reporting.publish import publish
from lazyartist.reporting.table import by
from lazyartist.studies import PICTURES, TABLES
from lazyartist.studies.inspection import metrics
from lazyartist.studies.inspection.metrics import FULLY_BIASED, by_seed, model_name
from lazyartist.studies.inspection.pictures import probes_pictures
from lazyartist.studies.inspection.probes import ProbesStudy
from lazyartist.studies.lazy import CONTROL
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store
from lazyartist.visualise import Visualise


LITTLE = {"per_class": 4, "images": 12, "judged": 4, "unit_images": 60, "ascent_steps": 2}


def little(**changes):
    what = {"datasets": "digits", "networks": "simple_cnn:width=4", "seeds": 1, "budget": {"epochs": 0.5}}
    return ProbesStudy(**{**what, "strategies": ("lazy", CONTROL), **LITTLE, **changes})


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The study, its rows by model, and the store."""
    folder = tmp_path_factory.mktemp("probes")
    study, store = little(), Store(folder / "store")
    rows = run_study(study, folder / "records", store=store, jobs=1)
    return SimpleNamespace(study=study, store=store, rows=rows, models=dict(_named(rows)), folder=folder)


def _named(rows):
    for own in by(rows, "strategy", "correlation").values():
        yield model_name(own[0].at), own


def test_every_model_is_measured_by_keys(measured):
    assert set(measured.models) == {"lazy", FULLY_BIASED, CONTROL}
    assert {row.at["correlation"] for row in measured.models[FULLY_BIASED]} == {1.0}
    assert all(row.value == row.value and row.n > 0 for row in measured.rows)
    groups = [row.group for row in measured.rows]
    assert len(groups) == len(set(groups))
    for own in measured.models.values():
        cam = {"map": "grad_cam", "images": "aligned"}
        shares = [by_seed(own, "relevance_mass", **cam, region=region)[0] for region in ("stroke", "background")]
        assert sum(shares) == pytest.approx(1)
        assert sum(by_seed(own, "units", layer="conv1", kind=kind)[0] for kind in KINDS) == 1
        assert {row.metric for row in own} >= {
            "own_hues",
            "easy_accuracy",
            "follows_bias",
            "keeps_class",
            "several_groups",
        }
        maps = {(row.metric, row.at["map"]) for row in own if "map" in row.at}
        assert {("map_stays", "grad_cam"), ("road", "saliency"), ("randomisation", "layer_cam")} <= maps
        assert ("deletion", "random") in maps
    assert TABLES["probes"](measured.rows)[0].rows


def test_tables_and_figure_are_published(measured):
    written = publish(measured.folder)
    assert {path.name for path in written} == {"probes.md", "probes.csv", "probes.svg"}
    assert "What it sees and where it looks" in (measured.folder / "probes.md").read_text(encoding="utf-8")


def test_the_tables_know_the_regions_and_kinds_of_the_probes():
    assert metrics.REGIONS == REGIONS
    assert metrics.KINDS == KINDS


def test_no_colour_moves_the_control(measured):
    control = measured.models[CONTROL]
    assert by_seed(control, "answer_changes") == {0: 0}
    assert by_seed(control, "map_stays", map="grad_cam")[0] == pytest.approx(1)
    eta = [
        by_seed(measured.models[name], "eta_squared", layer="conv1", factor="attribute")[0]
        for name in (CONTROL, "lazy")
    ]
    assert eta[0] < eta[1]


def test_directions_are_those_of_what_is_wanted(measured):
    directions = {
        (name, row.metric): row.direction
        for name, own in measured.models.items()
        for row in own
        if row.metric in ("follows_bias", "keeps_class")
    }
    assert directions == {
        ("lazy", "follows_bias"): "higher", ("lazy", "keeps_class"): "",
        (FULLY_BIASED, "follows_bias"): "higher", (FULLY_BIASED, "keeps_class"): "",
        (CONTROL, "follows_bias"): "", (CONTROL, "keeps_class"): "higher",
    }  # fmt: skip


def test_a_knob_of_the_strategy_changes_no_rule():
    runs = little(strategies=("lazy:check_every=10", "erm")).runs()
    assert [(run.strategy, run.data) for run in runs] == [
        ("lazy:check_every=10", ()), ("erm", ()), ("lazy:check_every=10", (("correlation", 1.0),))
    ]  # fmt: skip


def test_pictures_are_drawn_of_every_model(measured, tmp_path):
    assert PICTURES["probes"] is probes_pictures
    likes = Visualise(steps=2)
    written = probes_pictures(measured.study, measured.store, tmp_path, likes=likes, top_of=60)
    names = {"probes_logits.png", "probes_maps.png", "probes_polysemantic.png"}
    names |= {f"probes_units_{layer}.jpg" for layer in ("conv1", "conv2", "conv3")}
    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()} == names
    assert all(Image.open(path).width > 400 for path in written)


class Bright(nn.Module):
    """Knows the photos: a class is as bright as its green."""

    def __init__(self):
        super().__init__()
        self.conv = nn.utils.skip_init(nn.Conv2d, 3, 3, 1)
        for parameter, values in ((self.conv.weight, [[[0.0]] * 3] * 3), (self.conv.bias, [0.0] * 3)):
            parameter.data = parameter.new_tensor(values).view(parameter.shape)
        self.conv.weight.data[:, 1, 0, 0] = self.conv.weight.new_tensor([0.0, 10.0, 20.0])
        self.conv.bias.data = self.conv.bias.new_tensor([0.0, -4.0, -10.0]) + 20

    def forward(self, x):
        return self.conv(x).relu().mean((2, 3))


def test_what_a_dataset_cannot_do_is_left_out(photos):
    study = ProbesStudy(**LITTLE)
    run, model = SimpleNamespace(task=lambda: photos, strategy="erm"), Bright().eval()
    facts = list(study.measure(run, SimpleNamespace(model=model)))
    metrics = {fact.metric for fact in facts}
    assert next(fact.value for fact in facts if fact.metric == "easy_accuracy") == 1
    assert {
        "units",
        "eta_squared",
        "top_bits",
        "insertion",
        "road",
        "randomisation",
        "blank",
        "logit_percentile",
    } <= metrics
    painted = {"follows_bias", "keeps_class", "answer_changes", "map_stays", "map_stays_where_answer_changes"}
    hues, strokes = (
        {"own_hues", "own_hues_by_chance", "colour_of_logits"},
        {"pixels", "relevance_mass", "pointing_game"},
    )
    assert not metrics & (painted | hues | strokes)


def test_nothing_is_left_behind_in_the_stored_model(measured, nets):
    run = next(run for run in measured.study.runs() if run.strategy == CONTROL)
    trained = run.train(measured.store)
    before = nets.trace(trained.model)
    assert list(measured.study.measure(run, trained))
    assert nets.trace(trained.model) == before
