"""What figures share: one panel per dataset and network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from lazyartist.reporting.table import by, seeds_of_all


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lazyartist.reporting.row import Row


def panels(rows: Sequence[Row], draw: Callable[[Any, Sequence[Row]], None], *varying: str) -> Figure:
    """Draw one panel per setting, with its number of seeds and a legend; within one, only the keys `varying` differ."""
    others = sorted({name for row in rows for name in row.at} - {"dataset", "network", "strategy", *varying})
    cases = by(rows, "dataset", "network", "strategy", *others)
    several = len({row.at["strategy"] for row in rows}) > 1
    figure = Figure(figsize=(5.4 * len(cases), 3.8), layout="constrained")
    for panel, ((dataset, network, strategy, *_), own) in zip(
        figure.subplots(1, len(cases), squeeze=False)[0], cases.items(), strict=True
    ):
        draw(panel, own)
        panel.set_title(f"{dataset}, {network}{f', {strategy}' if several else ''}, {seeds_of_all(own)}", fontsize=10)
        panel.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=4)
    return figure
