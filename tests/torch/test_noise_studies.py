"""The studies of noise end to end on the digits, and what they do not count."""

import math

from functools import partial
from types import SimpleNamespace

import pytest
import torch

from torch import nn

from lazyartist.studies.noise.figures import adversaries, noise_figure, pairs_figure
from lazyartist.reporting.tables import RENDERERS
from lazyartist.studies import STUDIES
from lazyartist.studies.noise.confidence_or_colour import SURE, Tempered, _on_the_way, _scale
from lazyartist.studies.noise.minimum_noise import PAINTS, fool, painted, shown
from lazyartist.studies.noise.pictures import noise_pictures
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store


@pytest.fixture(scope="module")
def small():
    """The studies, asked of so few images that only their rows are tested."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"noise.SEVENS": 4, "noise.BOUNDED": 1, "noise.BISECTED": 1, "noise.ASKED": 1}.items():
            patch.setattr(f"lazyartist.studies.{name}", value)
        for name, value in {"noise.TRIES": 20, "pairs.IMAGES": 1, "pairs.STEPS": 3, "cause.SEVENS": 4}.items():
            patch.setattr(f"lazyartist.studies.{name}", value)
        for study in ("noise", "confidence_or_colour"):
            patch.setattr(f"lazyartist.studies.{study}.fool", partial(fool, steps=20))
        yield


@pytest.fixture(scope="module")
def measured(small, tmp_path_factory):
    """Return a function from a study's name to its rows, all from the same two models."""
    where = tmp_path_factory.mktemp("noise")
    store = Store(where / "store")

    def measure(name):
        study = STUDIES[name]()
        budget = {"epochs": 2, "batch_size": 32, "learning_rate": 4e-3}
        what = {"strategies": ["lazy", "erm"], "models": ["simple_cnn:width=8"], "budget": budget}
        runs = study.runs(datasets=["digits"], seeds=[0], **what)
        return runs, run_study(study, runs, where / "records", store=store, jobs=1), store

    return measure


def test_the_noise_study_brackets_and_checks_itself(measured):
    runs, rows, store = measured("noise")
    found = {(row.strategy, row.metric): row for row in rows}
    for name in ("lazy", "erm"):
        assert found[name, "bound_crossed"].value == 0
        assert found[name, "zero_gradients"].value == found[name, "randomised"].value == 0
        for paint in ("", "conflicting_", "grey_"):
            sure, flip = (found[name, f"{paint}{m}_epsilon"].detail for m in ("bisection", "flip"))
            assert len(sure) == 4
            assert all(a is b is None or 0 < a <= b for a, b in zip(flip, sure, strict=True))
    tables = RENDERERS["noise"](rows)
    assert [len(table.rows) for table in tables] == [2, 6, 2]
    assert len(noise_figure(rows).axes) == 2
    assert len(noise_pictures(runs, store)().axes) == 8


def test_every_pair_has_its_cell(measured):
    _, rows, _ = measured("class_pairs")
    for row in rows:
        assert [[i for i, cell in enumerate(line) if cell is None] for line in row.detail][3][0] in (0, 3)
        if row.metric == "already_target":
            assert all((cell is None) == (i == j) for i, line in enumerate(row.detail) for j, cell in enumerate(line))
    summary, *squares = RENDERERS["class_pairs"](rows)
    assert len(summary.rows) == len(squares) == 2
    assert [len(line) for line in squares[0].rows] == [11] * 10
    assert len(pairs_figure(rows).axes) == 3


def test_the_cause_study_asks_plain_training_at_full_correlation_too(measured):
    _, rows, _ = measured("confidence_or_colour")
    (table,) = RENDERERS["confidence_or_colour"](rows)
    assert sorted((line[2], line[3]) for line in table.rows) == [("erm", "0.95"), ("erm", "1"), ("lazy", "0.95")]
    for row in rows:
        assert row.metric != "flip_epsilon" or all(x is None or x > 0 for x in row.detail)


def test_a_mistake_before_the_noise_is_no_success(task):
    class Three(nn.Module):
        def forward(self, x):
            return torch.eye(10)[3] * 5 + x.mean((1, 2, 3))[:, None] * torch.arange(10)

    test = task.hard["other"]
    index = shown(test, 7, 4)
    found = fool(Three(), painted(test, index, "aligned"), test.labels[index], torch.full_like(index, 3), steps=2)
    assert found.already.all()
    assert found.needed(found.sure) == [None] * 4
    assert found.median(found.sure) == math.inf


def test_paints(task):
    test = task.hard["other"]
    index = shown(test, 7, 3)
    assert (test.labels[index] == 7).all()
    aligned, conflicting, grey = (painted(test, index, paint) for paint in PAINTS)
    assert torch.equal(grey[:, 0], grey[:, 2])
    assert torch.allclose(grey.amax(1), test.images[index] / 255)
    assert torch.equal(conflicting, test.render(index))
    assert torch.equal(aligned, test.render(index, torch.full_like(index, 7)))


def test_confidences_are_made_equal():
    class Fixed(nn.Module):
        def forward(self, x):
            return x[:, 0, 0, :3]

    x = torch.rand(6, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    labels = Fixed()(x).argmax(1)
    scale = _scale(Fixed(), x, labels)
    sure = Tempered(Fixed(), scale)(x).softmax(1).amax(1).mean()
    assert float(sure) == pytest.approx(SURE, abs=1e-4)
    assert _scale(Fixed(), x, (labels + 1) % 3) == 1.0


def test_the_way_to_another_colour_is_measured():
    class Reads(nn.Module):
        """Says 1 where green exceeds red."""

        def forward(self, x):
            red, green, _ = x.mean((2, 3)).unbind(1)
            return torch.stack([red, green], 1)

    red, green = (torch.zeros(1, 3, 2, 2) for _ in range(2))
    red[:, 0], green[:, 1] = 0.8, 0.8
    assert float(_on_the_way(Reads(), red, green, 1)) == pytest.approx(0.4, abs=0.01)
    assert float(_on_the_way(Reads(), red, red, 1)) == math.inf


def test_pictures_show_no_change_as_grey():
    image = torch.rand(4, 4, 3, generator=torch.Generator().manual_seed(0)).numpy()
    figure = adversaries({"a": (image, image, "nothing")})
    assert (figure.axes[3].images[0].get_array() == 0.5).all()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("already", [2, 4])
def test_what_is_a_3_before_any_noise_is_neither_bounded_nor_checked(already):
    study = STUDIES["noise"]()
    (run,) = study.runs(datasets=["digits"], strategies=["erm"], seeds=[0])
    test = run.task().hard["other"]
    images = painted(test, shown(test, 7, 4), "aligned")
    brightness = images.mean((1, 2, 3)).sort().values
    border = float(brightness[4 - already] + brightness[3 - already]) / 2 if already < 4 else 0.0
    model = nn.Sequential(nn.Flatten(), nn.utils.skip_init(nn.Linear, images[0].numel(), 10))
    nn.init.zeros_(model[1].weight)
    nn.init.zeros_(model[1].bias)
    model[1].weight.data[3], model[1].bias.data[3] = 1e4 / images[0].numel(), -1e4 * border
    facts = {fact.metric: fact.value for fact in study.ask(run, SimpleNamespace(model=model.eval()))}
    assert facts["already_target"] == already / 4
    if already == 4:
        assert "attack_over_certified" not in facts
    else:
        assert facts["bound_crossed"] == 0
        assert facts["attack_over_certified"] == pytest.approx(1, abs=0.1)
        assert facts["found_over_bisected"] == pytest.approx(1, abs=0.1)
