"""The store: trained once, kept whole, and nothing damaged or of other code is ever used."""

import functools
import json
import logging

from dataclasses import asdict, dataclass, replace

import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.provenance import code_digest
from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.focal import Focal
from lazyartist.training import store as store_module
from lazyartist.training.budget import Budget
from lazyartist.training.store import Kept, Provenance, Store, provenance_of


SPEC = "simple_cnn:width=4"


@pytest.fixture
def trainings(monkeypatch):
    """Count trainings."""
    count = []
    fit = store_module.fit  # type: ignore[attr-defined]

    @functools.wraps(fit)  # so that it is the same code to the digest
    def counted(*words, **options):
        count.append(words)
        return fit(*words, **options)

    monkeypatch.setattr(store_module, "fit", counted)
    return count


@pytest.fixture
def train(tmp_path, task, short):
    """Return what the store has, or trains."""
    return lambda strategy=Erm(), seed=0: Store(tmp_path).fit(strategy, task, SPEC, short, seed)  # noqa: B008


def same(a, b):
    a, b = a.model.state_dict(), b.model.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


def test_a_model_is_trained_once(train, trainings):
    first, second = train(), train()
    assert len(trainings) == 1
    assert same(first, second)
    assert first.provenance == second.provenance
    assert (first.steps, first.seconds) == (second.steps, second.seconds)
    assert not any(module.training for module in second.model.modules())


def test_the_card_says_what_the_model_is(tmp_path, task, short):
    trained = Store(tmp_path).fit(Focal(gamma=1.0), task, SPEC, short, 7)
    written = json.loads((tmp_path / f"{trained.provenance.key}.json").read_text())
    assert written["kind"] == "classifier"
    assert written["threads"] == torch.get_num_threads()
    assert {"lazyartist", "python", "torch", "torchvision", "numpy"} <= set(written["versions"])
    assert written["facts"]["steps"] == trained.steps == short.steps(len(task.train))
    spec = written["spec"]
    assert spec["strategy"] == "Focal(gamma=1.0)"
    assert (spec["dataset"], spec["network"], spec["seed"]) == ("digits", SPEC, 7)
    assert spec["data"] == task.train.fingerprint
    assert spec["budget"] == asdict(short)
    assert (spec["target"], spec["bias"]) == ("class", ["colour"])
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}


def test_whatever_decides_the_bits_is_in_the_key(task, short):
    given = {"strategy": Erm(), "task": task, "network": "simple_cnn", "budget": short, "seed": 0}
    changes = [
        {"strategy": Focal()},
        {"strategy": Focal(gamma=1.0)},
        {"task": make_task("digits", seed=1)},
        {"task": make_task("digits", correlation=0.9)},
        {"task": replace(task, name="another")},
        {"network": "resnet18"},
        {"network": "simple_cnn:width=8"},
        {"budget": replace(short, batch_size=32)},
        {"budget": replace(short, schedule="constant")},
        {"seed": 1},
    ]
    keys = [provenance_of(**{**given, **change}).key for change in ({}, *changes)]
    assert len({*keys}) == 1 + len(changes)
    assert provenance_of(**given).key == keys[0]


def test_so_are_versions_threads_and_the_code(task, short, monkeypatch):
    before = provenance_of(Erm(), task, SPEC, short, 0)
    monkeypatch.setattr(store_module, "versions", lambda: {"torch": "9"})
    versions = provenance_of(Erm(), task, SPEC, short, 0)
    monkeypatch.undo()
    torch.set_num_threads(2)
    try:
        threads = provenance_of(Erm(), task, SPEC, short, 0)
    finally:
        torch.set_num_threads(1)

    @dataclass(frozen=True, repr=False)
    class Other(Erm):
        __repr__ = Erm.__repr__
        extra = 1

    code = provenance_of(Other(), task, SPEC, short, 0)
    assert len({one.key for one in (before, versions, threads, code)}) == 4
    assert code.source != before.source
    assert asdict(before)["source"] not in ("", code_digest(Erm))


def test_what_a_strategy_stops_by_is_in_its_key_and_in_no_other(task, short):
    another = replace(task, easy=task.test)
    assert provenance_of(Erm(), task, SPEC, short, 0) == provenance_of(Erm(), another, SPEC, short, 0)
    lazy = STRATEGIES.build("lazy")
    assert provenance_of(lazy, task, SPEC, short, 0) != provenance_of(lazy, another, SPEC, short, 0)
    oracle = STRATEGIES.build("oracle")
    assert provenance_of(oracle, task, SPEC, short, 0).spec["data"] == task.unbiased.fingerprint


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:-3],
        lambda b: b[:-1] + bytes([b[-1] ^ 1]),
        lambda b: b"",
        lambda b: b"\0" * len(b),
        lambda b: b"\xff" * 8 + b[8:],
        lambda b: b + b"\0",
    ],
)
def test_damaged_weights_are_named_and_trained_again(tmp_path, train, trainings, caplog, damage):
    first = train()
    path = tmp_path / f"{first.provenance.key}.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        second = train()
    assert str(path) in caplog.text
    assert len(trainings) == 2
    assert same(first, second)
    train()
    assert len(trainings) == 2  # mended


