"""The outlines of `sprites2d`, cut into rows: where each row of pixels enters a sprite and leaves it.

An outline is a polygon. A row of pixel centres is a line through it, and the pixels between two crossings are inside.
So a picture is known from four numbers per row, of which there is one table for all sprites and heights; moving the
sprite sideways adds to all of them. The sizes below were fitted to public pictures of dSprites (Matthey, Higgins,
Hassabis and Lerchner 2017), whose grid of factors this is: less than 1 % of a sprite's pixels differ.
"""

from __future__ import annotations

import math

import torch

from torch import Tensor


SHAPES = ("square", "ellipse", "heart")
SCALES = tuple(0.5 + 0.1 * k for k in range(6))
ORIENTATIONS = 40  # from 0 to 2π, both included: the last one is the first one again
POSITIONS = 32
PIXELS = 64  # height and width of the picture
FIRST, TRAVEL = 16.0, 32.0  # the first position of a sprite's centre, and how far the last one is from it, in pixels
OUTSIDE = 1000.0  # crossings that a row does not have lie beyond the picture
CORNERS = 720  # of the polygons that stand for curves: off by a ten-thousandth of a pixel

# rows are cut at steps of 1/62 pixel: half a pixel less 32/31 pixels times the position is a whole number of them
STEPS = 2 * (POSITIONS - 1)
REACH = 16  # pixels from a sprite's centre; none is larger


def outline(shape: str) -> Tensor:
    """Return the corners (E, 2) float64 of a sprite of scale 1 about its centre, in pixels; y is down."""
    if shape == "square":
        return 9.6 * torch.tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=torch.float64)
    t = 2 * math.pi * (torch.arange(CORNERS, dtype=torch.float64) + 0.5) / CORNERS
    if shape == "ellipse":
        return torch.stack([12.8 * t.cos(), 7.2 * t.sin()], dim=1)
    lobes = 13 * t.cos() - 5 * (2 * t).cos() - 2 * (3 * t).cos() - (4 * t).cos()
    return torch.stack([9.6 * t.sin() ** 3, -1.464 - 0.669 * lobes], dim=1)


def cut_into_rows() -> Tensor:
    """Return where each row of pixel centres crosses each sprite, for each of its heights.

    Returns:
        (720 sprites: shape, scale, orientation, the last one fastest; 32 heights; 64 rows; 4) float32: columns about
        the sprite's centre, rising, in pixels; `OUTSIDE` where there are fewer than four.
    """
    lines = torch.cat([_crossings(_turned(outline(shape))) for shape in SHAPES])
    height, row = torch.arange(POSITIONS)[:, None], torch.arange(PIXELS)
    # row + 1/2 - FIRST - TRAVEL · height / 31, in steps
    at = STEPS * row + STEPS // 2 - round(STEPS * FIRST) - round(2 * TRAVEL) * height
    return lines[:, (at + REACH * STEPS).clamp(0, lines.shape[1] - 1)]


def _turned(corners: Tensor) -> Tensor:
    """Return the outline in all scales and orientations, (240, E, 2)."""
    angles = [-2 * math.pi * (k % (ORIENTATIONS - 1)) / (ORIENTATIONS - 1) for k in range(ORIENTATIONS)]
    turns = torch.tensor(
        [[[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]] for a in angles], dtype=torch.float64
    )
    scales = torch.tensor(SCALES, dtype=torch.float64)[:, None, None, None]
    return (scales * (corners @ turns)).flatten(0, 1)


def _crossings(polygons: Tensor) -> Tensor:
    """Return where the lines y = -REACH ... REACH, `STEPS` per pixel, cross polygons (N, E, 2): (N, lines, 4)."""
    count, lines = len(polygons), 2 * REACH * STEPS + 1
    ends = torch.stack([polygons, polygons.roll(-1, dims=1)], dim=2).flatten(0, 1)  # edges (N · E, 2 ends, 2)
    (x, x_end), (y, y_end) = ends[..., 0].unbind(1), ((ends[..., 1] + REACH) * STEPS).unbind(1)
    first, behind = torch.minimum(y, y_end).ceil().long(), torch.maximum(y, y_end).ceil().long()
    edge = torch.arange(len(ends)).repeat_interleave(behind - first)  # one entry per edge and line that cross
    before = (behind - first).cumsum(0) - (behind - first)
    line = first[edge] + torch.arange(len(edge)) - before[edge]
    at = x[edge] + (x_end - x)[edge] * (line - y[edge]) / (y_end - y)[edge]
    of_line = edge // polygons.shape[1] * lines + line
    order = (of_line * (4 * REACH) + at).argsort()  # by line, and along each
    of_line, at = of_line[order], at[order]
    place = torch.arange(len(at)) - torch.searchsorted(of_line, of_line)
    table = torch.full((count * lines, 4), OUTSIDE)
    table[of_line, place] = at.float()
    return table.view(count, lines, 4)
