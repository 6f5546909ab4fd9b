"""Tasks from a grid: how the splits lean, and that no two of their images differ in the lie alone."""

import pytest
import torch

from lazyartist.data.grid import FactorImages, Grid
from lazyartist.data.grid_task import EASY, TEST, grid_task
from lazyartist.data.make import make_task


class Bars(FactorImages):
    """Three targets, five values of what leans, and much else."""

    grid = Grid({"target": 3, "lean": 5, "rest": 4000})
    fingerprint = "bars"

    def render(self, index):
        return torch.zeros(len(index), 3, 8, 8)


OWN = (4, 0, 2)


def made(**knobs):
    return grid_task(Bars(), "bars", target="target", bias="lean", own=OWN, **{"count": 1500, **knobs})


@pytest.mark.parametrize("correlation", [0, 0.5, 0.95, 1])
def test_a_share_of_each_class_has_its_own_value_and_the_rest_any(correlation):
    for split in (made(correlation=correlation).train, made(correlation=correlation).easy):
        for label, own in enumerate(OWN):
            shown = split.attribute[split.labels == label].bincount(minlength=5)
            n = int(shown.sum())
            rest = n - round(correlation * n)
            shown[own] -= n - rest
            assert set(shown.tolist()) <= {rest // 5, -(-rest // 5)}


def test_the_hard_splits_show_another_class_s_own_value_on_the_same_images():
    task = made(seed=3)
    own = torch.tensor(OWN)
    labels = task.test.labels
    assert torch.equal(task.hard["rotated"].attribute, own[(labels + 1) % 3])
    other = task.hard["other"].attribute
    assert not (other == own[labels]).any()
    assert set(other.tolist()) == set(OWN)
    rest = task.test.factor("rest")
    for split in task.hard.values():
        assert torch.equal(split.labels, labels)
        assert torch.equal(split.factor("rest"), rest)


def test_values_that_say_nothing_are_even():
    task = made()
    for split in (task.test, task.unbiased):
        table = torch.zeros(3, 5).index_put((split.labels, split.attribute), torch.ones(()), accumulate=True)
        expected = len(split) / 15
        assert ((table - expected).abs() < 5 * expected**0.5).all()
    assert torch.equal(task.unbiased.factor("rest"), task.train.factor("rest"))
    assert torch.equal(task.unbiased.labels, task.train.labels)


def test_no_two_images_differ_in_the_lie_alone():
    for task in (made(), make_task("room3d"), make_task("sprites2d")):
        grid, bias = task.train.images.grid, task.train.bias[0]
        index = torch.cat([split.index for split in (task.train, task.easy, task.test)])
        alike = grid.changed(index, {bias: torch.zeros_like(index)})
        assert len(alike.unique()) == len(index)


@pytest.mark.parametrize("count", [3, 100, 1501])
def test_splits_have_their_sizes_and_classes_are_as_frequent_as_can_be(count):
    task = made(count=count)
    assert [len(split) for split in (task.train, task.easy, task.test)] == [count, EASY, TEST]
    for split in (task.train, task.easy, task.test):
        counts = split.labels.bincount()
        assert int(counts.max() - counts.min()) <= 1
        assert len(split) < 100 or split.labels[:50].unique().numel() == 3  # in random order


def test_the_seed_decides_and_nothing_else():
    one, same, other = made(seed=1), made(seed=1), made(seed=2)

    def splits(task):
        return (task.train, task.easy, task.test, task.unbiased, *task.hard.values())

    assert [s.fingerprint for s in splits(one)] == [s.fingerprint for s in splits(same)]
    assert not {s.fingerprint for s in splits(one)} & {s.fingerprint for s in splits(other)}
    assert len({s.fingerprint for s in splits(one)}) == 6
    tighter = made(seed=1, correlation=0.99)
    assert torch.equal(tighter.train.factor("rest"), one.train.factor("rest"))


@pytest.mark.parametrize("correlation", [-0.1, 1.1, float("nan"), "much", None])
def test_correlations_out_of_range_are_refused(correlation):
    with pytest.raises(ValueError, match=r"correlation=.*: expected a share in"):
        made(correlation=correlation)


@pytest.mark.parametrize("count", [2, 5998])
def test_numbers_of_images_that_the_grid_does_not_have_are_refused(count):
    with pytest.raises(ValueError, match=rf"images={count}: expected 3 training images or more, and 5,997 at most"):
        made(count=count)
    assert len(made(count=5997).train) == 5997


@pytest.mark.parametrize("count", [-1, 2.5, "many", True])
def test_numbers_of_images_are_whole(count):
    with pytest.raises(ValueError, match=r"images=.*: expected a whole number from 0 on"):
        made(count=count)


def test_knobs_of_the_registered_ones():
    assert dict(make_task("room3d:size=16:images=100:correlation=1").keys) == {
        "bias": "wall_hue",
        "correlation": 1.0,
        "images": 100,
        "size": 16,
    }
    with pytest.raises(ValueError, match=r"size=12\.5"):
        make_task("room3d:size=12.5")
    with pytest.raises(ValueError, match=r"has the knobs .*'images'.*, not 'image'"):
        make_task("sprites2d:image=5")
