"""The studies of autoencoders, end to end on the digits, and what they take for granted."""

import re

from pathlib import Path

import pytest
import torch

from lazyartist.sae.steering import ablate, add, steering
from lazyartist.sae.labelling import label_features
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.train import train
from lazyartist.cli import main
from lazyartist.inference import predict
from lazyartist.reporting.row import read_rows
from lazyartist.studies import STUDIES
from lazyartist.studies.decomposition.sae import take_apart
from lazyartist.studies.decomposition.steering_curves import CONTROLS, UP, WAYS, colour_directions, dial_curves
from lazyartist.studies.decomposition.last_layer import hidden, last_layer
from lazyartist.training.fit import build


FEW = SaeBudget(steps=60, batch_size=128)


@pytest.fixture(scope="module")
def at(lazy, task):
    return hidden(lazy, task)


@pytest.fixture
def short_training(monkeypatch):
    for study in ("sae", "sae_variants", "layer_probing"):
        monkeypatch.setattr(f"lazyartist.studies.{study}.TRAINING", FEW)
    monkeypatch.setattr("lazyartist.studies.decomposition.sae_variants.SETTINGS", ("topk:k=4", "relu_l1:strength=0.1"))
    monkeypatch.setattr("lazyartist.studies.decomposition.erasure.REFITTED_ON", 200)


def test_the_last_hidden_layer_is_what_the_head_reads(lazy, at):
    assert at.layer == "conv3"
    assert torch.equal(at.answers(at.at_test), predict(lazy, at.test))


def test_a_network_without_pooling_is_refused(task):
    with pytest.raises(ValueError, match="expected a network whose last maps are averaged"):
        last_layer(build("mlp", 10, 0).eval(), task.train)


def test_a_dial_is_the_models_own(lazy, at, pair):
    few = at.test.subset(slice(0, 40))
    feature = int(pair[0].encode(at.at_test).sum(0).argmax())
    changed = at.at_test[:40] + 3 * pair[0].directions[feature]
    with steering(lazy, "conv3", "pooled", pair[0], add([feature], 3.0)):
        assert torch.equal(predict(lazy, few), at.answers(changed))


def test_curves_begin_where_nothing_is_turned_and_end_where_only_the_direction_counts(at, pair, cards):
    curves = dial_curves(at, pair[0], cards[0])
    assert tuple(curves) == WAYS
    for curve in curves.values():
        assert curve.up.shape == (len(UP), 10)
        assert torch.equal(curve.up[0], curves[WAYS[0]].up[0])
        assert not curve.cost[0].any()
    assert float(curves["features"].up[-1].mean()) > 0.9
    assert all(float(curves[way].up[-1].mean()) < 0.2 for way in CONTROLS)


def test_ways_are_of_one_length_and_controls_are_not_the_colours_own(at, pair, cards):
    ways = colour_directions(at, pair[0], cards[0], 1)
    for directions in ways.values():
        assert torch.allclose(directions.norm(dim=1), torch.ones(len(directions)), atol=1e-5)
    best = ways["best feature"]
    assert not any(torch.equal(direction, best[0]) for direction in ways["random features"])


@pytest.mark.usefixtures("short_training")
def test_features_are_the_same_twice(at):
    (a, _), (b, _) = take_apart(at), take_apart(at)
    cards = [label_features(found.encode(at.at_fair), at.fair) for found in (a, b)]
    assert cards[0] == cards[1]
    assert torch.equal(a.directions, b.directions)


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("sae", {"explained_variance", "colour_auroc", "found_again", "dial_up: features", "loss_recovered"}),
        ("sae_variants", {"l0: topk:k=4", "shared: relu_l1:strength=0.1"}),
        ("layer_probing", {"colours by feature: conv1", "labels by probe: conv3"}),
        (
            "erasure",
            {"hard_other_accuracy: LEACE", "easy_accuracy: oracle", "hard_rotated_accuracy: nothing, refitted"},
        ),
    ],
)
@pytest.mark.usefixtures("short_training")
def test_every_study_runs_and_shows_its_rows(name, metrics, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    words = ["run", name, "--datasets", "digits", "--strategies", "lazy", "--seeds", "1", "--jobs", "1"]
    assert main([*words, "--epochs", "2", "--batch-size", "32", "--results", str(tmp_path)]) == 0
    rows = read_rows(tmp_path / "records" / f"{name}.jsonl")
    assert metrics <= {row.metric for row in rows}
    assert "digits" in capsys.readouterr().out
    assert (tmp_path / f"{name}.md").read_text(encoding="utf-8").startswith("## ")
    assert (tmp_path / "features_digits.svg").exists() == (name == "sae")


def test_the_readmes_example_runs(lazy, task, monkeypatch):
    monkeypatch.setitem(train.__kwdefaults__, "budget", SaeBudget(steps=300, batch_size=128))
    text = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    (example,) = (code for code in re.findall(r"```python\n(.*?)```", text, flags=re.S) if "steering(" in code)
    names = {"model": lazy, "task": task}
    exec(example, names)
    red = task.hard["other"].colours == 0
    images = task.hard["other"].subset(red)
    with steering(lazy, "conv3", "pooled", names["autoencoder"], ablate(names["red"])):
        without = (predict(lazy, images) == 0).float().mean()
    assert without < 0.5 < (predict(lazy, images) == 0).float().mean()


def test_the_strong_shortcut_is_asked_of_the_model_trained_for_long():
    runs = STUDIES["erasure"]().runs(datasets=["digits"], seeds=[0])
    assert [(run.strategy, run.correlation) for run in runs] == [("lazy", 0.95), ("erm", 0.995)]
