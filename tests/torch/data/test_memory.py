"""Images in memory become a task from whatever they are held in, and from all of them the same one."""

import numpy as np
import pytest
import torch

from PIL import Image

from lazyartist.data.arrays import array_task
from lazyartist.data.memory import NamedImages, memory_task
from lazyartist.strategies import STRATEGIES
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


N = 60
PIXELS = np.random.default_rng(0).integers(0, 256, (N, 8, 12, 3), dtype=np.uint8)
LABELS = np.arange(N) // 5 % 2
PLACES = np.where(np.arange(N) % 7, LABELS, 1 - LABELS)
WORDS = np.resize(["train", "train", "train", "val", "test"], N)
KNOWN = {"label": LABELS, "place": PLACES}


class Pairs:
    """A dataset as torchvision has them: items by number, and a length."""

    def __init__(self, images, *rest):
        self.columns = (images, *rest)

    def __len__(self):
        return len(self.columns[0])

    def __getitem__(self, place):
        return tuple(column[place] for column in self.columns)


class Rows:
    """A dataset as Hugging Face has them: columns by name; lists of values, pictures from Pillow."""

    def __init__(self, **columns):
        self.column_names = list(columns)
        self.columns = columns

    def __len__(self):
        return len(self.columns[self.column_names[0]])

    def __getitem__(self, name):
        return self.columns[name]


def pictures(part=slice(None)):
    return [Image.fromarray(pixels) for pixels in PIXELS[part]]


def by_split(make):
    return {word: make(np.flatnonzero(np.isin(WORDS, word))) for word in ("train", "val", "test")}


HELD = {
    "array": lambda: memory_task(PIXELS, KNOWN, WORDS),
    "channels first": lambda: memory_task(PIXELS.transpose(0, 3, 1, 2), KNOWN, WORDS),
    "tensor of floats": lambda: memory_task(
        torch.tensor(PIXELS).permute(0, 3, 1, 2) / 255, {k: torch.tensor(v) for k, v in KNOWN.items()}, list(WORDS)
    ),
    "pictures": lambda: memory_task(pictures(), KNOWN, WORDS),
    "pairs": lambda: memory_task(Pairs(pictures(), LABELS), {"place": PLACES}, WORDS),
    "triples": lambda: memory_task(Pairs(torch.tensor(PIXELS), torch.tensor(LABELS), PLACES), split=WORDS),
    "mapping": lambda: memory_task({"image": PIXELS, **KNOWN, "split": WORDS}),
    "rows": lambda: memory_task(Rows(image=pictures(), label=LABELS.tolist(), place=PLACES.tolist()), split=WORDS),
    "items by name": lambda: memory_task(
        [
            {"image": image, "label": label, "place": place, "split": word}
            for image, label, place, word in zip(pictures(), LABELS, PLACES, WORDS, strict=True)
        ]
    ),
    "splits of rows": lambda: memory_task(by_split(lambda p: Rows(img=PIXELS[p], y=LABELS[p], place=PLACES[p]))),
    "splits of triples": lambda: memory_task(by_split(lambda p: Pairs(PIXELS[p], LABELS[p], PLACES[p]))),
}


def shown(split):
    """A split's images and values in an order of their own."""
    images = (255 * split.render(slice(None))).round().flatten(1)
    order = np.lexsort(images.T.cpu().numpy())
    return images[order], split.labels[order], split.attribute[order]


@pytest.mark.parametrize("make", HELD.values(), ids=list(HELD))
def test_however_images_are_held_the_task_is_the_same(make, processor):
    processor("images are given in its memory")
    words = np.where(WORDS == "val", "easy", WORDS)
    expected = array_task(PIXELS.transpose(0, 3, 1, 2), {"class": LABELS, "place": PLACES}, words, bias="place")
    task = make()
    for one, other in ((task.train, expected.train), (task.easy, expected.easy), (task.test, expected.test)):
        assert all(map(torch.equal, shown(one), shown(other)))
    assert list(task.hard) == list(expected.hard) == ["conflicting"]
    assert not task.aligned(task.hard["conflicting"]).any()


