"""Fetching: no wrong data is ever used, nothing is lost, the message says what to do."""

import gzip
import hashlib
import logging
import os
import threading

import numpy as np
import pytest
import torch

from lazyartist.data import sources
from lazyartist.data.fetch import DataError
from lazyartist.data.sources import GreyImages, Source, fetch, load
from lazyartist.training.store import Store


def idx(array):
    header = np.array([0x800 + array.ndim, *array.shape], dtype=">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


rng = np.random.default_rng(0)
FILES = {
    sources.TRAIN_IMAGES: idx(rng.integers(0, 256, (20, 28, 28))),
    sources.TRAIN_LABELS: idx(np.arange(20) % 10),
    sources.TEST_IMAGES: idx(rng.integers(0, 256, (10, 28, 28))),
    sources.TEST_LABELS: idx(np.arange(10)),
}
SOURCE = Source("Tiny", {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()})


def put(folder, files=None, *, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (files or FILES).items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)


@pytest.fixture
def ways(monkeypatch):
    """Replace the ways to fetch by a list that a test fills; returns it with a count of calls."""
    given = {}
    monkeypatch.setattr(sources, "ways", lambda name, files, **packages: given)
    return given


@pytest.mark.parametrize("packed", [False, True])
def test_files_a_person_already_has_are_accepted(tmp_path, ways, packed):
    put(tmp_path / "Tiny" / "raw", packed=packed)
    assert fetch(SOURCE, tmp_path) == FILES


def test_what_is_no_plain_file_is_named_and_replaced(tmp_path, ways):
    raw = tmp_path / "Tiny" / "raw"
    put(raw)
    (raw / sources.TEST_LABELS).unlink()
    os.mkfifo(raw / sources.TEST_LABELS)
    with pytest.raises(DataError, match=f"{sources.TEST_LABELS} is no plain file"):
        fetch(SOURCE, tmp_path)
    ways["a way"] = put
    assert fetch(SOURCE, tmp_path) == FILES
    assert (raw / sources.TEST_LABELS).is_file()


def test_the_first_way_that_works_fills_the_cache(tmp_path, ways, caplog):
    def fails(folder):
        raise OSError("no route to host")

    ways.update({"a broken way": fails, "a way": lambda folder: put(folder / "deep" / "inside", packed=True)})
    with caplog.at_level(logging.WARNING):
        assert fetch(SOURCE, tmp_path) == FILES
    assert [record.message for record in caplog.records] == ["fetching Tiny by a broken way", "fetching Tiny by a way"]
    ways.clear()
    caplog.clear()
    assert fetch(SOURCE, tmp_path) == FILES  # from the cache now
    assert not caplog.records


def test_without_network_the_error_names_every_way_and_the_way_out(tmp_path, ways):
    def fails(folder):
        raise OSError("no route to host")

    ways.update({"the post": fails, "a pigeon": fails})
    with pytest.raises(DataError) as error:
        fetch(SOURCE, tmp_path)
    for part in ("the cache", "the post: no route to host", "a pigeon", "by hand", "LAZYARTIST_DATA", str(tmp_path)):
        assert part in str(error.value)


@pytest.mark.parametrize("damage", [lambda b: b[:-5], lambda b: b[:-1] + b"x", lambda b: b""])
def test_a_wrong_file_is_never_used_and_never_lost(tmp_path, ways, damage, caplog):
    raw = tmp_path / "Tiny" / "raw"
    put(raw)
    bad = damage(FILES[sources.TRAIN_IMAGES])
    (raw / sources.TRAIN_IMAGES).write_bytes(bad)
    with pytest.raises(DataError, match="wrong or truncated"):
        fetch(SOURCE, tmp_path)
    assert (raw / sources.TRAIN_IMAGES).read_bytes() == bad
    ways["a way"] = put
    with caplog.at_level(logging.WARNING):
        assert fetch(SOURCE, tmp_path) == FILES
    (aside,) = raw.glob("*.wrong-*")
    assert aside.read_bytes() == bad
    assert aside.name in caplog.text


def test_a_torn_gzip_is_named(tmp_path, ways):
    put(tmp_path / "Tiny" / "raw", packed=True)
    path = tmp_path / "Tiny" / "raw" / f"{sources.TRAIN_LABELS}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=rf"{sources.TRAIN_LABELS}.gz cannot be read"):
        fetch(SOURCE, tmp_path)


def test_a_way_that_brings_wrong_data_is_passed_over(tmp_path, ways):
    wrong = {**FILES, sources.TEST_LABELS: idx(np.zeros(10))}
    ways.update({"a liar": lambda folder: put(folder, wrong), "a friend": put})
    assert fetch(SOURCE, tmp_path) == FILES


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path, ways, caplog):
    ways["a way"] = put
    (tmp_path / "Tiny").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert fetch(SOURCE, tmp_path) == FILES
    assert "cannot be written" in caplog.text


