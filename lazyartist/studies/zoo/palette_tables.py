"""The table of palettes: what of a cure is due to the colours that it was built on; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.reporting.table import INTERVAL, Table, by, percent, seeds_of_all, values
from lazyartist.studies import TABLES
from lazyartist.studies.cures.metrics import KNOWS, knows
from lazyartist.studies.cures.numbers import judged_by, mean
from lazyartist.studies.zoo.lies import PALETTES


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.reporting.row import Row


@TABLES.register("palettes")
def palette_tables(rows: Sequence[Row]) -> list[Table]:
    """Every strategy on every palette, by dataset: what knows most first, then what is best where it is worst."""
    found = {str(palette) for (palette,) in by(rows, "palette")}
    palettes = [name for name in PALETTES if name in found] + sorted(found - set(PALETTES))
    lines = []
    for (dataset,), of_dataset in by(rows, "dataset").items():
        own = []
        for (strategy,), of_strategy in by(of_dataset, "strategy").items():
            hard = {palette: judged_by(values(part)) for (palette,), part in by(of_strategy, "palette").items()}
            cells = [percent(hard[palette]) if palette in hard else "–" for palette in palettes]
            told = knows(of_strategy[0].origin.uses)
            own.append((KNOWS.index(told), -min(map(mean, hard.values())), [dataset, told, strategy, *cells]))
        lines += [line for *_, line in sorted(own)]
    return [
        Table(
            "Palettes: hard accuracy, %",
            ("dataset", "knows", "strategy", *(f"{palette} ↑" for palette in palettes)),
            lines,
            f"Mean accuracy of both hard splits. {INTERVAL} {seeds_of_all(rows)}; – was not measured. hues differ in "
            "hue alone; classic and classic-grey are those of public solutions, some darker, one grey; drawn was drawn "
            "at random and has colours that are much alike.",
        )
    ]
