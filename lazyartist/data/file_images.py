"""Images of every combination of some factors, from a public file that the user has.

Such files are compressed as a whole, or in blocks that hold a few pixels of thousands of images: none can be read image
by image. So a file is verified and unpacked once, into the data cache, and mapped into memory from then on.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import zipfile

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from numpy.typing import NDArray
from torch import Tensor

from lazyartist.data.fetch import DataError
from lazyartist.data.grid import FactorImages, Grid
from lazyartist.data.sources import data_root


log = logging.getLogger(__name__)

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class FactorFile:
    """What a public file holds, and how it is read.

    Attributes:
        name: the file's.
        md5: its digest.
        home: where it is to be had.
        grid: its factors.
        blocks: the path to its images in order, some at a time, (N, ...) uint8 as they are kept.
        picture: images as they are kept, (B, ...) uint8, to (B, 3, 64, 64) float32 in [0, 1].
    """

    name: str
    md5: str
    home: str
    grid: Grid
    blocks: Callable[[Path], Iterator[Bytes]]
    picture: Callable[[Bytes], Tensor]


@dataclass(frozen=True)
class FileImages(FactorImages):
    """The images of a public file: a family of `Images`.

    Attributes:
        file: what it holds.
        path: where it lies.

    Raises:
        DataError: the file is not there, is another one, or cannot be unpacked.
    """

    file: FactorFile
    path: Path

    def __post_init__(self) -> None:
        _unpacked(self.file, self.path)

    def __repr__(self) -> str:
        return f"FileImages({self.path})"

    @property
    def grid(self) -> Grid:
        """See `FactorImages`."""
        return self.file.grid

    @property
    def fingerprint(self) -> str:
        """The file's MD5, which was verified."""
        return self.file.md5

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64: (B, 3, 64, 64) float32 in [0, 1]."""
        self.grid.factors_of(index)  # refuses what is outside
        return self.file.picture(_unpacked(self.file, self.path)[index.numpy()])


@lru_cache(maxsize=4)
def _unpacked(file: FactorFile, path: Path) -> Bytes:
    """Map the images of a file into memory, after it was unpacked; a kept copy counts for the file with this digest."""
    kept = data_root() / "unpacked" / f"{file.name}-{file.md5}.npy"
    if not kept.exists():
        _verify(file, path)
        log.warning("unpacking %s into %s, once", path, kept)
        try:
            _write(kept, len(file.grid), file.blocks(path))
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise DataError(f"{path} is not laid out as {file.name} from {file.home} is: {error}") from error
        except OSError as error:
            raise DataError(
                f"{path} cannot be unpacked into {kept.parent} ({error}): set LAZYARTIST_DATA to a folder that can be "
                "written and has some gigabytes left"
            ) from error
    try:
        images: Bytes = np.load(kept, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise DataError(f"{kept} is damaged ({error}): delete it, and it is unpacked again") from error
    return images


def _verify(file: FactorFile, path: Path) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with path.open("rb") as content:
            while block := content.read(2**22):
                digest.update(block)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error}): bring {file.name} from {file.home} and put it there. "
            "The datasets `room3d` and `sprites2d` have the same factors and need no files at all."
        ) from error
    if digest.hexdigest() != file.md5:
        raise DataError(
            f"{path} has the MD5 {digest.hexdigest()}, expected {file.md5}: bring {file.name} from {file.home} again"
        )


def _write(path: Path, images: int, blocks: Iterator[Bytes]) -> None:
    """Write blocks of images as one array, which gets its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=path.parent) as scratch:
        unfinished = Path(scratch) / "images.npy"
        array, done = None, 0
        for block in blocks:
            if array is None:
                array = np.lib.format.open_memmap(unfinished, "w+", np.uint8, (images, *block.shape[1:]))
            array[done : done + len(block)] = block  # refuses more images than there should be
            done += len(block)
        if array is None or done != images:
            raise ValueError(f"it holds {done:,} images, expected {images:,}")
        array.flush()
        unfinished.replace(path)