def test_a_half_written_cache_is_completed(tmp_path, ways):
    raw = tmp_path / "Tiny" / "raw"
    put(raw, {sources.TRAIN_LABELS: FILES[sources.TRAIN_LABELS]})
    (raw / ".train-images-left-by-a-crash").write_bytes(b"half")
    ways["a way"] = put
    assert fetch(SOURCE, tmp_path) == FILES
    assert not list(raw.glob("*.wrong-*"))


def test_two_at_once_both_get_the_data(tmp_path, ways):
    meet = threading.Barrier(2, timeout=10)

    def way(folder):
        meet.wait()  # both have found the cache empty
        put(folder)

    ways["a way"] = way
    found = []
    threads = [threading.Thread(target=lambda: found.append(fetch(SOURCE, tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [FILES, FILES]
    ways.clear()
    assert fetch(SOURCE, tmp_path) == FILES


def test_idx_files_are_read_as_they_are_documented(tmp_path, ways):
    put(tmp_path / "Tiny" / "raw")
    grey = load(SOURCE, tmp_path)
    assert grey.train_images.shape == (20, 28, 28)
    assert idx(grey.train_images) == FILES[sources.TRAIN_IMAGES]
    assert grey.test_labels.tolist() == list(range(10))
    with pytest.raises(DataError, match="magic number 0x00000801"):
        sources._parse(FILES[sources.TRAIN_LABELS], 3)


def test_the_environment_moves_the_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path))
    assert sources.data_root() == tmp_path
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    assert Store().root == tmp_path / "store"


@pytest.mark.parametrize("given", ["~/lazy", "~", "~/a/../lazy"])
def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch, given):
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("LAZYARTIST_DATA", "LAZYARTIST_STORE"):
        monkeypatch.setenv(variable, given)
    expected = tmp_path / given.removeprefix("~").lstrip("/")
    assert sources.data_root() == Store().root == expected


def test_a_user_without_a_home_is_told_the_variables(monkeypatch, tmp_path):
    def nobody(*names):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("lazyartist.files.user_cache_path", nobody)
    for variable, ask in (("LAZYARTIST_DATA", sources.data_root), ("LAZYARTIST_STORE", Store)):
        monkeypatch.delenv(variable, raising=False)
        with pytest.raises(OSError, match=f"no home folder .*: set {variable} to a folder"):
            ask()
        monkeypatch.setenv(variable, str(tmp_path))
        ask()


IMAGES, LABELS = np.zeros((6, 8, 8), np.uint8), np.arange(6) % 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train_labels": LABELS[:-1]}, r"train_labels: expected \(6,\) integers, one per image, got \(5,\)"),
        ({"train_labels": np.append(LABELS, 0)}, r"train_labels: expected \(6,\) integers"),
        ({"test_labels": LABELS[:3]}, r"test_labels: expected \(6,\)"),
        ({"test_labels": LABELS / 2}, "test_labels: .* float64"),
        ({"test_labels": ["bird"] * 6}, "test_labels: expected"),
        ({"train_labels": LABELS > 0}, "train_labels: .* bool"),
        ({"train_images": np.stack([IMAGES] * 3, 1)}, r"colours of their own: .* lazyartist.data.arrays.array_task"),
        ({"test_images": IMAGES[0]}, r"test_images: expected \(N, H, W\) uint8, got \(8, 8\)"),
        ({"test_images": IMAGES / 255}, "test_images: expected .* float64"),
        ({"train_images": IMAGES.tolist()}, "train_images: expected .* int64"),
    ],
)
def test_images_and_labels_that_do_not_belong_together_are_refused(change, message):
    given = {"train_images": IMAGES, "train_labels": LABELS, "test_images": IMAGES, "test_labels": LABELS}
    with pytest.raises(ValueError, match=message):
        GreyImages(**{**given, **change})


def test_lists_and_tensors_are_arrays_afterwards(processor):
    processor("images are given in its memory")
    grey = GreyImages(list(IMAGES), LABELS.tolist(), torch.tensor(IMAGES), torch.tensor(LABELS))
    for array in vars(grey).values():
        assert isinstance(array, np.ndarray)
    assert (grey.train_images.dtype, grey.test_images.dtype) == (np.uint8, np.uint8)