@pytest.mark.parametrize(
    "change",
    [
        *(
            lambda text, new=new: new
            for new in ("", "{}", "not json", "null", "[]", '{"spec": 1}', "[" * 100_000, "\0" * 9)
        ),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"seed": 0', '"seed": 1'),
        lambda text: text.replace('"kind": "classifier"', '"kind": "saes"'),
        lambda text: text.replace('"digest"', '"more": 1, "digest"'),
        lambda text: text.replace('"facts": {', '"facts": 3, "old": {'),
    ],
)
def test_a_damaged_card_is_named_and_trained_again(tmp_path, train, trainings, caplog, change):
    first = train()
    path = tmp_path / f"{first.provenance.key}.json"
    assert change(path.read_text()) != path.read_text()
    path.write_text(change(path.read_text()))
    with caplog.at_level(logging.WARNING):
        second = train()
    assert f"{path} cannot be used" in caplog.text
    assert "trained again" in caplog.text
    assert len(trainings) == 2
    assert same(first, second)
    caplog.clear()
    train()
    assert (len(trainings), caplog.text) == (2, "")  # mended


@pytest.mark.parametrize("fact", ["steps", "seconds"])
def test_facts_on_the_card_are_held_to_its_digest(tmp_path, train, trainings, caplog, fact):
    first = train()
    path = tmp_path / f"{first.provenance.key}.json"
    card = json.loads(path.read_text())
    card["facts"][fact] += 1
    path.write_text(json.dumps(card))
    with caplog.at_level(logging.WARNING):
        assert train().steps == first.steps
    assert "do not belong together" in caplog.text
    assert len(trainings) == 2


def test_weights_of_another_model_are_not_used(tmp_path, train, trainings, caplog):
    first, other = train(), train(seed=1)
    for suffix in (".safetensors",):
        (tmp_path / f"{first.provenance.key}{suffix}").write_bytes(
            (tmp_path / f"{other.provenance.key}{suffix}").read_bytes()
        )
    assert same(train(), first)
    assert len(trainings) == 3
    (tmp_path / f"{first.provenance.key}.json").write_bytes((tmp_path / f"{other.provenance.key}.json").read_bytes())
    assert same(train(), first)
    assert len(trainings) == 4


def test_weights_without_a_card_do_not_count(tmp_path, train, trainings, caplog):
    first = train()
    (tmp_path / f"{first.provenance.key}.json").unlink()
    assert same(train(), first)
    (tmp_path / f"{first.provenance.key}.safetensors").unlink()
    assert same(train(), first)
    assert len(trainings) == 3


def test_a_strategy_that_changes_the_data_is_refused_and_not_kept(tmp_path, short):
    @dataclass(frozen=True)
    class Vandal(Erm):
        def plan(self, split):
            split.split.images.labels[0] += 1
            return super().plan(split)

    with pytest.raises(ValueError, match=r"Vandal\(\) changed the training data: a strategy may change copies only"):
        Store(tmp_path).fit(Vandal(), make_task("digits", seed=5), SPEC, short, 0)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_kept_the_model_is_used_all_the_same(tmp_path, task, short, caplog):
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        trained = Store(tmp_path / "file").fit(Erm(), task, SPEC, short, 0)
    assert trained.steps == short.steps(len(task.train))
    assert "is used but not kept" in caplog.text


def test_anything_trained_can_be_kept(tmp_path):
    store, made = Store(tmp_path), []

    def make():
        made.append(1)
        # a view that is not contiguous, as a transposed matrix of a dictionary is
        return Kept({"decoder": torch.arange(6.0).view(2, 3).T, "bias": torch.ones(2)}, {"seconds": 1.5})

    wanted = Provenance("saes", {"of": "a model", "width": 3, "seeds": [0, 1]}, {"torch": "2"}, 1, "code")
    assert store.find(wanted) is None
    first, second = store.keep(wanted, make), store.keep(wanted, make)
    assert len(made) == 1
    assert torch.equal(first.tensors["decoder"], second.tensors["decoder"])
    assert second.facts == {"seconds": 1.5}
    assert store.find(replace(wanted, kind="other")) is None


def test_the_store_can_list_what_it_holds(tmp_path, train, caplog):
    assert Store(tmp_path / "nowhere").list() == []
    kept = {train().provenance.key, train(Focal()).provenance.key}
    assert {provenance.key for provenance, _ in Store(tmp_path).list()} == kept
    assert {provenance.spec["strategy"] for provenance, _ in Store(tmp_path).list()} == {"Erm()", repr(Focal())}
    assert all(facts["steps"] > 0 for _, facts in Store(tmp_path).list())
    first, second = sorted(kept)
    (tmp_path / f"{first}.json").write_text("{}")
    assert [provenance.key for provenance, _ in Store(tmp_path).list()] == [second]
    assert f"{first}.json cannot be used" in caplog.text
    (tmp_path / f"{second}.safetensors").unlink()
    assert Store(tmp_path).list() == []


def test_the_environment_moves_the_store(tmp_path, monkeypatch):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "elsewhere"))
    assert Store().root == tmp_path / "elsewhere"


def test_budgets_of_other_numbers_that_are_equal_have_one_key(task):
    keys = {provenance_of(Erm(), task, SPEC, Budget(epochs=epochs), 0).key for epochs in (2, 2.0)}
    assert len(keys) == 1


@pytest.mark.parametrize("seed", [1.5, 1.0, True, -1, "a", None])
def test_a_seed_is_a_whole_number(train, seed):
    with pytest.raises(ValueError, match="expected a whole number from 0 on"):
        train(seed=seed)
