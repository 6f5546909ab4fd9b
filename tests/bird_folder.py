"""Folders in Waterbirds' layout as people have them: shapes on grounds that almost tell them."""

from __future__ import annotations

import colorsys
import csv

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from PIL import Image


TRAIN, VALIDATION, TEST = range(3)  # Waterbirds' numbers of splits
WATERBIRDS = (0.73, 0.04, 0.01, 0.22)  # of the training images, class by class and place by place


def write_birds(
    root: Path,
    images: int,
    size: tuple[int, int] = (32, 32),
    *,
    classes: int = 2,
    places: int = 2,
    shares: Sequence[float] = WATERBIRDS,
    seed: int = 0,
    attribute: bool = True,
) -> Path:
    """Write so many training images, a quarter as many for validation and as many for testing; return the folder.

    Args:
        root: where.
        images: how many training images, about.
        size: width and height.
        classes: bars at so many angles.
        places: grounds in so many colours.
        shares: of each class and place in training; the other splits have as many of each.
        seed: of everything.
        attribute: does metadata.csv name the place?
    """
    rng, lines = np.random.default_rng(seed), []
    for split in (TRAIN, VALIDATION, TEST):
        count = images // 4 if split == VALIDATION else images
        for group in range(classes * places):
            label, place = divmod(group, places)
            share = shares[group] if split == TRAIN else 1 / (classes * places)
            for number in range(max(2, round(count * share))):
                name = f"{split}/{group}_{number:05}.png"
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                image = _bird(rng, label / classes, place / places, size)
                Image.fromarray(image).save(root / name, compress_level=1)
                line = {"img_filename": name, "y": label, "split": split}
                lines.append({**line, "place": place} if attribute else line)
    with (root / "metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return root


def _bird(rng: np.random.Generator, angle: float, hue: float, size: tuple[int, int]) -> np.ndarray:
    """Draw a bar at an angle, in half turns, on a ground of a hue that is rough along the waves."""
    width, height = size
    ground = rng.normal(size=(height, width))
    ground = np.apply_along_axis(np.convolve, 1, ground, np.ones(5) / 5, "same")
    image = 255 * np.array(colorsys.hsv_to_rgb(0.3 + hue, 0.55, 0.55)) + 60 * ground[..., None]
    y, x = np.mgrid[:height, :width]
    x, y = x - width * rng.uniform(0.35, 0.65), y - height * rng.uniform(0.35, 0.65)
    turn = np.pi * (angle + rng.uniform(-0.03, 0.03))
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    inside = (np.abs(along) < 0.3 * height) & (np.abs(across) < 0.07 * height)
    image[inside] = 100 + rng.uniform(60, 128, 3)
    return image.clip(0, 255).astype(np.uint8)
