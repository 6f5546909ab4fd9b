"""Files of dSprites and Shapes3D: small ones of the same layout."""

import hashlib
import logging
import pickle

from dataclasses import replace

import numpy as np
import pytest
import torch

from lazyartist.data import factor_files
from lazyartist.data.factor_files import DSPRITES, SHAPES3D, dsprites_images, shapes3d_images
from lazyartist.data.families import images_of
from lazyartist.data.fetch import DataError
from lazyartist.data.file_images import FileImages
from lazyartist.data.grid import FactorImages, Grid
from lazyartist.data.room3d import Room3D
from lazyartist.data.sprites2d import Sprites2D


SMALL = Grid({"shape": 3, "scale": 2, "x": 2})


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path))
    return tmp_path


def known_by_its_digest(file, path, grid=SMALL):
    return replace(file, grid=grid, md5=hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest())


def sprites(n=12):
    return np.random.default_rng(0).integers(0, 2, (n, 64, 64), dtype=np.uint8)


def rooms():
    return np.random.default_rng(0).integers(0, 256, (len(SMALL), 64, 64, 3), dtype=np.uint8)


def write_sprites(path, images):
    np.savez_compressed(path, imgs=images, latents_classes=np.zeros((len(images), 6), np.int64))
    return path


def write_rooms(path, images):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=images, chunks=(5, 8, 8, 1), compression="gzip")
    return path


def test_dsprites_come_out_as_they_are(home, monkeypatch, processor):
    processor("files are read there; see devices/test_data.py")
    monkeypatch.setattr(factor_files, "BLOCK", 5)
    path = write_sprites(home / DSPRITES.name, sprites())
    images = FileImages(known_by_its_digest(DSPRITES, path), path)
    assert isinstance(images, FactorImages)
    index = torch.tensor([11, 0, 3, 3])
    assert torch.equal(images.render(index), torch.tensor(sprites())[index][:, None].float().expand(-1, 3, -1, -1))
    assert images.render(index[:0]).shape == (0, 3, 64, 64)
    moved = images.paint(torch.tensor([0]), {"shape": torch.tensor([2])})
    assert torch.equal(moved, images.render(torch.tensor([8])))


def test_shapes3d_come_out_as_they_are(home, monkeypatch, processor):
    processor("files are read there; see devices/test_data.py")
    path = write_rooms(home / SHAPES3D.name, rooms())
    monkeypatch.setattr(factor_files, "BLOCK", 5)
    images = FileImages(known_by_its_digest(SHAPES3D, path), path)
    index = torch.tensor([11, 0, 3])
    assert torch.equal(images.render(index), torch.tensor(rooms())[index].permute(0, 3, 1, 2) / 255)


def test_a_file_is_unpacked_once(home, caplog, processor):
    processor("files are read there; see devices/test_data.py")
    path = write_sprites(home / "any name.npz", sprites())
    file = known_by_its_digest(DSPRITES, path)
    with caplog.at_level(logging.WARNING):
        one = FileImages(file, path)
        path.unlink()
        other = FileImages(replace(file), path)  # as another process has it
        third = pickle.loads(pickle.dumps(one))
    assert len(caplog.messages) == 1
    assert "unpacking" in caplog.text
    every = torch.arange(len(SMALL))
    assert torch.equal(one.render(every), other.render(every))
    assert torch.equal(one.render(every), third.render(every))
    assert one.fingerprint == file.md5


def test_the_factors_are_those_of_the_rendered_ones():
    assert DSPRITES.grid.sizes == Sprites2D().grid.sizes
    assert SHAPES3D.grid.sizes == Room3D().grid.sizes


@pytest.mark.parametrize(("load", "name"), [(dsprites_images, DSPRITES.name), (shapes3d_images, SHAPES3D.name)])
def test_a_file_that_is_not_there_or_is_another_one_is_named(home, load, name):
    with pytest.raises(DataError, match=rf"{name} cannot be read .*: bring {name} from https://github.com/google-deep"):
        load()
    (home / name).write_bytes(b"something else")
    with pytest.raises(DataError, match=r"has the MD5 6c7ba9c5a141421e1c03cb9807c97c74, expected"):
        load()
    with pytest.raises(DataError, match="cannot be read"):
        load(home / "elsewhere")


def test_datasets_of_these_names_look_in_the_data_cache():
    for name in ("dsprites", "shapes3d"):
        with pytest.raises(DataError, match="The datasets `room3d` and `sprites2d` have the same factors and need no"):
            images_of(name)


def test_files_of_another_layout_are_named(home):
    few = write_sprites(home / "few.npz", sprites(7))
    many = write_sprites(home / "many.npz", sprites(13))
    large = write_sprites(home / "large.npz", np.zeros((12, 32, 32), np.uint8))
    other = home / "other.npz"
    np.savez(other, images=sprites())
    torn = home / "torn.npz"
    torn.write_bytes(b"PK no archive")
    words = {
        few: "it holds 7 images, expected 12",
        many: "could not broadcast",
        large: r"its images are \(12, 32, 32\) uint8, expected \(N, 64, 64\) uint8",
        other: "There is no item named 'imgs.npy'",
        torn: "File is not a zip file",
    }
    for path, said in words.items():
        with pytest.raises(DataError, match=rf"is not laid out as dsprites_\w*.npz from .*: .*{said}"):
            FileImages(known_by_its_digest(DSPRITES, path), path)
    assert list((home / "unpacked").iterdir()) == []  # nothing half done is left


def test_without_h5py_it_is_named(home, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    path = home / SHAPES3D.name
    path.write_bytes(b"rooms")
    with pytest.raises(DataError, match="pip install h5py"):
        FileImages(known_by_its_digest(SHAPES3D, path), path)


def test_a_damaged_copy_is_named(home):
    path = write_sprites(home / "any name.npz", sprites())
    file = known_by_its_digest(DSPRITES, path)
    kept = home / "unpacked" / f"{file.name}-{file.md5}.npy"
    kept.parent.mkdir()
    kept.write_bytes(b"\x93NUMPY")
    with pytest.raises(DataError, match=r"is damaged .*: delete it"):
        FileImages(file, path)


def test_no_image_is_outside(home):
    path = write_sprites(home / "any name.npz", sprites())
    images = FileImages(known_by_its_digest(DSPRITES, path), path)
    for index in (-1, 12):
        with pytest.raises(IndexError, match="index runs from"):
            images.render(torch.tensor([index]))
