"""The studies of the zoo: what they run, and what they measure."""

import pytest
import torch

from lazyartist.check_tasks import few_digits_task
from lazyartist.data.lottery import swap
from lazyartist.data.make import make_task
from lazyartist.strategies import witnesses
from lazyartist.strategies.witnesses import Witness
from lazyartist.studies.zoo import witnesses as witness_study
from lazyartist.studies.zoo.lies import ALL, EVERYWHERE
from lazyartist.studies.zoo.metrics import AGREEMENT, EVENNESS, MARK_AREA, MARK_SHARE, SCORE, only
from lazyartist.studies.zoo.pictures import aligned_examples, zoo_pictures
from lazyartist.studies.zoo.witnesses import DRAWS, WitnessStudy, witness_lines
from lazyartist.studies.zoo.zoo import ZooStudy
from lazyartist.training.store import Store


def measured(study, tmp_path):
    (run,) = study.runs()
    return {row.metric: row for row in study.rows(run, Store(tmp_path))}


def test_position_has_a_lazy_network_that_sees_places():
    runs = ZooStudy(strategies=["lazy", "erm"], seeds=1).runs()
    assert {run.dataset for run in runs} == set(ALL)
    assert {run.dataset for run in runs if run.network == "mlp"} == {"mnist:bias=position", "fashion:bias=position"}
    chosen = ZooStudy(datasets=["digits:bias=position"], strategies=["lazy"], networks=["simple_cnn"], seeds=2).runs()
    assert {run.network for run in chosen} == {"simple_cnn"}


def test_of_two_lies_each_is_measured_alone(tmp_path):
    study = ZooStudy(
        datasets=["digits:bias=colour_and_mark"],
        strategies=["lazy"],
        networks=["simple_cnn:width=8"],
        seeds=1,
    )
    rows = measured(study, tmp_path)
    assert rows["easy_accuracy"].value > 0.9
    assert rows[only("place")].value > 0.9  # the colour is read, and the place of the mark is not
    assert rows[only("colour")].value < 0.2
    assert rows["hard_other_accuracy"].value < 0.2
    assert rows["hard_other_accuracy"].direction == "lower"
    assert rows[AGREEMENT].value > 0.5
    assert 0 < rows[EVENNESS].value < 1
    assert 0 < rows[MARK_AREA].value < 1
    assert rows[MARK_SHARE].value > rows[MARK_AREA].value
    assert "follows_bias" not in rows


def test_one_of_two_attributes_is_swapped_alone():
    test = make_task("digits", bias="colour_and_mark").test
    alone = swap(test, "other", alone="place")
    assert bool((alone.factor("place") != alone.labels).all())
    assert bool((alone.factor("colour") == alone.labels).all())
    with pytest.raises(ValueError, match="alone='hue': expected one of colour, place"):
        swap(test, "other", alone="hue")


def test_datasets_without_a_lie_are_drawn_often():
    runs = WitnessStudy().runs()
    clean = [run for run in runs if "correlation" in run.dataset]
    assert len(clean) == DRAWS * len(EVERYWHERE)
    assert len(runs) - len(clean) == 3 * len(ALL)
    assert len(WitnessStudy(datasets=["digits"], seeds=2).runs()) == 2


def test_witnesses_are_asked_about_training_images(tmp_path, monkeypatch):
    monkeypatch.setattr(witnesses, "POOL", (Witness("simple_cnn", 4000),))
    rows = measured(WitnessStudy(datasets=["digits"], seeds=1), tmp_path)
    assert rows[SCORE].value == pytest.approx(rows[AGREEMENT].value * rows[EVENNESS].value)
    assert rows[SCORE].detail == ["simple_cnn"]
    assert rows[SCORE].n == len(make_task("digits").train)


def test_a_dataset_is_accused_in_words_and_what_contradicts_is_named(monkeypatch):
    monkeypatch.setattr(witnesses, "POOL", (Witness("simple_cnn", 6000),))
    task = make_task("digits")
    lines = witness_lines(task)
    assert lines[1] == "these images have a shortcut that a small network falls for, or many wrong labels"
    first = int((~task.aligned(task.train)).nonzero()[0, 0])
    assert f"of 1,149 training images contradict it: image {first}," in lines[2]


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        (0.95, "these images have a shortcut that a small network falls for"),
        (
            0.89,
            "cannot tell: with 2 classes, networks make mistakes alike without a shortcut, too; only a score over 90 %",
        ),
        (0.49, "no shortcut found"),
    ],
)
def test_of_few_classes_a_higher_score_is_asked(monkeypatch, agreement, words):
    testimony = witnesses.Testimony(Witness("simple_cnn", 6000), torch.nn.Flatten(), agreement, 1.0, 0.9)
    monkeypatch.setattr(witness_study, "ask_witnesses", lambda task, seed: testimony)
    monkeypatch.setattr(witness_study, "predict", lambda model, split: 1 - split.labels)
    lines = witness_lines(few_digits_task(2, 14, 14))
    assert lines[1].startswith(words)
    assert (len(lines) == 3) == (agreement > 0.5)


def test_where_nothing_is_agreed_upon_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(witnesses, "POOL", (Witness("thumbnail_mlp", 1500),))
    lines = witness_lines(make_task("digits", correlation=0.1))
    assert len(lines) == 2
    assert lines[1].startswith("no shortcut found: the score is not over 50 %")


def test_every_lie_is_drawn_on_the_same_digits(tmp_path):
    study = ZooStudy(datasets=["digits", "digits:bias=wave", "digits:bias=colour_and_mark"], seeds=1)
    (path,) = zoo_pictures(study, Store(tmp_path), tmp_path)
    assert path.name == "zoo_lies.png"
    assert path.stat().st_size > 5000
    glyphs, waves = (aligned_examples(make_task("digits", bias=bias)) for bias in ("corner_glyphs", "wave"))
    assert glyphs.shape == waves.shape == (10, 28, 28, 3)
    assert abs(glyphs - waves)[:, 8:20, 8:20].max() < 0.2  # the strokes are the same ones
