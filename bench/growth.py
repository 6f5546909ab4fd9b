"""One run of `cures` on generated images, in a process of its own: `python -m bench.growth FILE`; prints what it took.

The file holds images (N, 3, size, size) uint8 as NumPy saves them, and is mapped, not read. What is printed as JSON:
seconds of processor time of the whole run, of its training, and of one more digest of the images; wall-clock seconds;
and the most memory that belongs to the process alone, in MB, before the run and during it. Pages of the file that the
machine keeps in memory are the system's, which takes them back when it needs them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time

from pathlib import Path

import numpy as np

from lazyartist.data import DATASETS
from lazyartist.data.arrays import array_task
from lazyartist.data.task import Task
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.studies.work import one_thread
from lazyartist.training.store import Store


CLASSES, KNOWN = 10, 0.95


def generate(path: Path, count: int, size: int) -> None:
    """Write noise in which a brighter row tells the class, and a tint of the whole image nearly always does, too."""
    random = np.random.default_rng(0)
    pixels = np.lib.format.open_memmap(path, "w+", np.uint8, (count, 3, size, size))
    labels, tints = factors(count)
    part = max(1, (1 << 24) // (3 * size * size))
    for start in range(0, count, part):
        rows = slice(start, min(start + part, count))
        images = random.integers(0, 60, (rows.stop - rows.start, 3, size, size), np.uint8)
        images += (12 * tints[rows]).astype(np.uint8)[:, None, None, None] * np.array([1, 0, 0], np.uint8)[
            :, None, None
        ]
        images[np.arange(len(images)), :, labels[rows] * size // CLASSES] += 60
        pixels[rows] = images
    pixels.flush()


def factors(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the class and the tint (count,) of generated images."""
    random = np.random.default_rng(1)
    labels = np.arange(count) % CLASSES
    return labels, np.where(random.random(count) < KNOWN, labels, random.integers(0, CLASSES, count))


def growth_task(path: str, seed: int) -> Task:
    """Return the images of a file as a task: three in five for training."""
    pixels = np.lib.format.open_memmap(path, "c")
    labels, tints = factors(len(pixels))
    split = np.array(["train", "train", "train", "easy", "test"])[np.arange(len(pixels)) // CLASSES % 5]
    return array_task(pixels, {"class": labels, "tint": tints}, split, bias="tint", name="growth")


def own_memory() -> float:
    """Return the megabytes that belong to this process alone."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def main(path: str) -> None:
    """Run once and print."""
    DATASETS.register("growth")(lambda *, path, seed=0: growth_task(path, seed))
    study = CuresStudy(datasets=f"growth:{path}", strategies="erm", seeds=1, budget={"epochs": 0.25})
    before, over = own_memory(), threading.Event()
    most = before

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, wall = time.process_time(), time.perf_counter()
    with one_thread(), tempfile.TemporaryDirectory() as store:
        (run,) = study.runs()
        rows = study.rows(run, Store(Path(store)))
    seconds, wall = time.process_time() - start, time.perf_counter() - wall
    over.set()
    watcher.join()
    start = time.process_time()
    _ = run.task().train.images.fingerprint
    digest = time.process_time() - start
    numbers = {"seconds": seconds, "training": rows[0].origin.seconds, "digest": digest, "wall": wall}
    print(json.dumps({**numbers, "before": before, "most": most}))


if __name__ == "__main__":
    main(sys.argv[1])