def test_values_may_be_words_and_splits_are_drawn():
    words = {"animal": np.array(["dog", "cat"])[LABELS], "weather": np.array(["rain", "sun"])[PLACES]}
    task = memory_task(PIXELS, words, target="animal", bias="weather", name="pets", seed=1)
    assert isinstance(task.train.images, NamedImages)
    assert task.train.images.values == {"animal": ("cat", "dog"), "weather": ("rain", "sun")}
    assert torch.equal(task.train.images.factors["animal"], torch.tensor(1 - LABELS))
    assert [len(split) for split in (task.train, task.easy, task.test)] == [36, 12, 12]
    assert (task.name, task.seed, dict(task.keys)) == ("pets", 1, {"target": "animal", "bias": "weather"})
    other = memory_task(PIXELS, words, target="animal", bias="weather", seed=2)
    assert other.train.fingerprint != task.train.fingerprint
    assert other.train.images.fingerprint == task.train.images.fingerprint


def test_torchvisions_two_parts_are_enough_and_it_trains():
    halves = {"train": Pairs(pictures(slice(40)), LABELS[:40]), "test": Pairs(pictures(slice(40, N)), LABELS[40:])}
    task = memory_task(halves, size="10x9")
    assert (task.train.bias, len(task.train), len(task.easy), len(task.test)) == ((), 32, 8, 20)
    assert task.train[0][0].shape == (3, 9, 10)
    model = fit(STRATEGIES.build("erm"), task, "simple_cnn:width=2", budget=Budget(epochs=0.5, batch_size=16)).model
    assert not model.training


def test_a_group_without_a_test_image_is_named(caplog):
    memory_task(PIXELS, {"label": LABELS, "place": LABELS}, WORDS, bias="place", name="pets")
    assert "pets: groups without a test image" in caplog.text
    assert "\n  - label 0, place 1\n  - label 1, place 0" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("photographs", KNOWN), "images: expected an array, a list, a dataset with a length, .* got str"),
        ((iter(PIXELS), KNOWN), "images: expected an array"),
        ((torch.tensor(0.5), KNOWN), "images: expected an array, .* got Tensor"),
        (({3: PIXELS[0]}, KNOWN), "expected a column of images"),
        (([], KNOWN), "images: there are none"),
        ((PIXELS.astype(float), KNOWN), r"image 0: its floats run from .*: expected \[0, 1\]"),
        ((PIXELS[:, :, :, :2], KNOWN), "image 0: expected"),
        (([*pictures(slice(2)), Image.new("L", (9, 8))], KNOWN), "image 2: sizes differ, 12x8 and 9x8 pixels: say one"),
        ((["a.png", "b.png"], KNOWN), "image 0: expected"),
        ((Pairs(PIXELS, LABELS, PLACES, PLACES),), r"item 0: expected \(image, label\) or .* got 4 parts"),
        (({"photo": PIXELS, **KNOWN},), "expected a column of images called image, .*got photo, label, place"),
        (({"image": PIXELS, "label": LABELS[1:]},), r"a value for each of 60 images, got \{'label': 59\}"),
        (([{"image": PIXELS[0], "y": 1}, {"image": PIXELS[1]}],), "image 1 comes with nothing, those before it with y"),
        ((PIXELS,), r"target or bias '': expected a factor; there is none: pass factors"),
        ((PIXELS, {"bird": LABELS}), "target or bias '': expected one of bird"),
        ((PIXELS, {"label": LABELS[1:]}), r"expected 60 values of each factor, .*got \{'label': 59\}"),
        ((PIXELS, {"label": [None, *LABELS[1:]]}), r"label: values are missing; .*\n  - image 0"),
        ((PIXELS, {"label": np.eye(N)}), "label: expected a number or a word for each image, got a ndarray"),
        ((PIXELS, {"label": 0 * LABELS}), "label: all images are of the class 0"),
        ((PIXELS, KNOWN, WORDS[1:]), r"got \{'split': 59\}"),
        ((PIXELS, KNOWN, ["tarin", *WORDS[1:]]), r"split: unknown words, expected train .*\n  - image 0: 'tarin'"),
        ((PIXELS, KNOWN, ["train"] * N), "no image is of the split test"),
    ],
)
def test_nonsense_is_refused_with_a_way_out(arguments, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        memory_task(*arguments)


@pytest.mark.parametrize("wrong", [{"target": "bird"}, {"bias": "bird"}, {"bias": ("place", "bird")}], ids=str)
def test_an_unknown_factor_is_named(wrong):
    with pytest.raises(ValueError, match="target or bias 'bird': expected one of label, place"):
        memory_task(PIXELS, KNOWN, WORDS, **wrong)
