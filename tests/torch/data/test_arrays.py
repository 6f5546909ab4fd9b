"""Own images in memory: colour photographs with known attributes, of any numbers of classes and attribute values."""

import numpy as np
import pytest
import torch

from lazyartist.data.arrays import array_task
from lazyartist.data.images import UnsupportedError
from lazyartist.inference import logits_of
from lazyartist.probes import accuracy, recolour
from lazyartist.strategies import STRATEGIES
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


SPLITS = np.array(["train", "train", "train", "easy", "test"])


def photographs(n=120, height=12, width=16, classes=2, places=4, conflicting=0.2):
    """Images (N, 3, H, W) whose brightness says the class and whose red stripe says the place; which is known."""
    rng = np.random.default_rng(0)
    label = np.arange(n) // 5 % classes
    place = np.where(rng.random(n) < conflicting, rng.integers(0, places, n), label % places)
    pixels = rng.integers(0, 40, (n, 3, height, width), dtype=np.uint8)
    pixels[:, 2] += (label * 60 // classes + 60).astype(np.uint8)[:, None, None]
    for i in range(n):
        pixels[i, 0, place[i] * height // places] = 255
    return pixels, {"class": label, "place": place}, np.resize(SPLITS, n)


def test_photographs_make_a_task():
    pixels, factors, split = photographs()
    task = array_task(pixels, factors, split, bias="place", name="birds")
    assert (task.name, len(task.train), len(task.easy), len(task.test)) == ("birds", 72, 24, 24)
    assert (task.train.classes, task.train.attributes) == (2, 4)
    x = task.easy.render(torch.tensor([1]))
    assert torch.equal(x[0], torch.tensor(pixels[8]).float() / 255)
    assert task.easy[1][1] == factors["class"][8]
    assert task.own_attribute.tolist() == [0, 1]
    assert not task.aligned(task.hard["conflicting"]).any()
    assert len(task.hard["conflicting"]) == int((~task.aligned(task.test)).sum()) > 0
    assert dict(task.keys) == {"bias": "place"}
    tensors = {name: torch.tensor(values) for name, values in factors.items()}
    again = array_task(torch.tensor(pixels), tensors, list(split), bias=("place",))
    assert again.train.fingerprint == task.train.fingerprint
    changed = pixels.copy()
    changed[0, 0, 0, 0] ^= 1
    assert array_task(changed, factors, split, bias="place").train.fingerprint != task.train.fingerprint


@pytest.mark.parametrize(
    ("classes", "places", "size"), [(2, 4, (48, 64)), (3, 2, (28, 28)), (2, 2, (32, 48)), (5, 7, (21, 12))]
)
def test_any_number_of_classes_attributes_and_pixels_trains(classes, places, size):
    """Attribute values need not be as many as classes: tables of groups are (classes, attributes)."""
    pixels, factors, split = photographs(140, *size, classes=classes, places=places, conflicting=0.5)
    task = array_task(pixels, factors, split, bias="place")
    for name in ("erm", "group_balanced", "group_dro", "logit_correction", "gradient_reversal", "dfr"):
        model = fit(STRATEGIES.build(name), task, "simple_cnn:width=2", budget=Budget(epochs=0.5, batch_size=16)).model
        assert logits_of(model, task.test).shape == (len(task.test), classes)
    assert 0 <= accuracy(model, task.hard["conflicting"]).value <= 1


def test_what_needs_other_colours_says_so(task):
    photos = array_task(*photographs(), bias="place")
    model = fit(STRATEGIES.build("erm"), photos, "simple_cnn:width=2", budget=Budget(epochs=0.5, batch_size=16)).model
    with pytest.raises(UnsupportedError, match=r"recolour needs .*ArrayImages\(120 images with class, place\) cannot"):
        recolour(model, photos.test, own=photos.own_attribute)
    with pytest.raises(UnsupportedError, match=r"Oracle.*custom has none"):
        fit(STRATEGIES.build("oracle"), photos, "simple_cnn:width=2", budget=Budget(epochs=0.5, batch_size=16))


def test_two_attributes_and_none():
    pixels, factors, split = photographs()
    factors["time"] = np.arange(len(split)) // 5 % 3
    both = array_task(pixels, factors, split, bias=("place", "time"))
    assert both.train.attributes == 12
    assert torch.equal(both.train.attribute, 3 * both.train.factor("place") + both.train.factor("time"))
    assert dict(both.keys) == {"bias": "place, time"}
    none = array_task(pixels, factors, split)
    assert (dict(none.hard), dict(none.keys)) == ({}, {})
    with pytest.raises(UnsupportedError, match="no bias attribute: name one of class, place, time"):
        _ = none.train.attribute
    other = array_task(pixels, factors, split, target="place", bias="class")
    assert (other.train.classes, other.train.attributes) == (4, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": lambda x: x[:, 0]}, r"expected \(N, 3, H, W\) uint8, got \(120, 12, 16\)"),
        ({"images": lambda x: x.transpose(0, 2, 3, 1)}, r"\(120, 12, 16, 3\) torch.uint8: move the channels"),
        ({"images": lambda x: x / 255}, r"float64: turn these floats into bytes with \(255 \* images\)"),
        ({"images": lambda x: x.astype(np.float32)}, r"float32: turn these floats into bytes with \(images\)"),
        ({"images": lambda x: x[:0]}, r"got \(0, 3, 12, 16\)"),
        ({"images": lambda x: "photos"}, "images: expected"),
        ({"class": lambda y: y[:-5]}, r"class: expected \(120,\) integers from 0 on, one per image, got \(115,\)"),
        ({"class": lambda y: np.append(y, 1)}, r"class: expected \(120,\) integers .* got \(121,\)"),
        ({"class": lambda y: y * 1.0}, "class: expected .*float64"),
        ({"class": lambda y: y - 1}, "integers from 0 on"),
        ({"class": lambda y: [str(label) for label in y]}, "class: expected"),
        ({"class": lambda y: 2 * y}, r"class \[1\]: no training image"),
        ({"class": lambda y: y * 10**12}, "class: a value of 1,000,000,000,000 among 120 images: renumber them"),
        ({"place": lambda a: a + 119}, "place: a value of 12[0-9] among 120 images: renumber them from 0 on"),
        ({"place": lambda a: a > 1}, "place: expected .*bool"),
        ({"split": lambda s: s[:-1]}, r"split: expected \(120,\) words 'train', 'easy' and 'test'"),
        ({"split": lambda s: np.where(s == "easy", "val", s)}, r"\['test', 'train', 'val'\]"),
        ({"split": lambda s: np.where(s == "test", "easy", s)}, r"\['easy', 'train'\]"),
        ({"split": lambda s: s == "train"}, r"\['False', 'True'\]"),
    ],
)
def test_nonsense_is_refused_with_a_way_out(change, message):
    pixels, factors, split = photographs()
    given = {"images": pixels, **factors, "split": split}
    for name, turn in change.items():
        given[name] = turn(given[name])
    with pytest.raises(ValueError, match=message):
        array_task(given["images"], {name: given[name] for name in ("class", "place")}, given["split"], bias="place")


def test_an_unknown_factor_is_named():
    pixels, factors, split = photographs()
    for wrong in ({"target": "bird"}, {"bias": "bird"}):
        with pytest.raises(ValueError, match="has no factor bird: it has class, place"):
            array_task(pixels, factors, split, **wrong)
