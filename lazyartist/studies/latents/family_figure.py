"""The picture of families of images beside each other; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matplotlib.figure import Figure


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

GAP = 2  # pixels between pictures


def family_figure(families: Mapping[str, Mapping[str, NDArray[np.float32]]]) -> Figure:
    """Show families beside each other: a line per factor, along which that factor changes and no other.

    Args:
        families: name -> factor -> pictures (n, H, W, 3) in [0, 1].
    """
    lines = max(len(rows) for rows in families.values())
    figure = Figure(figsize=(6.2 * len(families), 0.82 * lines + 0.4), layout="constrained")
    for column, (family, rows) in zip(
        figure.subfigures(1, len(families), squeeze=False)[0], families.items(), strict=True
    ):
        column.suptitle(family, fontsize=11)
        panels = column.subplots(lines, 1, squeeze=False)[:, 0]
        most = max(len(pictures) for pictures in rows.values())
        for panel in panels:
            panel.set_axis_off()
        for panel, (factor, pictures) in zip(panels, rows.items(), strict=False):
            panel.imshow(_strip(list(pictures), most), interpolation="nearest")
            panel.text(-6, pictures.shape[1] / 2, factor.replace("_", " "), ha="right", va="center", fontsize=9)
    return figure


def _strip(pictures: Sequence[NDArray[np.float32]], places: int) -> NDArray[np.float32]:
    """Return pictures beside each other on white, (H, places · (W + GAP), 3)."""
    height, width, _ = pictures[0].shape
    strip = np.ones((height, places * (width + GAP), 3), np.float32)
    for place, picture in enumerate(pictures):
        strip[:, place * (width + GAP) :][:, :width] = picture
    return strip
