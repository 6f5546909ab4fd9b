"""Families of images by name: all the images that a dataset is drawn from, for what needs no task."""

from __future__ import annotations

from lazyartist.data.grid import FactorImages
from lazyartist.data.images import UnsupportedError
from lazyartist.data.make import make_task


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
