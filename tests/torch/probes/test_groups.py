import pytest
import torch

from lazyartist.data.images import Split, UnsupportedError
from lazyartist.probes import group_accuracy


def test_a_group_is_a_class_with_an_attribute_value(plates):
    labels, walls = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 3]
    split, model = plates(labels, walls, 2, 4, lambda label, wall: wall.clamp_max(1))
    groups = group_accuracy(model, split)
    assert groups.n.tolist() == [[2, 1, 0, 0], [0, 2, 0, 1]]
    assert groups.right.tolist() == [[2, 0, 0, 0], [0, 2, 0, 1]]
    assert groups.accuracy.isnan().tolist() == [[False, False, True, True], [True, False, True, False]]
    assert groups.worst == 0
    _, knows = plates(labels, walls, 2, 4, lambda label, wall: label)
    assert group_accuracy(knows, split).worst == 1


@pytest.mark.parametrize(("classes", "attributes"), [(3, 2), (2, 5), (4, 4), (10, 1)])
def test_groups_of_any_sizes_count_every_image_once(plates, classes, attributes):
    labels, walls = torch.arange(120) % classes, torch.arange(120) // 7 % attributes
    split, model = plates(labels, walls, classes, attributes, lambda label, wall: (label + (wall > 0)) % classes)
    groups = group_accuracy(model, split)
    assert groups.n.shape == (classes, attributes)
    assert int(groups.n.sum()) == 120
    expected = (torch.arange(attributes) == 0).float().expand(classes, -1)
    assert torch.equal(groups.accuracy.nan_to_num(0), expected.where(groups.n > 0, 0))


def test_on_coloured_digits_a_colour_reader_is_right_in_its_own_groups(task, reads_colour):
    groups = group_accuracy(reads_colour, task.test)
    assert groups.worst == 0
    assert groups.accuracy.diagonal().tolist() == [1] * 10
    assert int(groups.right.sum()) == int(groups.n.diagonal().sum())


def test_a_split_without_attribute_has_no_groups(plates):
    split, model = plates([0, 1], [0, 1], 2, 2, lambda label, wall: label)
    with pytest.raises(UnsupportedError, match="Plates has no bias attribute"):
        group_accuracy(model, Split(split.images, "class", ()))
