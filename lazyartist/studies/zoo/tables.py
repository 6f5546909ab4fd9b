"""The tables of the zoo: lazy models, strategies on every lie, two lies at once, and what witnesses say; torch-free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.reporting.stats import estimate, norm_score
from lazyartist.reporting.table import (
    ACCURACIES,
    BUDGET,
    INTERVAL,
    Table,
    Values,
    budget_words,
    by,
    norm_cell,
    percent,
    seeds_of,
    seeds_of_all,
    values,
)
from lazyartist.studies import TABLES
from lazyartist.studies.cures.metrics import KNOWS, knows
from lazyartist.studies.cures.numbers import cell, judged_by, mean
from lazyartist.studies.lazy import LAZY
from lazyartist.studies.lie_names import in_order, lie_of, lies_told
from lazyartist.studies.zoo.metrics import AGREEMENT, EVENNESS, MARK_AREA, MARK_SHARE, SAID_TO_LIE, SCORE


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazyartist.reporting.row import Row

EASY, ROTATED, OTHER = ACCURACIES
HARD = "Mean accuracy of both hard splits, where every bias attribute misleads. "
Board = dict[tuple[str, str], Values]  # (strategy, lie) -> what was measured


@TABLES.register("zoo")
def zoo_tables(rows: Sequence[Row]) -> list[Table]:
    """Lazy models on every lie, then strategies on every lie: one pair of tables per dataset, network and budget."""
    lazy = [row for row in rows if row.at["strategy"] == LAZY]
    tables = [_lazy_table(lazy)] if lazy else []
    for own in boards(rows):
        tables += _strategies(own)
    return tables


def boards(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of strategies that are to be compared, by dataset, network and budget."""
    compared = [row for row in rows if row.at["strategy"] != LAZY]
    return list(by(compared, "dataset", "network", *BUDGET).values())


