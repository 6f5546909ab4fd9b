"""What figures share: one panel per dataset and network, each strategy in its colour."""

from __future__ import annotations

from itertools import cycle, repeat
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from lazyartist.reporting.style import COLOURS, FAINT, SPARE, TELLABLE
from lazyartist.reporting.table import DATA, by, seeds_of_all


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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


def in_colour(rows: Iterable[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield each strategy's name, its colour and its rows; in a crowd, what has no colour of its own is faint."""
    strategies = by(rows, "strategy")
    spare = cycle(SPARE) if len(strategies) <= TELLABLE else repeat(FAINT)
    for (name,), own in strategies.items():
        yield name, COLOURS.get(name) or next(spare), own
