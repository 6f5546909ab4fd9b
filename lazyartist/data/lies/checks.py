"""The contract of a lie, as checks that anybody can run on theirs.

In a test file:

    from lazyartist.data.lies.checks import parametrize_with_checks

    @parametrize_with_checks([MyLie()])
    def test_contract(lie, check):
        check(lie)

The checks draw on the digits inside scikit-learn and train nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.contract import assert_configured, parametrized
from lazyartist.data.digits import grey_digits
from lazyartist.data.drawn import DrawnImages, tell
from lazyartist.data.images import Split
from lazyartist.data.lies.base import Lie
from lazyartist.data.lottery import Hard, swap


if TYPE_CHECKING:
    import pytest

CORRELATION = 0.9
BATCH = 64


def check_configuration(lie: Lie) -> None:
    """Its knobs are the fields of a frozen dataclass, all with defaults; it names its factors, none of them "class"."""
    assert_configured(type(lie))
    assert lie.factors, f"{lie}: name the bias attributes in `factors`"
    assert "class" not in lie.factors, f"{lie}: an attribute must not be called class"
    assert len(set(lie.factors)) == len(lie.factors), f"{lie}: two attributes have one name"


def check_shares_are_exact(lie: Lie) -> None:
    """Of each class, the promised share has the class's own value, of every attribute; the rest is spread evenly."""
    images = _told(lie)
    for name, values in images.values.items():
        for label in range(images.classes):
            own = values[images.labels == label]
            rest = len(own) - round(CORRELATION * len(own))
            counts = torch.bincount(own, minlength=images.classes)
            spread = counts.clone()
            spread[label] -= len(own) - rest
            exact = int(spread.sum()) == rest and int(spread.max() - spread.min()) <= 1
            assert exact, f"{lie}: class {label} has the values {counts.tolist()} of {name}"


def check_images_are_images(lie: Lie) -> None:
    """Pixels lie in [0, 1], of whatever size the images are; the strokes lie where `foreground` says."""
    for height, width in ((28, 28), (14, 14), (28, 20)):
        images = _told(lie, height, width)
        shown = images.render(torch.arange(BATCH))
        assert shown.shape == (BATCH, 3, height, width), f"{lie} draws {tuple(shown.shape)} on {height} × {width}"
        assert bool(shown.isfinite().all()), f"{lie} draws NaN or infinity"
        least, most = float(shown.min()), float(shown.max())
        assert 0 <= least <= most <= 1, f"{lie} draws pixels from {least:g} to {most:g}: expected [0, 1]"
        strokes = images.foreground(torch.arange(BATCH))
        assert strokes.shape == (BATCH, height, width), f"{lie} places strokes of shape {tuple(strokes.shape)}"
        assert int(strokes.amax((1, 2)).min()) > 0, f"{lie} places a stroke out of sight"


def check_an_image_is_drawn_alone(lie: Lie) -> None:
    """An image is the same alone and in a batch, today and tomorrow; nothing is drawn at random, nothing is changed."""
    images = _told(lie)
    before = (torch.get_rng_state(), images.images.clone())
    together = images.render(torch.arange(BATCH))
    alone = torch.cat([images.render(torch.tensor([number])) for number in range(BATCH)])
    assert torch.equal(together, alone), f"{lie}: an image depends on the others in its batch"
    assert torch.equal(together, images.render(torch.arange(BATCH))), f"{lie}: an image differs from call to call"
    assert torch.equal(torch.get_rng_state(), before[0]), f"{lie} draws from torch's global generator"
    assert torch.equal(images.images, before[1]), f"{lie} changes the strokes that it is handed"


def check_values_can_be_told(lie: Lie) -> None:
    """Any two values of an attribute look different on every stroke."""
    images = _told(lie)
    index = torch.arange(20)
    for name in images.values:
        drawn = torch.stack([images.paint(index, {name: torch.full((20,), v)}) for v in range(images.classes)])
        for first in range(images.classes):
            for second in range(first):
                apart = (drawn[first] - drawn[second]).abs().flatten(1).amax(1)
                assert float(apart.min()) > 0.01, f"{lie}: {second} and {first} of {name} look the same on a stroke"


def check_swapped_as_said(lie: Lie) -> None:
    """On the hard splits each image shows just the values that it is said to have, and none is its own."""
    images = _told(lie)
    split = Split(images, bias=lie.factors)
    ways: tuple[Hard, ...] = ("rotated", "other")
    for way in ways:
        hard = swap(split, way)
        index = torch.arange(BATCH)
        values = {name: hard.factor(name) for name in lie.factors}
        for name, shown in values.items():
            offset = (shown - hard.labels) % hard.classes
            fits = bool((offset == hard.classes // 2).all()) if way == "rotated" else bool((offset != 0).all())
            assert fits, f"{lie}: {way} images have the wrong {name}"
        grey = images.images[index][:, None].float() / 255
        given = {name: shown[index] for name, shown in values.items()}
        expected = lie.draw(lie.place(grey, given), given).expand(-1, 3, -1, -1)
        assert torch.equal(hard.render(index), expected), f"{lie}: {way} images are not drawn as said"


def check_fingerprint(lie: Lie) -> None:
    """The fingerprint is that of the images: the same again, another for other pixels or values."""
    images = _told(lie)
    assert images.fingerprint == _told(lie).fingerprint, f"{lie}: the same images have two fingerprints"
    pixels = images.images.clone()
    pixels[0, 0, 0] ^= 1
    turned = {name: (values + 1) % images.classes for name, values in images.values.items()}
    for other in (replace(images, images=pixels), replace(images, values=turned)):
        assert other.fingerprint != images.fingerprint, f"{lie}: other images have the same fingerprint"


CHECKS: tuple[Callable[[Lie], None], ...] = (
    check_configuration,
    check_shares_are_exact,
    check_images_are_images,
    check_an_image_is_drawn_alone,
    check_values_can_be_told,
    check_swapped_as_said,
    check_fingerprint,
)


def parametrize_with_checks(lies: Sequence[Lie]) -> pytest.MarkDecorator:
    """Return a decorator that runs a test `(lie, check)` with every pair of a lie and a check."""
    return parametrized("lie", [(lie, check) for lie in lies for check in CHECKS])


def _told(lie: Lie, height: int = 28, width: int = 28) -> DrawnImages:
    grey, step = grey_digits(), 28 // height
    strokes: Tensor = torch.as_tensor(grey.test_images)[:, ::step, ::step]
    start = (strokes.shape[2] - width) // 2
    return tell(lie, strokes[:, :, start : start + width], grey.test_labels, correlation=CORRELATION)
