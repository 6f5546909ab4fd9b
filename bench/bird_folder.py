"""A folder in Waterbirds' layout: discs and squares on meadows and water, 73, 4, 1 and 22 % of the training images."""

from __future__ import annotations

import csv

from pathlib import Path

import numpy as np

from PIL import Image


SHARES = {0: (0.73, 0.04, 0.01, 0.22), 1: (0.25,) * 4, 2: (0.25,) * 4}  # Waterbirds' numbers of splits
GROUNDS = np.array([[90, 140, 60], [70, 110, 190]])


def write_birds(root: Path, images: int, size: int, seed: int) -> Path:
    """Write so many training images, a quarter as many for validation and as many for testing; return the folder."""
    rng, lines = np.random.default_rng(seed), []
    for split, shares in SHARES.items():
        count = images if split != 1 else images // 4
        for group, share in enumerate(shares):
            label, place = divmod(group, 2)
            for number in range(max(2, round(count * share))):
                name = f"{split}/{group}_{number:05}.png"
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(_bird(rng, label, place, size)).save(root / name, compress_level=1)
                lines.append({"img_filename": name, "y": label, "split": split, "place": place})
    with (root / "metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return root


def _bird(rng: np.random.Generator, label: int, place: int, size: int) -> np.ndarray:
    ground = rng.normal(size=(size, size))
    for axis in (1,) if place else (0, 1):  # waves lie, grass grows anyhow
        ground = np.apply_along_axis(np.convolve, axis, ground, np.ones(5) / 5, "same")
    image = GROUNDS[place] + 60 * ground[..., None]
    y, x = np.mgrid[:size, :size]
    (cy, cx), r = size * rng.uniform(0.35, 0.65, 2), size * rng.uniform(0.14, 0.22)
    inside = (
        (np.abs(y - cy) < 0.88 * r) & (np.abs(x - cx) < 0.88 * r) if label else (y - cy) ** 2 + (x - cx) ** 2 < r**2
    )
    image[inside] = 60 + rng.uniform(60, 128, 3)
    return image.clip(0, 255).astype(np.uint8)
