"""A folder of images decoded once: bytes on disk that are mapped into memory, and kept as long as the files stay alike.

A file counts as unchanged by its size and time of change, or else by the digest of its content; what changed is decoded
again, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import PIL
import torch

from filelock import FileLock, Timeout
from joblib import cpu_count
from torch import Tensor
from tqdm import tqdm

from lazyartist.data.folder_files import Source, is_unchanged, read_image
from lazyartist.data.sources import data_root
from lazyartist.files import write_bytes


log = logging.getLogger(__name__)

DECODED_BY = f"1 {PIL.__version__}"  # another number, or another Pillow, decodes everything again
IN_HAND = 8 * 2**20  # bytes of pixels that are in memory until they are written
AT_ONCE = 16  # images that a thread decodes for each time that it is told to


@dataclass(frozen=True, eq=False)
class Decoded:
    """Decoded images on disk.

    Attributes:
        path: the file of bytes.
        shape: (N, 3, H, W).
        sources: (N,) what each image was decoded from; one that could not be decoded is black.
    """

    path: Path
    shape: tuple[int, int, int, int]
    sources: Sequence[Source]

    def __reduce__(self) -> tuple[type[Decoded], tuple[object, ...]]:
        return Decoded, (self.path, self.shape, self.sources)  # another process maps the same file

    @cached_property
    def pixels(self) -> Tensor:
        """(N, 3, H, W) uint8, read from the disk where and when it is looked at."""
        # copy on write: torch takes no arrays that cannot be written
        return torch.from_numpy(np.memmap(self.path, np.uint8, "c", shape=self.shape))


def decoded(root: Path, files: Sequence[str], height: int, width: int) -> Decoded:
    """Return the images of a folder in one size, decoding what was not decoded before; two processes decode once.

    What is decoded stays when it is interrupted. A file that is missing or broken is a problem of its `Source`.

    Args:
        root: the folder.
        files: (N,) names below it, all different; N is at least 1.
        height: in pixels.
        width: in pixels.

    Raises:
        OSError: the cache cannot be written, or the disk has not enough room; says how to have it elsewhere.
    """
    place = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    folder = data_root() / "folders" / f"{root.name[:40]}-{place}-{width}x{height}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, root):
            images = _known(folder, height, width)
            names = [source.name for source in images.sources]
            if names != list(files) or not all(is_unchanged(root, source) for source in images.sources):
                images = _renewed(root, files, images, folder)
            _ = images.pixels  # mapped now: once it is not locked, another process may replace the file
    except OSError as error:
        raise OSError(
            f"decoded images of {root} cannot be kept in {folder} ({error}): set LAZYARTIST_DATA to a folder that can "
            "be written"
        ) from error
    return images


@contextmanager
def _alone(folder: Path, root: Path) -> Iterator[None]:
    lock = FileLock(folder / "lock", mode=0o666)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.warning("waiting for another process that decodes %s", root)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _known(folder: Path, height: int, width: int) -> Decoded:
    """Return what was decoded before; nothing if that is damaged or was done by another decoder."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        if index["decoded by"] == DECODED_BY:
            sources = [Source(*values) for values in index["sources"]]
            path, shape = folder / index["pixels"], (len(sources), 3, height, width)
            if sources and path.stat().st_size == 3 * height * width * len(sources):
                return Decoded(path, shape, sources)
    except (OSError, ValueError, KeyError, TypeError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("%s cannot be used (%s): the images are decoded again", folder, error)
    return Decoded(folder, (0, 3, height, width), [])


def _renewed(root: Path, files: Sequence[str], old: Decoded, folder: Path) -> Decoded:
    """Write a file of bytes anew: what is known is copied, the rest decoded."""
    _, _, height, width = old.shape
    image_bytes = 3 * height * width
    if (free := shutil.disk_usage(folder).free) < image_bytes * len(files):
        raise OSError(f"{image_bytes * len(files):,} bytes are needed, {free:,} are free")
    rows = {source.name: row for row, source in enumerate(old.sources)}
    black = np.zeros((3, height, width), np.uint8)

    def look(names: Sequence[str]) -> tuple[list[Source], bytes]:
        looked = []
        for name in names:
            row = rows.get(name)
            source, pixels = read_image(root, name, None if row is None else old.sources[row], height, width)
            if pixels is None:
                pixels = black if row is None or source.problem else old.pixels[row].numpy()
            looked.append((source, pixels.tobytes()))
        return [source for source, _ in looked], b"".join(content for _, content in looked)

    sources: list[Source] = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix="pixels-", suffix=".bin", delete=False) as file:
        path, threads = Path(file.name), cpu_count()
        step = max(threads, IN_HAND // image_bytes)
        some = min(AT_ONCE, step // threads)
        try:
            # Pillow decodes without Python's lock: large photographs are decoded on every core
            with (
                ThreadPoolExecutor(threads) as pool,
                tqdm(total=len(files), unit="image", desc=f"decoding {root.name}", disable=None) as bar,
            ):
                for start in range(0, len(files), step):
                    names = files[start : start + step]
                    for found, content in pool.map(look, [names[i : i + some] for i in range(0, len(names), some)]):
                        file.write(content)
                        sources += found
                        bar.update(len(found))
        finally:  # when it is interrupted, too: what is decoded need not be decoded again
            if len(sources) >= len(old.sources) or len(sources) == len(files):
                file.truncate(image_bytes * len(sources))
                file.flush()
                os.fsync(file.fileno())
                path.chmod(0o644)
                _keep(folder, path, sources)
            else:
                with suppress(OSError):
                    path.unlink()
    return Decoded(path, (len(files), 3, height, width), sources)


def _keep(folder: Path, path: Path, sources: Sequence[Source]) -> None:
    """Make this the file of bytes that counts, and delete those that do not."""
    index = {"decoded by": DECODED_BY, "pixels": path.name, "sources": [astuple(source) for source in sources]}
    write_bytes(folder / "index.json", json.dumps(index).encode())
    for other in folder.glob("pixels-*.bin"):
        if other != path:
            with suppress(OSError):  # mapped by another process, on a system that minds
                other.unlink()
