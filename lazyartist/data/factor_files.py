"""The real dSprites and Shapes3D, where the user has their files: the factors of `sprites2d` and `room3d`."""

from __future__ import annotations

import importlib
import zipfile

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from torch import Tensor

from lazyartist.data import DATASETS
from lazyartist.data.fetch import DataError
from lazyartist.data.file_images import Bytes, FactorFile, FileImages
from lazyartist.data.grid_task import grid_task
from lazyartist.data.room3d import GRID as ROOMS
from lazyartist.data.room3d import WALL_OF_SHAPE
from lazyartist.data.sources import data_root
from lazyartist.data.sprites2d import GRID as SPRITES
from lazyartist.data.sprites2d import SCALE_OF_SHAPE
from lazyartist.data.task import Task


BLOCK = 4096  # images that are unpacked at a time, at least
SIDE = 64  # pixels


def dsprites_images(path: Path | str | None = None) -> FileImages:
    """Return all images of dSprites, from `dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz`.

    Args:
        path: of the file; by default it is looked for in the folder of the data cache, `LAZYARTIST_DATA`.

    Raises:
        DataError: the file is not there, is another one, or cannot be unpacked.
    """
    return _images(DSPRITES, path)


def shapes3d_images(path: Path | str | None = None) -> FileImages:
    """Return all images of Shapes3D, from `3dshapes.h5`; needs h5py, and 5.9 GB for the unpacked images.

    Args:
        path: of the file; by default it is looked for in the folder of the data cache, `LAZYARTIST_DATA`.

    Raises:
        DataError: the file is not there, is another one, or cannot be unpacked.
    """
    return _images(SHAPES3D, path)


@DATASETS.register("dsprites", source="Matthey et al. 2017")
def dsprites(*, correlation: float = 0.95, images: int = 12_000, seed: int = 0) -> Task:
    """The real dSprites, if you have the file: the size of a sprite gives its shape away."""
    knobs: dict[str, Any] = {"target": "shape", "bias": "scale", "own": SCALE_OF_SHAPE}
    return grid_task(dsprites_images(), "dsprites", **knobs, correlation=correlation, count=images, seed=seed)


@DATASETS.register("shapes3d", source="Burgess and Kim 2018")
def shapes3d(*, correlation: float = 0.95, images: int = 12_000, seed: int = 0) -> Task:
    """The real Shapes3D, if you have the file: the hue of the wall gives the shape of the object away."""
    knobs: dict[str, Any] = {"target": "shape", "bias": "wall_hue", "own": WALL_OF_SHAPE}
    return grid_task(shapes3d_images(), "shapes3d", **knobs, correlation=correlation, count=images, seed=seed)


def _images(file: FactorFile, path: Path | str | None) -> FileImages:
    return FileImages(file, Path(path) if path is not None else data_root() / file.name)


def _dsprites_blocks(path: Path) -> Iterator[Bytes]:
    """Yield sprites (N, 512): eight pixels to a byte."""
    with zipfile.ZipFile(path) as archive, archive.open("imgs.npy") as content:
        np.lib.format.read_magic(content)
        shape, _, kind = np.lib.format.read_array_header_1_0(content)
        if shape[1:] != (SIDE, SIDE) or kind != np.uint8:
            raise ValueError(f"its images are {shape} {kind}, expected (N, {SIDE}, {SIDE}) uint8")
        while block := content.read(BLOCK * SIDE * SIDE):
            yield np.packbits(np.frombuffer(block, np.uint8).reshape(-1, SIDE * SIDE), axis=1)


def _dsprites_picture(kept: Bytes) -> Tensor:
    white = torch.from_numpy(np.unpackbits(kept, axis=1)).view(-1, 1, SIDE, SIDE)
    return white.float().repeat(1, 3, 1, 1)


def _shapes3d_blocks(path: Path) -> Iterator[Bytes]:
    """Yield images (N, 64, 64, 3)."""
    try:
        h5py: Any = importlib.import_module("h5py")
    except ImportError as error:
        raise DataError(f"{path} is read with h5py, which is not installed: pip install h5py") from error
    with h5py.File(path, "r") as content:
        images = content["images"]
        if images.shape[1:] != (SIDE, SIDE, 3) or images.dtype != np.uint8:
            raise ValueError(f"its images are {images.shape} {images.dtype}, expected (N, {SIDE}, {SIDE}, 3) uint8")
        several = max(BLOCK, images.chunks[0] if images.chunks else 1)  # a chunk is unpacked as a whole
        for start in range(0, len(images), several):
            yield images[start : start + several]


def _shapes3d_picture(kept: Bytes) -> Tensor:
    return torch.from_numpy(kept).permute(0, 3, 1, 2).float() / 255


DSPRITES = FactorFile(
    name="dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz",
    md5="7da33b31b13a06f4b04a70402ce90c2e",
    home="https://github.com/google-deepmind/dsprites-dataset",
    grid=SPRITES,
    blocks=_dsprites_blocks,
    picture=_dsprites_picture,
)
SHAPES3D = FactorFile(
    name="3dshapes.h5",
    md5="099a2078d58cec4daad0702c55d06868",
    home="https://github.com/google-deepmind/3d-shapes",
    grid=ROOMS,
    blocks=_shapes3d_blocks,
    picture=_shapes3d_picture,
)
