"""The cache of decoded images: what stayed alike is not decoded again, what changed is, and nothing gets lost."""

import json
import os
import pickle
import shutil
import threading

import numpy as np
import pytest
import torch

from filelock import FileLock
from PIL import Image
from tqdm import tqdm

from lazyartist.data import folder_cache, folder_files
from lazyartist.data.folder_cache import decoded
from lazyartist.data.pixels import decode


NAMES = ["a.png", "b.png", "c.png"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Three images of one grey each, 10, 20 and 30, and a cache of their own."""
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        grey(folder / name, 10 * number + 10)
    return folder


@pytest.fixture
def opened(monkeypatch):
    """The files that were decoded since the last look."""
    contents = []

    def counting(content, height, width):
        contents.append(content)
        return decode(content, height, width)

    monkeypatch.setattr(folder_files, "decode", counting)

    def look():
        number = len(contents)
        contents.clear()
        return number

    return look


def grey(path, level):
    Image.new("L", (12, 10), level).save(path)


def levels(images):
    assert images.pixels.shape == (len(images.sources), 3, 8, 9)
    return [sorted(set(image.flatten().tolist())) for image in images.pixels]


def files_of(root):
    return sorted(path.name.partition("-")[0] for path in (root.parent / "cache" / "folders").glob("*/*"))


def test_images_are_decoded_once(root, opened):
    first = decoded(root, NAMES, 8, 9)
    assert levels(first) == [[10], [20], [30]]
    assert opened() == 3
    again = decoded(root, NAMES, 8, 9)
    assert opened() == 0
    assert torch.equal(again.pixels, first.pixels)
    assert again.sources == first.sources
    assert len({source.pixels for source in first.sources}) == 3
    assert files_of(root) == ["index.json", "lock", "pixels"]
    assert decoded(root, NAMES, 16, 9).shape == (3, 3, 16, 9)  # another size is another cache
    assert opened() == 3
    assert levels(decoded(root, NAMES, 8, 9)) == [[10], [20], [30]]
    assert opened() == 0


def test_only_what_changed_is_decoded_again(root, opened):
    before = decoded(root, NAMES, 8, 9)
    opened()
    os.utime(root / "a.png", ns=(1, 1))  # touched, and the same as before
    grey(root / "b.png", 99)
    grey(root / "d.png", 40)
    names = ["d.png", "c.png", "b.png", "a.png"]
    after = decoded(root, names, 8, 9)
    assert levels(after) == [[40], [30], [99], [10]]
    assert opened() == 2
    assert after.sources[3].pixels == before.sources[0].pixels
    assert after.sources[2].pixels != before.sources[1].pixels
    assert levels(before) == [[10], [20], [30]]  # what was mapped before stays as it was
    assert files_of(root) == ["index.json", "lock", "pixels"]
    assert levels(decoded(root, names, 8, 9)) == levels(after)
    assert opened() == 0


def test_the_same_size_and_another_time_is_looked_into(root, opened):
    decoded(root, NAMES, 8, 9)
    content = bytearray((root / "a.png").read_bytes())
    other = (root / "b.png").read_bytes()
    assert len(other) == len(content)
    (root / "a.png").write_bytes(other)
    os.utime(root / "a.png", ns=(5, 5))
    assert levels(decoded(root, NAMES, 8, 9)) == [[20], [20], [30]]


def test_what_cannot_be_decoded_is_black_and_says_why(root, opened):
    (root / "b.png").write_text("no image")
    (root / "c.png").unlink()
    (root / "d.png").mkdir()
    names = [*NAMES, "d.png", "e\0.png"]
    images = decoded(root, names, 8, 9)
    assert levels(images) == [[10], [0], [0], [0], [0]]
    assert [source.problem.partition(":")[0] for source in images.sources] == [
        "",
        "not an image that Pillow can read",
        *["there is no such file"] * 3,
    ]
    assert opened() == 2
    decoded(root, names, 8, 9)
    assert opened() == 0  # nor is what is broken
    grey(root / "b.png", 7)
    grey(root / "c.png", 8)
    assert levels(decoded(root, names, 8, 9)) == [[10], [7], [8], [0], [0]]


def test_names_in_the_other_way_of_unicode_are_found(root):
    grey(root / "cafe\N{COMBINING ACUTE ACCENT}.png", 50)
    images = decoded(root, ["caf\N{LATIN SMALL LETTER E WITH ACUTE}.png", "ä.png"], 8, 9)
    assert [source.problem for source in images.sources] == ["", "there is no such file"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "index.json").write_text("{"),
        lambda folder: (folder / "index.json").write_text("[]"),
        lambda folder: (folder / "index.json").unlink(),
        lambda folder: next(folder.glob("pixels-*")).write_bytes(b"short"),
        lambda folder: next(folder.glob("pixels-*")).unlink(),
        lambda folder: (folder / "index.json").write_text(
            json.dumps({**json.loads((folder / "index.json").read_text()), "decoded by": "another"})
        ),
    ],
    ids=["torn", "other", "gone", "short", "no pixels", "another decoder"],
)
def test_a_damaged_cache_is_made_anew(root, opened, damage):
    decoded(root, NAMES, 8, 9)
    opened()
    damage(next((root.parent / "cache" / "folders").iterdir()))
    assert levels(decoded(root, NAMES, 8, 9)) == [[10], [20], [30]]
    assert opened() == 3
    assert files_of(root) == ["index.json", "lock", "pixels"]


def test_what_was_decoded_before_an_interruption_stays(root, opened, monkeypatch):
    monkeypatch.setattr(folder_cache, "IN_HAND", 1)  # each image is written before the next one
    monkeypatch.setattr(folder_cache, "cpu_count", lambda: 1)

    class Interrupted(tqdm):
        def update(self, n=1):
            if self.n == 1:
                raise KeyboardInterrupt
            self.n += n
            return True

    with monkeypatch.context() as patched:
        patched.setattr(folder_cache, "tqdm", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            decoded(root, NAMES, 8, 9)
    assert opened() == 2
    assert levels(decoded(root, NAMES, 8, 9)) == [[10], [20], [30]]
    assert opened() == 1


def test_an_interruption_loses_nothing_that_was_decoded_before(root, opened, monkeypatch):
    decoded(root, NAMES, 8, 9)
    grey(root / "c.png", 33)
    with monkeypatch.context() as patched:
        patched.setattr(folder_cache, "tqdm", lambda **words: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            decoded(root, NAMES, 8, 9)
    opened()
    assert levels(decoded(root, NAMES, 8, 9)) == [[10], [20], [33]]
    assert opened() == 1
    assert files_of(root) == ["index.json", "lock", "pixels"]


def test_a_second_process_waits_for_the_first_and_decodes_nothing(root, opened, caplog):
    decoded(root, NAMES, 8, 9)
    opened()
    folder = next((root.parent / "cache" / "folders").iterdir())
    grey(root / "a.png", 77)
    seen = []
    with FileLock(folder / "lock"):
        second = threading.Thread(target=lambda: seen.append(levels(decoded(root, NAMES, 8, 9))))
        second.start()
        second.join(0.3)
        assert not seen
    second.join()
    assert seen == [[[77], [20], [30]]]
    assert "waiting for another process that decodes" in caplog.text
    assert opened() == 1


def test_mapped_pixels_go_to_another_process_as_a_path(root):
    images = decoded(root, NAMES, 8, 9)
    copied = pickle.dumps(images)
    assert len(copied) < 1000
    assert torch.equal(pickle.loads(copied).pixels, images.pixels)


def test_a_cache_that_cannot_be_written_says_the_way_out(root, monkeypatch):
    blocked = root.parent / "file"
    blocked.write_text("")
    monkeypatch.setenv("LAZYARTIST_DATA", str(blocked))
    with pytest.raises(OSError, match=r"cannot be kept in .*: set LAZYARTIST_DATA to a folder that can be written"):
        decoded(root, NAMES, 8, 9)


def test_a_full_disk_is_found_before_the_work(root, monkeypatch, opened):
    usage = shutil.disk_usage(root)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=647))
    with pytest.raises(OSError, match="648 bytes are needed, 647 are free"):
        decoded(root, NAMES, 8, 9)
    assert opened() == 0


def test_writing_on_what_is_mapped_changes_no_file(root):
    images = decoded(root, NAMES, 8, 9)
    images.pixels[0] = 255
    assert np.fromfile(images.path, np.uint8).max() == 30
