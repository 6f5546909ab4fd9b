"""A stranger's folder becomes a task: by any layout, with all that may be wrong with it."""

import csv
import shutil

import numpy as np
import pytest
import torch

from PIL import Image

from lazyartist.data import DATASETS
from lazyartist.data.families import images_of
from lazyartist.data.folder import folder
from lazyartist.data.folder_images import FolderImages, folder_images
from lazyartist.data.images import Images, Split, UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.inference import logits_of
from lazyartist.latents.pictures import Pictures
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit


SPLITS = (0, 0, 0, 1, 2)  # of each five images


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of decoded images for each test."""
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path / "cache"))


def row(number, classes, places):
    """Name, class, split and place of an image: the place gives the class away in nine images of ten."""
    label = number // 5 % classes
    place = label % places if number % 10 else (label + 1) % places
    return f"{label:03}.kind/b {number}.png", label, SPLITS[number % 5], place


def waterbirds(root, n=60, classes=2, places=2, size=(12, 10), **changed):
    """Write a folder in Waterbirds' layout: bars as many as the class says on a ground that the place colours.

    Args:
        changed: cells of lines, counted from 2: line_7={"y": ""}.
    """
    rng = np.random.default_rng(0)
    lines = []
    for number in range(n):
        name, label, split, place = row(number, classes, places)
        pixels = rng.integers(0, 60, (size[1], size[0], 3), dtype=np.uint8)
        pixels[..., place % 3] += 40 * (1 + place // 3)
        pixels[: 2 * label + 2 : 2] = 250
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / name)
        line = {"img_id": number, "img_filename": name, "y": label, "split": split, "place": place}
        lines.append({**line, **changed.get(f"line_{number + 2}", {})})
    with (root / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return root


def test_waterbirds_layout_is_a_task(tmp_path, processor):
    processor("images of a folder are decoded there, to the bit")
    root = waterbirds(tmp_path / "birds")
    task = make_task(f"folder:{root}:size=12x10")
    assert (task.name, len(task.train), len(task.easy), len(task.test)) == ("folder", 36, 12, 12)
    assert (task.train.target, task.train.bias, task.train.classes, task.train.attributes) == ("y", ("place",), 2, 2)
    expected = [row(number, 2, 2) for number in range(60) if number % 5 < 3]
    assert task.train.labels.tolist() == [label for _, label, _, _ in expected]
    assert task.train.attribute.tolist() == [place for *_, place in expected]
    pixels = np.asarray(Image.open(root / expected[7][0])).transpose(2, 0, 1)
    assert torch.equal(task.train[7][0], torch.tensor(pixels).float() / 255)
    assert task.own_attribute.tolist() == [0, 1]
    assert task.hard == {}  # no test image conflicts
    keys = dict(task.keys)
    assert len(keys.pop("content")) == 12
    assert keys == {"path": "birds", "target": "y", "bias": "place", "size": "12x10"}
    assert isinstance(task.train.images, FolderImages)
    assert task.train.images.values == {"y": ("0", "1"), "place": ("0", "1")}


def test_rows_are_the_same_wherever_the_folder_lies_and_other_with_other_content(tmp_path):
    first = make_task(f"folder:{waterbirds(tmp_path / 'one' / 'birds')}")
    shutil.copytree(tmp_path / "one" / "birds", tmp_path / "two: y" / "birds")
    second = make_task(f"folder:{tmp_path / 'two: y' / 'birds'}:target=y")
    assert dict(first.keys) == dict(second.keys)
    assert first.train.fingerprint == second.train.fingerprint
    assert first.test.fingerprint == second.test.fingerprint
    relabelled = make_task(f"folder:{waterbirds(tmp_path / 'one' / 'birds', line_4={'place': 1})}")
    name = tmp_path / "two: y" / "birds" / row(3, 2, 2)[0]
    Image.open(name).point(lambda level: 255 - level).save(name)
    repainted = make_task("folder", path=tmp_path / "two: y" / "birds")
    assert len({task.keys["content"] for task in (first, relabelled, repainted)}) == 3
    assert len({task.train.fingerprint for task in (first, relabelled, repainted)}) == 3


def test_a_run_is_measured_again_when_the_folder_has_changed(tmp_path):
    root = waterbirds(tmp_path / "birds")

    def digest():
        study = CuresStudy(datasets=f"folder:{root}", networks="simple_cnn:width=2", strategies="erm", seeds=1)
        (run,) = study.runs()
        make_task(run.dataset)
        run.task.__globals__["_task"].cache_clear()  # as in another process
        return study.digest(run)

    before = digest()
    assert digest() == before
    waterbirds(root, line_4={"place": 1})
    assert digest() != before


@pytest.mark.parametrize(("classes", "places", "size"), [(3, 4, (16, 12)), (7, 1, (12, 12)), (2, 2, (12, 9))], ids=str)
def test_any_number_of_classes_attributes_and_pixels_trains(tmp_path, classes, places, size):
    root = waterbirds(tmp_path, 140, classes, places, size)
    task = make_task(f"folder:{root}:target=y:bias=place:size={size[0]}x{size[1]}")
    assert (task.train.classes, task.train.attributes) == (classes, places)
    for name in ("erm", "group_dro", "jtt"):
        budget = Budget(epochs=0.2, batch_size=16)
        model = fit(STRATEGIES.build(name), task, "simple_cnn:width=2", budget=budget).model
        assert logits_of(model, task.test).shape == (28, classes)


def test_without_an_attribute_what_needs_none_works_and_the_rest_says_so(tmp_path):
    root = waterbirds(tmp_path)
    task = make_task("folder", path=root, bias=())
    assert (task.train.bias, task.hard, task.keys["bias"]) == ((), {}, "")
    budget = Budget(epochs=0.2, batch_size=16)
    assert fit(STRATEGIES.build("erm"), task, "simple_cnn:width=2", budget=budget).steps
    with pytest.raises(UnsupportedError, match="no bias attribute: name one of y, place"):
        fit(STRATEGIES.build("group_dro"), task, "simple_cnn:width=2", budget=budget)
    with pytest.raises(UnsupportedError, match="cannot be repainted"):
        make_task("folder", path=root).train.with_attribute(torch.zeros(36, dtype=torch.int64))


def test_a_folder_for_each_class_is_a_task_whose_splits_are_drawn(tmp_path, processor):
    processor("images of a folder are decoded there, to the bit")
    (waterbirds(tmp_path) / "metadata.csv").unlink()
    task, again, other = (make_task(f"folder:{tmp_path}", seed=seed) for seed in (0, 0, 1))
    assert isinstance(task.train.images, FolderImages)
    assert task.train.images.values == {"class": ("000.kind", "001.kind")}
    assert [len(split) for split in (task.train, task.easy, task.test)] == [36, 12, 12]
    assert task.test.labels.bincount().tolist() == [6, 6]
    assert task.train.fingerprint == again.train.fingerprint != other.train.fingerprint
    assert task.train.images.fingerprint == other.train.images.fingerprint
    parts = [set(split.index.tolist()) for split in (task.train, task.easy, task.test)]
    assert sorted(set.union(*parts)) == list(range(60))


def test_images_alone_are_pictures_for_latents(tmp_path):
    for number in range(4):
        Image.new("RGB", (9, 9), (60 * number, 0, 0)).save(tmp_path / f"{number}.jpg")
    images: Images = folder_images(tmp_path, size=8)
    assert (len(images), dict(images.factors), images.sizes) == (4, {}, {})
    assert "no factors" in repr(images)
    pictures = Pictures(images)
    assert pictures.shape == (3, 8, 8)
    assert (255 * pictures.render(torch.tensor([3, 0]))[:, 0, 0, 0]).round().tolist() == pytest.approx([180, 0], abs=2)
    assert pictures.fingerprint == folder_images(str(tmp_path), size=8).fingerprint
    assert pictures.fingerprint != folder_images(tmp_path, size=9).fingerprint
    with pytest.raises(ValueError, match=r"does not say the class of its images: bring a metadata.csv with a column"):
        make_task(f"folder:{tmp_path}")
    (tmp_path / "labels.csv").write_text("file,label\n")
    with pytest.raises(ValueError, match=r"bring a metadata.csv \(rename labels.csv, if it is that\)"):
        make_task(f"folder:{tmp_path}")
    with pytest.raises(UnsupportedError, match="not all combinations of their factors"):
        images_of(f"folder:{waterbirds(tmp_path / 'birds')}")


def test_words_are_sorted_and_numbers_by_size(tmp_path):
    words, numbers = ("emu", "cat", "dog", "cat"), ("10", "9", "-1", "9")
    lines = [f"{i}.png,{words[i % 4]},{numbers[i % 4]},{i}" for i in range(40)]
    (tmp_path / "metadata.csv").write_text("\n".join(["image,animal,age,id", *lines]))
    for i in range(40):
        Image.new("L", (8, 8), 5 * i).save(tmp_path / f"{i}.png")
    images = folder_images(tmp_path, size=8)
    assert images.values == {"animal": ("cat", "dog", "emu"), "age": ("-1", "9", "10")}  # an id is no factor
    assert images.factors["animal"][:4].tolist() == [2, 0, 1, 0]
    assert images.factors["age"][:4].tolist() == [2, 1, 0, 1]
    task = make_task(f"folder:{tmp_path}:target=ANIMAL:bias=age:size=8")
    assert (task.train.target, task.train.bias) == ("animal", ("age",))
    assert make_task(f"folder:{tmp_path}:target=animal:bias=age+id:size=8").train.bias == ("age", "id")
    with pytest.raises(
        ValueError, match=r"does not say the class of its images: name one of the columns animal, age, id"
    ):
        make_task(f"folder:{tmp_path}:size=8")


def test_broken_and_missing_files_are_named_with_their_lines_or_left_out(tmp_path, caplog, processor):
    processor("images of a folder are decoded there, to the bit")
    root = waterbirds(tmp_path)
    (root / row(0, 2, 2)[0]).write_bytes(b"")
    (root / row(7, 2, 2)[0]).write_text("words")
    (root / row(14, 2, 2)[0]).unlink()
    with pytest.raises(ValueError, match="3 of 60 images cannot be used; mend or remove them, or leave") as error:
        make_task(f"folder:{root}")
    assert str(error.value).splitlines()[1:] == [
        "  - 000.kind/b 0.png (metadata.csv, line 2): the file is empty",
        "  - 001.kind/b 7.png (metadata.csv, line 9): not an image that Pillow can read: it begins with b'words'",
        "  - 000.kind/b 14.png (metadata.csv, line 16): there is no such file",
    ]
    task = make_task(f"folder:{root}:broken=skip")
    assert (len(task.train), len(task.test), len(task.train.images)) == (34, 11, 57)
    assert task.train.labels.tolist()[:3] == [0, 0, 1]
    pixels = np.asarray(Image.open(root / row(1, 2, 2)[0]).resize((64, 64), Image.Resampling.BILINEAR))
    assert torch.equal(task.train[0][0], torch.tensor(pixels).permute(2, 0, 1) / 255)
    assert "3 of 60 images cannot be used and are left out" in caplog.text
    shutil.rmtree(root / "000.kind")
    shutil.rmtree(root / "001.kind")
    with pytest.raises(ValueError, match=r"(?s)60 of 60 images cannot be used.*and 50 more"):
        make_task(f"folder:{root}:broken=skip")


def test_missing_values_are_named_where_they_are_needed(tmp_path, caplog):
    root = waterbirds(tmp_path, line_5={"place": ""}, line_9={"place": "NaN"})
    with pytest.raises(ValueError, match=r"values are missing; .*\n  - .*line 5\): no place\n  - .*line 9\): no place"):
        make_task(f"folder:{root}:bias=place")
    task = make_task("folder", path=root, bias=())
    assert set(task.train.images.factors) == {"y"}
    assert "the column place is not used, it has 2 missing values, the first at 000.kind/b 3.png" in caplog.text


def test_what_may_mislead_is_said(tmp_path, caplog):
    root = waterbirds(tmp_path / "birds")
    shutil.copy(root / row(0, 2, 2)[0], root / row(9, 2, 2)[0])
    make_task(f"folder:{root}")
    make_task(f"folder:{root}", seed=1)
    assert len(caplog.records) == 2
    assert "groups without a test image" in caplog.text
    assert "\n  - y 0, place 1\n  - y 1, place 0" in caplog.text
    assert "images are the same in two splits" in caplog.text
    same = "  - 001.kind/b 9.png (metadata.csv, line 11) in test, 000.kind/b 0.png (metadata.csv, line 2) in train"
    assert same in caplog.text


def test_a_class_needs_others_and_training_images(tmp_path):
    one = waterbirds(tmp_path / "one", 20, classes=1)
    with pytest.raises(ValueError, match="y: all images are of the class 0: expected two classes or more"):
        make_task(f"folder:{one}")
    moved = {f"line_{number + 2}": {"split": 2} for number in range(40) if row(number, 2, 2)[1]}
    two = waterbirds(tmp_path / "two", 40, **moved)
    with pytest.raises(ValueError, match="y: no training image of the class 1"):
        make_task(f"folder:{two}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("target=bird", "target='bird': .* has no such column; it has img_id, y, place"),
        ("bias=wall", "bias='wall': .* has no such column"),
        ("bias=place+wall", "bias='wall': .* has no such column"),
        ("bias=y", "expected different factors"),
        ("size=4", "size=4: expected pixels from 8 to 1024"),
        ("broken=leave", "broken='leave': expected 'error' or 'skip'"),
        ("tagret=y", r"folder has the knobs \['path', 'target', .*not 'tagret'"),
        ("target=y:place", "expected options as in"),
    ],
)
def test_wrong_options_are_refused_before_an_image_is_opened(tmp_path, options, message):
    root = tmp_path / "birds"
    root.mkdir()
    (root / "metadata.csv").write_text("img_id,file,y,place\n1,a.png,1,1\n2,b.png,1,1\n3,c.png,0,0\n")
    if options == "bias=y":
        waterbirds(root)
    with pytest.raises(ValueError, match=message):
        make_task(f"folder:{root}:{options}")


@pytest.mark.parametrize("path", ["", "nowhere", "C:\\birds"])
def test_a_folder_that_is_not_there_is_named(path):
    with pytest.raises(ValueError, match=r"expected the path of a folder of images"):
        make_task(f"folder:{path}" if path else "folder")


def test_the_dataset_is_listed_and_other_processes_find_it():
    assert DATASETS.entries()["folder"].summary.startswith("Your own images, in a folder: folder:PATH:target=COLUMN")
    assert DATASETS["folder"] is folder
    assert "folder" not in DATASETS.by_hand()


def test_splits_are_ordinary_datasets(tmp_path):
    task = make_task(f"folder:{waterbirds(tmp_path)}:size=8")
    assert isinstance(task.train, Split)
    loader = torch.utils.data.DataLoader(task.train, batch_size=4, generator=torch.Generator())
    batch, labels = next(iter(loader))
    assert (batch.shape, labels.tolist()) == ((4, 3, 8, 8), task.train.labels[:4].tolist())
