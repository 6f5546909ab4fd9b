"""The digits inside scikit-learn, painted in the colours of their classes: small, and no file is needed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from lazyartist.data import DATASETS
from lazyartist.data.painting import paint_task
from lazyartist.data.sources import GreyImages
from lazyartist.data.task import Task


TESTED = 360  # the last images


@DATASETS.register("digits", source="Alpaydin and Kaynak 1998, in scikit-learn")
def digits(**knobs: Any) -> Task:
    """1,797 handwritten digits embedded in scikit-learn, in the colours of their classes: small, needs no network."""
    return paint_task(grey_digits(), "digits", **knobs)


@lru_cache(maxsize=1)
def grey_digits() -> GreyImages:
    """Scikit-learn's 8×8 digits, enlarged to 28×28."""
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    large = zoom(images.reshape(-1, 8, 8), (1, 3.5, 3.5), order=1, grid_mode=True, mode="nearest")
    pixels, classes = np.round(large * (255 / 16)).astype(np.uint8), labels.astype(np.uint8)
    return GreyImages(pixels[:-TESTED], classes[:-TESTED], pixels[-TESTED:], classes[-TESTED:])
