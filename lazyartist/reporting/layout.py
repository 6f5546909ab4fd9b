"""What figures share: one panel per dataset and network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from lazyartist.reporting.table import DATA, by, seeds_of_all


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lazyartist.reporting.row import Row


def panels(rows: Sequence[Row], draw: Callable[[Any, Sequence[Row]], None]) -> Figure:
    """Draw one panel per dataset and network, with its number of seeds and a legend."""
    cases = by(rows, "dataset", "network", *DATA[1:])
    figure = Figure(figsize=(5.4 * len(cases), 3.8), layout="constrained")
    for panel, ((dataset, network, *_), own) in zip(
        figure.subplots(1, len(cases), squeeze=False)[0], cases.items(), strict=True
    ):
        draw(panel, own)
        panel.set_title(f"{dataset}, {network}, {seeds_of_all(own)}", fontsize=10)
        panel.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=4)
    return figure
