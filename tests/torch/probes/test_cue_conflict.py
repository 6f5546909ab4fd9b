import pytest
import torch

from torch import nn

from lazyartist.data.images import Split, UnsupportedError
from lazyartist.probes import recolour


def test_a_colour_reader_follows_and_never_stays(task, reads_colour):
    found = recolour(reads_colour, task.hard["other"])
    assert found.follows == 1.0
    assert found.stays == 0.0
    assert torch.equal(found.stays_table, torch.eye(10))
    assert torch.equal(found.follows_table, torch.ones(10, 10))
    assert found.n == 33  # the smallest class of the 360 test digits
    assert found.answers == 33 * 90


def test_recolour_wants_images(task):
    with pytest.raises(ValueError, match="per_class=0"):
        recolour(nn.Identity(), task.easy, per_class=0)
    with pytest.raises(ValueError, match="images of every class"):
        recolour(nn.Identity(), task.easy.subset(task.easy.labels != 4))


def test_more_values_than_classes(plates):
    """Of four walls two belong to a class, and only these can contradict it."""
    labels, walls = [0, 0, 1, 1], [0, 1, 2, 3]
    split, follows = plates(labels, walls, 2, 4, lambda label, wall: (wall == 1).long())
    found = recolour(follows, split, own=torch.tensor([3, 1]))
    assert found.conflict.tolist() == [[False, True, False, False], [False, False, False, True]]
    assert (found.follows, found.stays, found.answers) == (1, 0, 4)
    assert found.follows_table.isnan().tolist() == [[True, False, True, False]] * 2
    assert found.stays_table.tolist() == [[1, 0, 1, 1], [0, 1, 0, 0]]
    _, stays = plates(labels, walls, 2, 4, lambda label, wall: label)
    found = recolour(stays, split, own=torch.tensor([3, 1]))
    assert (found.follows, found.stays) == (0, 1)


def test_fewer_values_than_classes(plates):
    """Two classes share a wall: to call an image either of them follows it."""
    split, model = plates([0, 1, 2], [0, 1, 1], 3, 2, lambda label, wall: 2 * wall)
    found = recolour(model, split, own=torch.tensor([0, 1, 1]))
    assert found.conflict.tolist() == [[False, True], [True, False], [True, False]]
    assert found.follows_table.tolist() == [[1, 1]] * 3
    assert (found.follows, found.stays, found.n) == (1, 0, 1)


def test_values_that_belong_to_other_classes_than_their_own_number(plates):
    split, model = plates([0, 1, 2], [1, 2, 0], 3, 3, lambda label, wall: (wall + 2) % 3)
    assert recolour(model, split, own=torch.tensor([1, 2, 0])).follows == 1
    assert recolour(model, split).follows < 1


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (None, "2 classes and 4 attribute values: say which one belongs to each class"),
        ([0], "expected 2 attribute values from 0 to 3, one per class"),
        ([0, 4], "expected 2 attribute values from 0 to 3"),
        ([-1, 0], "expected 2 attribute values from 0 to 3"),
        ([0.0, 1.0], "expected 2 attribute values from 0 to 3"),
        ([2, 2], "all classes have the same attribute value"),
    ],
)
def test_what_does_not_say_which_value_belongs_to_a_class_is_refused(plates, own, message):
    split, model = plates([0, 1], [0, 3], 2, 4, lambda label, wall: label)
    with pytest.raises(ValueError, match=message):
        recolour(model, split, own=own)


def test_images_that_cannot_be_repainted_are_named(plates):
    split, model = plates([0, 1], [0, 1], 2, 2, lambda label, wall: label, painted=False)
    with pytest.raises(UnsupportedError, match=r"recolour needs images that can be repainted, and Plates cannot"):
        recolour(model, split)
    with pytest.raises(UnsupportedError, match="Plates has no bias attribute"):
        recolour(model, Split(split.images, "class", ()))
