import math

import pytest
import torch

from torch import nn

from lazyartist.studies.noise.metrics import PAINTS
from lazyartist.studies.noise.minimum_noise import (
    check_classes,
    find_minimum_noise,
    first_images,
    largest_change,
    paints_of,
    render_in,
    split_in,
)


def test_the_same_images_are_shown_in_every_paint(task):
    assert paints_of(task) == PAINTS == ("own", "other", "grey")
    splits = [split_in(task, paint) for paint in PAINTS]
    indices = [first_images(split, 7, 3) for split in splits]
    assert all(torch.equal(index, indices[0]) for index in indices)
    own, other, grey = (render_in(s, i, p) for s, i, p in zip(splits, indices, PAINTS, strict=True))
    test, index = task.hard["other"], indices[0]
    assert (test.labels[index] == 7).all()
    assert torch.equal(grey[:, 0], grey[:, 2])
    assert torch.allclose(grey.amax(1), test.foreground(index) / 255)
    assert torch.equal(other, test.render(index))
    assert torch.equal(own, test.render(index, torch.full_like(index, 7)))
    assert task.aligned(splits[0]).all()
    assert not task.aligned(splits[1]).any()


def test_images_that_cannot_be_repainted_are_shown_as_they_are(fixed_task):
    assert paints_of(fixed_task) == ("own", "other")
    own, other = (split_in(fixed_task, paint) for paint in ("own", "other"))
    assert fixed_task.aligned(own).all()
    assert not fixed_task.aligned(other).any()
    assert len(own) + len(other) == len(fixed_task.test)
    index = first_images(own, 7, 2)
    assert torch.equal(render_in(own, index, "own"), own.render(index))


@pytest.mark.parametrize(("source", "target"), [(7, 7), (7, 10), (-1, 3), (2.5, 3)])
def test_classes_that_are_not_there_are_refused(task, source, target):
    with pytest.raises(ValueError, match="digits has the classes 0 to 9; choose two of them"):
        check_classes(task, source, target)
    check_classes(task, 7, 3)


def test_a_mistake_before_the_noise_is_no_success(task):
    class Three(nn.Module):
        def forward(self, x):
            return torch.eye(10)[3] * 5 + x.mean((1, 2, 3))[:, None] * torch.arange(10)

    split = split_in(task, "own")
    index = first_images(split, 7, 4)
    images = render_in(split, index, "own")
    noise = find_minimum_noise(Three(), images, split.labels[index], torch.full_like(index, 3), steps=2)
    assert noise.already.all()
    assert noise.detail(noise.epsilon) == [None] * 4
    assert noise.median(noise.epsilon) == math.inf


def test_the_largest_change_is_that_of_one_pixel():
    before = torch.full((3, 3, 4, 4), 0.5)
    after = before.clone()
    after[1, 2, 3, 0] = 0.2
    after[2] += 0.1
    assert largest_change(before, after) == pytest.approx(0.3)
    assert largest_change(before[2:], after[2:]) == pytest.approx(0.1)
    assert largest_change(before[:0], after[:0]) == 0
