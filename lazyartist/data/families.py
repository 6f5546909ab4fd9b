"""Families of images by name: all the images that a dataset is drawn from, for what needs no task."""

from __future__ import annotations

from collections.abc import Sized
from typing import cast

from lazyartist.data.folder_images import FolderImages, folder_images
from lazyartist.data.grid import FactorImages
from lazyartist.data.images import Images, Split, UnsupportedError
from lazyartist.data.make import make_task
from lazyartist.data.moved import original
from lazyartist.options import split_options


def images_of(dataset: str) -> FactorImages:
    """Return all images that a dataset is drawn from, every combination of their factors.

    Args:
        dataset: a name, with knobs behind it if need be: "room3d", "room3d:size=64".

    Raises:
        UnknownNameError: an unknown dataset.
        UnsupportedError: its images are not those of a grid of factors.
    """
    images = make_task(dataset).train.images
    if not isinstance(images, FactorImages):
        raise UnsupportedError(
            f"{dataset}: {images!r} are not all combinations of their factors; room3d and sprites2d are such images, "
            "and a class of your own is one if it derives from lazyartist.data.grid.FactorImages"
        )
    return images


def pictured(dataset: str) -> Images | Split:
    """Return the images of a dataset for what looks at images alone: neither classes nor attributes are asked for.

    Args:
        dataset: a name, with knobs behind it: "room3d", "folder:holiday:size=32"; of a folder the knobs `size` and
            `broken` count. Of a dataset that comes in splits, these are the training images.

    Raises:
        UnknownNameError: an unknown dataset.
        ValueError: the folder, or a knob, cannot be used; names it.
    """
    name, knobs = split_options(dataset, path=dataset.startswith("folder:"))
    if name == "folder":
        if foreign := sorted(set(knobs) - {"path", "size", "broken"}):
            raise ValueError(f"{dataset!r}: of a folder that is only looked at, leave out {', '.join(foreign)}")
        return folder_images(str(knobs.pop("path", "")), **cast("dict[str, str]", knobs))
    train = make_task(dataset).train
    return train.images if isinstance(train.images, FactorImages) else train


def names_of(images: Sized) -> list[str]:
    """Return what each image is called: the name of its file, or "image 17"."""
    if isinstance(images := original(images), FolderImages):
        return [images.decoded.sources[row].name for row in images.rows.tolist()]
    return [f"image {place}" for place in range(len(images))]
