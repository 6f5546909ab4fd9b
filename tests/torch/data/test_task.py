"""The task: its splits repeat to the bit, and what it lacks is said by name."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lazyartist.data.coloured import colour
from lazyartist.data.images import UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.data.memory import memory_task
from lazyartist.data.sources import GreyImages
from lazyartist.data.task import whole_number
from lazyartist.strategies.oracle import Oracle
from lazyartist.training.fit import fit
from tests.torch.birds import birds


rng = np.random.default_rng(0)
GREY = rng.integers(0, 256, (430, 28, 28), dtype=np.uint8)
LABELS = np.concatenate([np.arange(10), rng.integers(0, 10, 420)])


def test_a_task_has_its_splits_and_repeats_to_the_bit():
    task, again, other = make_task("digits"), make_task("digits"), make_task("digits", seed=1)
    assert (len(task.train), len(task.easy), len(task.hard["other"]), len(task.test)) == (1149, 288, 360, 360)
    assert set(task.hard) == {"rotated", "other"}
    assert task.train.fingerprint == again.train.fingerprint != other.train.fingerprint
    assert task.test.fingerprint == again.test.fingerprint != other.test.fingerprint
    assert float(task.aligned(task.train).float().mean()) == pytest.approx(0.955, abs=0.005)
    for split in (task.unbiased, task.test):
        assert 0.05 < float(task.aligned(split).float().mean()) < 0.15
    for way in task.hard.values():
        assert not task.aligned(way).any()
    assert torch.equal(task.unbiased.foreground(), task.train.foreground())
    made = {"bias": "colour", "correlation": 0.95, "conflict": "all", "where": "foreground", "palette": "hues"}
    assert (task.name, task.seed, dict(task.keys)) == ("digits", 0, made)


def test_knobs_stand_behind_the_name_or_beside_it():
    spec = make_task("digits:correlation=0.5:where=background", seed=2)
    words = make_task("digits", seed=2, correlation=0.5, where="background")
    assert spec.train.fingerprint == words.train.fingerprint != make_task("digits", seed=2).train.fingerprint
    assert (spec.name, spec.keys["correlation"], spec.keys["where"]) == ("digits", 0.5, "background")
    with pytest.raises(KeyError, match=r"no dataset called 'digit'.*Did you mean digits"):
        make_task("digit")
    with pytest.raises(ValueError, match=r"digits cannot be made with .*hue"):
        make_task("digits:hue=3")
    with pytest.raises(ValueError, match="correlation=5"):
        make_task("digits:correlation=5")


def test_own_images_make_a_task_too():
    task = make_task(GreyImages(GREY, LABELS, GREY[:50], LABELS[:50]), correlation=1.0)
    assert task.name == "custom"
    assert task.aligned(task.train).all()
    assert make_task(task) is task


@pytest.mark.parametrize(
    "given",
    [colour(GREY, LABELS), (GREY, LABELS), [1, 2], None, torch.zeros(3)],
    ids=lambda given: type(given).__name__,
)
def test_what_makes_no_task_is_refused_with_the_way_there(given):
    with pytest.raises(ValueError, match=r"expected a name, GreyImages .*palette=") as error:
        make_task(given)
    assert type(given).__name__ in str(error.value)


def test_the_own_attribute_is_what_most_training_images_of_a_class_have(task):
    assert torch.equal(task.own_attribute, torch.arange(10))
    turned = replace(task, train=task.train.with_attribute((task.train.attribute + 3) % 10))
    assert torch.equal(turned.own_attribute, (torch.arange(10) + 3) % 10)
    assert torch.equal(turned.aligned(turned.train), task.aligned(task.train))


def test_a_missing_oracle_split_is_an_error_for_the_oracle_alone(task, short):
    without = replace(task, unbiased=None)
    with pytest.raises(UnsupportedError, match=r"Oracle.* needs a training split whose colour say.*digits has none"):
        fit(Oracle(), without, "simple_cnn:width=2", budget=short)
    with pytest.raises(UnsupportedError, match="me needs"):
        without.oracle_split("me")
    assert task.oracle_split("me") is task.unbiased


@pytest.mark.parametrize(
    "seed", [3, np.int64(3), np.uint8(3), torch.tensor(3), np.array(3)], ids=lambda s: type(s).__name__
)
def test_a_seed_of_any_integer_type_gives_the_same_bits(seed):
    task = make_task("digits", seed=seed)
    assert task.train.fingerprint == make_task("digits", seed=3).train.fingerprint
    assert type(task.seed) is int


def test_a_model_from_the_store_has_one_key_whatever_type_the_seed_has(task, short, tmp_path):
    from lazyartist.strategies.erm import Erm
    from lazyartist.training.store import Store

    store, asked = Store(tmp_path), (Erm(), task, "simple_cnn:width=2", short)
    first, second = (store.fit(*asked, seed) for seed in (3, np.int64(3)))
    assert first.provenance.key == second.provenance.key
    fresh = fit(Erm(), task, "simple_cnn:width=2", budget=short, seed=np.int64(3)).model
    for weights in (second.model.state_dict(), fresh.state_dict()):
        assert all(torch.equal(tensor, weights[name]) for name, tensor in first.model.state_dict().items())


@pytest.mark.parametrize("seed", [2**40, 2**70])
def test_large_seeds_are_seeds(seed):
    assert make_task("digits", seed=seed).train.fingerprint != make_task("digits").train.fingerprint


@pytest.mark.parametrize("seed", [-1, np.int64(-2), 1.0, "1", True, None, np.arange(2)], ids=repr)
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match=r"seed=.*: expected a whole number from 0 on"):
        make_task("digits", seed=seed)
    with pytest.raises(ValueError, match=r"n=.*: expected a whole number"):
        whole_number(seed, "n")


def test_images_whose_attribute_says_nothing_are_as_many_of_each_group_and_no_test_images():
    task = memory_task(birds(), bias="place")
    fair = task.fair_split("a test")
    counts = torch.bincount(fair.labels * 2 + fair.attribute)
    assert counts.tolist() == [11] * 4  # one training image and ten validation images of the smallest group
    assert not set(fair.index.tolist()) & set(task.test.index.tolist())
    painted = make_task("digits")
    assert painted.fair_split("a test") is painted.unbiased


def test_a_group_without_images_is_named_by_what_needs_it():
    shares = {"train": (9, 9, 0, 9), "val": (9, 9, 0, 9), "test": (9, 9, 9, 9)}
    with pytest.raises(UnsupportedError, match=r"a test needs .* images of every y with every place"):
        memory_task(birds(shares=shares), bias="place").fair_split("a test")
    with pytest.raises(UnsupportedError, match="a test needs"):
        memory_task(birds(), bias=()).fair_split("a test")
