import json
import logging

from dataclasses import replace

import pytest
import torch

from lazyartist.data.task import make_task
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.focal import Focal
from lazyartist.training import store as store_module
from lazyartist.training.store import Store, describe


@pytest.fixture
def trainings(monkeypatch):
    """Count trainings."""
    count = []
    fit = store_module.fit
    monkeypatch.setattr(store_module, "fit", lambda *a, **k: count.append(a) or fit(*a, **k))
    return count


def same(a, b):
    a, b = a.model.state_dict(), b.model.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


def test_a_model_is_trained_once(tmp_path, task, short, trainings):
    first, second = (Store(tmp_path).fit(Erm(), task, "simple_cnn", short, 0) for _ in range(2))
    assert len(trainings) == 1
    assert same(first, second)
    assert first.card == second.card
    assert not any(module.training for module in second.model.modules())


def test_the_card_says_what_the_model_is(tmp_path, task, short):
    card = Store(tmp_path).fit(Focal(gamma=1.0), task, "simple_cnn", short, 7).card
    written = json.loads((tmp_path / f"{card.key}.json").read_text())
    assert written["strategy"] == "Focal(gamma=1.0)"
    assert (written["seed"], written["threads"]) == (7, torch.get_num_threads())
    assert written["data"] == task.train.fingerprint
    assert {"lazyartist", "python", "torch", "numpy"} <= set(written["versions"])
    assert written["steps"] == short.steps(len(task.train))
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}


def test_whatever_decides_the_bits_is_in_the_key(task, short, monkeypatch):
    keys = {
        describe(*spec).key
        for spec in (
            (Erm(), task, "simple_cnn", short, 0),
            (Focal(), task, "simple_cnn", short, 0),
            (Focal(gamma=1.0), task, "simple_cnn", short, 0),
            (Erm(), make_task("digits", seed=1), "simple_cnn", short, 0),
            (Erm(), task, "resnet18", short, 0),
            (Erm(), task, "simple_cnn", replace(short, batch_size=32), 0),
            (Erm(), task, "simple_cnn", short, 1),
        )
    }
    card = describe(Erm(), task, "simple_cnn", short, 0)
    keys |= {replace(card, source="x").key, replace(card, threads=99).key, replace(card, versions={}).key}
    assert len(keys) == 10


@pytest.mark.parametrize("damage", [lambda b: b[:-3], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b""])
def test_a_damaged_file_is_named_and_trained_again(tmp_path, task, short, trainings, caplog, damage):
    first = Store(tmp_path).fit(Erm(), task, "simple_cnn", short, 0)
    path = tmp_path / f"{first.card.key}.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        second = Store(tmp_path).fit(Erm(), task, "simple_cnn", short, 0)
    assert str(path) in caplog.text
    assert len(trainings) == 2
    assert same(first, second)
    Store(tmp_path).fit(Erm(), task, "simple_cnn", short, 0)
    assert len(trainings) == 2  # mended


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"strategy": 1}'])
def test_a_damaged_card_is_named_and_trained_again(tmp_path, task, short, trainings, caplog, text):
    first = Store(tmp_path).fit(Erm(), task, "simple_cnn", short, 0)
    (tmp_path / f"{first.card.key}.json").write_text(text)
    with caplog.at_level(logging.WARNING):
        Store(tmp_path).fit(Erm(), task, "simple_cnn", short, 0)
    assert "trained again" in caplog.text
    assert len(trainings) == 2


def test_the_environment_moves_the_store(tmp_path, monkeypatch):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "elsewhere"))
    assert Store().root == tmp_path / "elsewhere"
