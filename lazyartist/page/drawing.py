"""From ink on a pad to an image as a model sees it: centred and scaled as MNIST's digits are, and painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torch import Tensor

from lazyartist.data.coloured import ColouredImages, Where
from lazyartist.data.palettes import Palette


if TYPE_CHECKING:
    from collections.abc import Sequence

SIDE, BOX = 28, 20  # of an image, and of the box that holds the stroke; LeCun et al. 1998 describe both
PAD = 140  # pixels of the pad, a whole multiple of SIDE
FAINT = 16  # ink that does not count: the rim of a blurred stroke
TEXTURE = 0  # which of the backdrops lies behind a drawing

Colour = tuple[float, float, float]


def normalised(ink: Tensor) -> Tensor:
    """Return a drawing as MNIST has its digits: its longer side 20 pixels, its centre of mass in the middle.

    Args:
        ink: (S, S) uint8, 0 where the pad is empty. One of 28 × 28 is taken as it is.

    Returns:
        (28, 28) uint8; an empty pad stays empty.
    """
    if ink.shape == (SIDE, SIDE):
        return ink
    rows, columns = ((ink > FAINT).any(side).nonzero()[:, 0] for side in (1, 0))
    if not len(rows):
        return torch.zeros(SIDE, SIDE, dtype=torch.uint8)
    part = ink[int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1].float()
    size = [max(1, round(BOX * side / max(part.shape))) for side in part.shape]
    stroke = torch.nn.functional.interpolate(part[None, None], size, mode="bilinear", antialias=True)[0, 0]
    stroke = stroke * (255 / float(stroke.max()))  # a thin line is as white as a thick one
    weight = stroke / stroke.sum()
    image = torch.zeros(SIDE, SIDE)
    starts = []
    for axis, length in enumerate(size):
        centre = float((weight.sum(1 - axis) * torch.arange(length)).sum())
        starts.append(min(max(round((SIDE - 1) / 2 - centre), 0), SIDE - length))
    image[starts[0] : starts[0] + size[0], starts[1] : starts[1] + size[1]] = stroke
    return image.round().to(torch.uint8)


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
