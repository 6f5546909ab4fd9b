"""The grey digits that several cases are made of."""

from __future__ import annotations

from lazyartist.data.digits import grey_digits
from lazyartist.data.mnist import SOURCE
from lazyartist.data.sources import GreyImages, load


BUILT_IN = ("mnist", "digits")


def grey_images(name: str) -> GreyImages:
    """Return grey digits of 28 × 28 pixels, uint8, 0 is background.

    Args:
        name: "mnist", which is fetched once, or "digits", the small ones inside scikit-learn.

    Raises:
        ValueError: there are no others.
        DataError: MNIST is nowhere to be had.
    """
    if name not in BUILT_IN:
        raise ValueError(f"data={name!r}: expected 'mnist' or 'digits'")
    return load(SOURCE) if name == "mnist" else grey_digits()
