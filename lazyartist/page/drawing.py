"""From ink on a pad to an image as a model sees it: scaled as the dataset's images are, and painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import Tensor
from torch.nn.functional import interpolate

from lazyartist.data.coloured import ColouredImages, Where
from lazyartist.data.palettes import Palette


if TYPE_CHECKING:
    from collections.abc import Sequence

SIDE, BOX = 28, 20  # of an image, and of the box that holds the stroke; LeCun et al. 1998 describe both
SCAN = 8  # pixels across a scan of the digits inside scikit-learn, which a digit fills
PAD = 140  # pixels of the pad, a whole multiple of SIDE
FAINT = 16  # ink that does not count: the rim of a blurred stroke
TEXTURE = 0  # which of the backdrops lies behind a drawing

Colour = tuple[float, float, float]


def normalised(ink: Tensor, dataset: str = "mnist") -> Tensor:
    """Return a drawing as a dataset has its images.

    As MNIST: its longer side 20 pixels, its centre of mass in the middle. As "digits": a scan of 8 × 8 that the drawing
    fills, enlarged.

    Args:
        ink: (S, S) uint8, 0 where the pad is empty. One of 28 × 28 is taken as it is.
        dataset: the name of a task; what is not "digits" is taken for MNIST's kind.

    Returns:
        (28, 28) uint8; an empty pad stays empty.
    """
    if ink.shape == (SIDE, SIDE):
        return ink
    rows, columns = ((ink > FAINT).any(side).nonzero()[:, 0] for side in (1, 0))
    if not len(rows):
        return torch.zeros(SIDE, SIDE, dtype=torch.uint8)
    part = ink[int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1].float()
    image = _as_scanned(part) if dataset == "digits" else _as_mnist(part)
    return image.round().to(torch.uint8)


def enlarged(scan: Tensor) -> Tensor:
    """Return a scan (8, 8) as `lazyartist.data.digits` enlarges it, (28, 28)."""
    return interpolate(scan[None, None], (SIDE, SIDE), mode="bilinear")[0, 0]


def _as_mnist(part: Tensor) -> Tensor:
    stroke = _fitted(part, BOX)
    weight = stroke / stroke.sum()
    starts = []
    for axis, length in enumerate(stroke.shape):
        centre = float((weight.sum(1 - axis) * torch.arange(length)).sum())
        starts.append(min(max(round((SIDE - 1) / 2 - centre), 0), SIDE - length))
    return _placed(stroke, starts, SIDE)


def _as_scanned(part: Tensor) -> Tensor:
    stroke = _fitted(part, SCAN)
    return enlarged(_placed(stroke, [(SCAN - length) // 2 for length in stroke.shape], SCAN))


def _fitted(part: Tensor, longest: int) -> Tensor:
    """Return a stroke in such a size that its longer side is so many pixels."""
    size = [max(1, round(longest * side / max(part.shape))) for side in part.shape]
    stroke = interpolate(part[None, None], size, mode="bilinear", antialias=True)[0, 0]
    return stroke * (255 / float(stroke.max()))  # a thin line is as white as a thick one


def _placed(stroke: Tensor, starts: Sequence[int], side: int) -> Tensor:
    """Return an empty square with the stroke in it, whose upper left corner is at `starts`."""
    image = torch.zeros(side, side)
    (top, left), (height, width) = starts, stroke.shape
    image[top : top + height, left : left + width] = stroke
    return image


def painted(shape: Tensor, colours: Sequence[Colour], where: Where = "foreground") -> Tensor:
    """Return one drawing in several colours, (K, 3, 28, 28) in [0, 1].

    Args:
        shape: (28, 28) uint8.
        colours: (red, green, blue) in [0, 1], none of them black.
        where: "foreground" to colour the stroke, "background" for a white one on coloured texture.

    Raises:
        ValueError: a colour is black or no colour.
    """
    different: list[Colour] = list(dict.fromkeys(colours))
    # a palette has two colours at least
    spare = [colour for colour in ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)) if colour not in different][:1]
    palette = Palette("drawn here", (*different, *spare), ("",) * (len(different) + len(spare)))
    count = len(colours)
    chosen = torch.tensor([different.index(colour) for colour in colours])
    images = ColouredImages(
        shape.expand(count, SIDE, SIDE),
        torch.zeros(count, dtype=torch.int64),
        chosen,
        palette,
        None if where == "foreground" else torch.full((count,), TEXTURE),
    )
    return images.render(torch.arange(count))
