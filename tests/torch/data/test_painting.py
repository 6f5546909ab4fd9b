"""From grey images to a task: no split loses a class."""

import numpy as np
import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.data.painting import paint_task
from lazyartist.data.sources import GreyImages


def grey(*counts, tested=None):
    """So many images of each class, in shuffled order; the same for testing."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    images = np.random.default_rng(1).integers(0, 256, (len(labels), 8, 8), dtype=np.uint8)
    test = labels if tested is None else np.array(tested)
    return GreyImages(images, labels, np.zeros((len(test), 8, 8), np.uint8), test)


def palette(classes):
    return [(1, (i + 1) / (classes + 1), 0) for i in range(classes)]


@pytest.mark.parametrize("counts", [(10,) * 10, (5,) * 100, (2,) * 10, (500, 2), (3, 40, 2)])
def test_every_class_is_in_both_splits_whatever_the_seed(counts):
    given, classes = grey(*counts), len(counts)
    for seed in range(20):
        task = make_task(given, palette=palette(classes), seed=seed)
        for split in (task.train, task.easy):
            assert set(split.labels.tolist()) == set(range(classes))
        assert len(task.train) + len(task.easy) == sum(counts)
        strokes = torch.cat([task.train.foreground(), task.easy.foreground()]).flatten(1).unique(dim=0)
        assert len(strokes) == sum(counts)  # nothing is lost or doubled


def test_where_a_random_cut_keeps_every_class_it_is_a_random_cut():
    task = make_task(grey(*(100,) * 10), seed=4)
    assert (len(task.train), len(task.easy)) == (800, 200)
    counts = torch.bincount(task.easy.labels)
    assert not (counts == 20).all()


@pytest.mark.parametrize("counts", [(10, 1), (1, 1, 10), (4, 5, 1)])
def test_a_class_with_one_image_cannot_be_in_both_and_is_named(counts):
    few = [label for label, n in enumerate(counts) if n == 1]
    with pytest.raises(ValueError, match=rf"the classes \[{', '.join(map(str, few))}\] have one training image each"):
        for seed in range(3):
            make_task(grey(*counts), palette=palette(len(counts)), seed=seed)


def test_a_class_that_is_not_tested_is_named_with_its_split():
    with pytest.raises(ValueError, match=r"test_labels: no image of the classes \[1\]"):
        make_task(grey(10, 10, 10, tested=[0, 2, 0]), palette=palette(3))


def test_a_palette_of_more_colours_than_classes_is_refused():
    with pytest.raises(ValueError, match="class 2 has no images: give every class of the palette one"):
        make_task(grey(10, 10), palette=palette(3))


def test_its_parts_are_painted_with_what_was_asked(task):
    own = paint_task(
        grey(40, 40), "mine", correlation=0.5, conflict="others", where="background", palette=palette(2), seed=1
    )
    assert (own.name, own.train.classes, own.train.attributes, own.seed) == ("mine", 2, 2, 1)
    assert own.train.images.backdrops is not None  # type: ignore[attr-defined]
    assert float(own.aligned(own.train).double().mean()) == pytest.approx(0.5, abs=0.02)
    assert torch.equal(own.hard["other"].attribute, 1 - own.hard["other"].labels)
    made = {"bias": "colour", "correlation": 0.5, "conflict": "others", "where": "background", "palette": "custom"}
    assert dict(own.keys) == made
    drawn = [task.train.attribute[:288], task.easy.attribute, task.test.attribute[:288]]
    assert not torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[1], drawn[2])
