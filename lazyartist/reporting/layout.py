"""What figures share: panels beside and below each other."""

from __future__ import annotations

import math

from typing import Any

from matplotlib.figure import Figure


def wrapped(n: int, width: float, height: float, across: int) -> tuple[Figure, list[Any]]:
    """Return a figure with n panels of this size in inches, at most so many in a line; and the panels."""
    columns = min(across, n)
    lines = math.ceil(n / columns)
    figure = Figure(figsize=(width * columns, height * lines), layout="constrained")
    places = list(figure.subplots(lines, columns, squeeze=False).flatten())
    for empty in places[n:]:
        empty.set_axis_off()
    return figure, places[:n]
