"""The tables of the clinic: each case at a glance, and every remedy; torch-free."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.reporting.stats import estimate, gap, norm_score, paired_difference
from lazyartist.reporting.table import INTERVAL, Cell, Table, by, seeds_of, values, with_interval
from lazyartist.studies import TABLES
from lazyartist.studies.clinic import metrics as names


if TYPE_CHECKING:
    from lazyartist.reporting.row import Row
    from lazyartist.reporting.table import Values

ENDS = ("baseline", "oracle")
NOISE = "the ends are too near"


@TABLES.register("clinic")
def clinic_tables(rows: Sequence[Row]) -> list[Table]:
    """How far each remedy goes from the broken model, 0, to the same model never broken, 100."""
    knobs = sorted({name for row in rows for name in row.at} - {"case", "remedy"})
    glance, all_of_them = [], []
    for own in by(rows, "case", *knobs).values():
        treated = by(own, "remedy")
        found = {str(remedy): values(of_remedy) for (remedy,), of_remedy in treated.items()}
        seconds = {str(remedy): _seconds(of_remedy) for (remedy,), of_remedy in treated.items()}
        if not set(ENDS) <= set(found):
            continue
        case = " ".join([str(own[0].at["case"]), *(f"{name}={own[0].at[name]}" for name in knobs if name in own[0].at)])
        ranked = sorted(set(found) - set(ENDS), key=lambda remedy: -_mean_norm(found[remedy]))
        all_of_them += [_line(case, remedy, found, seconds) for remedy in ("baseline", *ranked, "oracle")]
        if ranked:
            glance.append(_glance(case, ranked[0], found, seconds))
    return [
        Table(
            "The clinic at a glance",
            (
                *("case", "what is broken", "baseline", "the write-up's remedy", "its norm score", "there"),
                *("best remedy", "oracle", "norm score ↑", "s", "seeds"),
            ),
            glance,
            f"{INTERVAL} Norm score: 0 is the broken model, 100 the same model never broken, per seed. The write-up's "
            "remedy: what a contestant of the olympiad describes, on the data of this recast; there: how far it went "
            "on the olympiad's own data. Best: of all remedies, the one with the highest mean. s: seconds of processor "
            "time for the case as a whole: data, what is trained first, both ends and the best remedy.",
        ),
        Table(
            "Every remedy of the clinic",
            ("case", "remedy", "score", "norm score ↑", "the defective judge says", "s", "seeds", "what it does"),
            all_of_them,
            f"{INTERVAL} s: seconds of processor time of the treatment; of the baseline, with drawing the data and "
            "what is trained before anybody treats it.",
        ),
    ]


def _line(case: str, remedy: str, found: dict[str, Values], seconds: dict[str, float]) -> list[str]:
    own = found[remedy]
    entry = REMEDIES.entries().get(f"{case.partition(' ')[0]}.{remedy.partition(':')[0]}")
    return [
        case,
        remedy,
        _cell(own, names.SCORE),
        "–" if remedy in ENDS else _norm(own, found),
        _cell(own, names.DEFECTIVE),
        f"{seconds[remedy]:.1f}",
        seeds_of(own),
        entry.summary if entry else "",
    ]


def _glance(case: str, best: str, found: dict[str, Values], seconds: dict[str, float]) -> list[str]:
    theirs = next((remedy for remedy in found if names.WRITE_UP in found[remedy]), "")
    entry = CASES.entries().get(case.partition(" ")[0])
    return [
        case,
        entry.summary if entry else "",
        _cell(found["baseline"], names.SCORE),
        _named(_cell(found[theirs], names.SCORE), theirs) if theirs else "–",
        _norm(found[theirs], found) if theirs else "–",
        f"{next(iter(found[theirs][names.WRITE_UP].values())):.0f} %" if theirs else "–",
        _named(_cell(found[best], names.SCORE), best),
        _cell(found["oracle"], names.SCORE),
        _norm(found[best], found),
        f"{sum(seconds[one] for one in {*ENDS, best}):.0f}",
        seeds_of(found[best]),
    ]


def _norm(own: Values, found: dict[str, Values]) -> str:
    base, best = (found[end][names.SCORE] for end in ENDS)
    try:
        between = gap(base, best) if len(base) > 1 else paired_difference(best, base)
        score = norm_score(own[names.SCORE], base, best, "higher" if between.mean > 0 else "lower")
    except ValueError:
        return NOISE
    return NOISE if math.isnan(score.mean) else with_interval(score, 1)


def _mean_norm(own: Values) -> float:
    scores = own.get(names.NORM_SCORE)
    return estimate(scores.values()).mean if scores else float("-inf")


def _cell(own: Values, metric: str) -> str:
    return with_interval(estimate(own[metric].values()), 3) if metric in own else "–"


def _named(cell: str, remedy: str) -> str:
    words = f"{cell} ({remedy})"
    return Cell(words, cell.estimate) if isinstance(cell, Cell) else words


def _seconds(rows: Sequence[Row]) -> float:
    """Return the mean seconds of the runs behind the rows."""
    runs = {row.seed: row.origin.seconds for row in rows}
    return sum(runs.values()) / len(runs)