def board_of(rows: Sequence[Row]) -> Board:
    """Return what was measured of each strategy on each lie."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((str(row.at["strategy"]), lie_of(row.at)), []).append(row)
    return {key: values(own) for key, own in found.items()}


def scores_of(board: Board, strategy: str, lie: str) -> tuple[Mapping[int, float], ...]:
    """Return hard accuracies by seed of a strategy, of matched ERM and of the oracle on a lie; {} if unknown."""
    own, erm, oracle = (
        judged_by(board[name, lie]) if (name, lie) in board else {} for name in (strategy, "erm", "oracle")
    )
    return own, erm, oracle


def ranked(rows: Sequence[Row]) -> list[str]:
    """Return the strategies of a board: by how much they know, then by their mean hard accuracy over the lies."""
    board, told = board_of(rows), lies_told(rows)
    uses = {str(row.at["strategy"]): row.origin.uses for row in rows}

    def rank(name: str) -> tuple[int, float]:
        hard = [mean(judged_by(board[name, lie])) for lie in told if (name, lie) in board]
        return KNOWS.index(knows(uses[name])), -sum(hard) / max(1, len(hard))

    return sorted(uses, key=rank)


def _strategies(rows: Sequence[Row]) -> list[Table]:
    board, names, lies = board_of(rows), ranked(rows), in_order(lie_of(row.at) for row in rows)
    uses = {str(row.at["strategy"]): knows(row.origin.uses) for row in rows}
    at = rows[0].at
    about = f"{at['dataset']}, {at['network']}, {budget_words(at)}"
    told = lies_told(rows)  # where there is no lie, plain training has nothing to make good
    hard, norm = [], []
    for name in names:
        accuracy, score = [], []
        for lie in lies:
            own, erm, oracle = scores_of(board, name, lie)
            accuracy.append(percent(own) if own else "–")
            if lie in told:
                score.append("–" if name == "erm" else norm_cell(own, erm, oracle))
        hard.append([uses[name], name, *accuracy])
        norm.append([uses[name], name, *score])
    tables = [
        Table(
            f"Hard accuracy on every lie, %: {about}",
            ("knows", "strategy", *(f"{lie} ↑" for lie in lies)),
            hard,
            f"{HARD}{INTERVAL} {seeds_of_all(rows)}; – was not measured.",
        ),
        Table(
            f"Norm score on every lie: {about}",
            ("knows", "strategy", *(f"{lie} ↑" for lie in told)),
            norm,
            "100 × (cure − ERM) / (oracle − ERM) of the hard accuracy, on the same seeds: 0 is matched ERM, 100 the "
            f"oracle. {INTERVAL}",
        ),
    ]
    alone = sorted({row.metric for row in rows if row.metric.startswith("only_")})
    return [*tables, _two_lies(rows, names, uses, alone, about)] if alone else tables


def _two_lies(
    rows: Sequence[Row], names: Sequence[str], uses: Mapping[str, str], alone: Sequence[str], about: str
) -> Table:
    two = [row for row in rows if any(row.metric == metric for metric in (EASY, ROTATED, OTHER, *alone))]
    lies = {lie_of(row.at) for row in two if row.metric in alone}
    board = board_of([row for row in two if lie_of(row.at) in lies])
    lines = []
    for name in names:
        for lie in sorted(lies):
            if (name, lie) in board:
                v = board[name, lie]
                shown = [cell(v, metric) for metric in (EASY, *alone, OTHER, ROTATED)]
                lines.append([uses[name], name, lie, *shown, seeds_of(v)])
    headers = [f"only {metric.removeprefix('only_').removesuffix('_accuracy')} lies % ↑" for metric in alone]
    return Table(
        f"Two lies at once: {about}",
        ("knows", "strategy", "lies", "easy % ↑", *headers, "both lie % ↑", "both, to one class % ↑", "seeds"),
        lines,
        f"{INTERVAL} Where only one lies, the other has the class's own value, and out-votes it: a model that leans on "
        "both looks cured there. Both, to one class: either attribute has the value of one and the same wrong class.",
    )


def _lazy_table(rows: Sequence[Row]) -> Table:
    lines = []
    for (dataset, network), own in by(rows, "dataset", "network").items():
        board = board_of(own)
        for lie in in_order(lie for _, lie in board):
            v = board[LAZY, lie]
            steps = v["steps"].values()
            score = {seed: share * v[EVENNESS][seed] for seed, share in v[AGREEMENT].items() if seed in v[EVENNESS]}
            verdict = "lazy" if mean(score) > SAID_TO_LIE else "no lazy model to be had"
            mark = f"{cell(v, MARK_SHARE)} of {cell(v, MARK_AREA)}" if MARK_SHARE in v else "–"
            shares = [cell(v, metric) for metric in (EASY, ROTATED, OTHER, "follows_bias", AGREEMENT, EVENNESS)]
            lines.append([dataset, lie, network, *shares, mark, _ends(list(steps)), seeds_of(v), verdict])
    return Table(
        "Lazy models on every lie",
        (
            *("dataset", "lie", "network", "easy % ↑", "hard, rotated % ↓", "hard, other % ↓", "follows lie %"),
            *("agreement %", "evenness %", "Grad-CAM on the mark %", "steps", "seeds", "verdict"),
        ),
        lines,
        f"{INTERVAL} Lazy is plain training that stops once it tells the easy split as well as the attribute alone "
        "does. Agreement: of the easy images that two lazy models with other first weights get wrong, the share on "
        "which both give the same answer; evenness: how evenly these go from every class to every other. Where their "
        f"product is not over {100 * SAID_TO_LIE:.0f} %, easy accuracy proves nothing: no hard image is needed to know "
        "it. Grad-CAM on the mark: share of the first layer's map on the pixels that the "
        "attribute changes, and the share of the pixels that these are.",
    )


@TABLES.register("witnesses")
def witness_tables(rows: Sequence[Row]) -> list[Table]:
    """What two networks' mistakes say of each dataset."""
    lines = []
    for (dataset,), own in by(rows, "dataset").items():
        lies = in_order(lie_of(row.at) for row in own)
        for lie in lies:
            v = values([row for row in own if lie_of(row.at) == lie])
            score = list(v[SCORE].values())
            shares = [cell(v, metric) for metric in (AGREEMENT, EVENNESS, SCORE)]
            accused = sum(value > SAID_TO_LIE for value in score)
            span = f"{100 * min(score):.0f} to {100 * max(score):.0f}"
            lines.append([dataset, lie, *shares, span, f"{accused} of {len(score)}"])
    return [
        Table(
            "Does a dataset have a shortcut?",
            ("dataset", "lie", "agreement %", "evenness %", "score %", "score, least and most", "said to lie"),
            lines,
            f"{INTERVAL} Small networks are trained briefly, two of a kind; the kind with the highest score speaks. "
            "Agreement: of the images that either gets wrong, the share that both get wrong with the same answer. "
            "Evenness: how evenly these mistakes go from every class to every other. Score: their product; over "
            f"{100 * SAID_TO_LIE:.0f} % a dataset is said to lie. No attribute is read.",
        )
    ]


def _ends(numbers: Sequence[float]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def average_score(board: Board, strategy: str, lies: Sequence[str]) -> float:
    """Return the mean norm score of a strategy over the lies that it was measured on; NaN where on none."""
    scores = [
        norm_score(own, erm, oracle).mean
        for own, erm, oracle in (scores_of(board, strategy, lie) for lie in lies)
        if set(own) & set(erm) & set(oracle)
    ]
    return estimate(scores).mean if scores else float("nan")
