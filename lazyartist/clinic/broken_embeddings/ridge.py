"""From descriptors of tokens to their embeddings, by a linear map that is fitted on rows that are intact."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic.training import generator_of


STRENGTHS = tuple(10.0**power for power in (0, 1, 2, 2.5, 3, 3.5, 4, 4.5, 5))
HELD_OUT = 1 / 8  # of the rows, to choose the strength on
FOLDS = 4
LEAST = 16  # rows, to learn anything from


@dataclass(frozen=True, eq=False)
class Ridge:
    """What a linear map with a penalty says.

    Attributes:
        rows: (V, D), what it predicts for every token.
        strength: of the penalty, as it was chosen.
        explained: the share of the variance of the held-out rows that it explains.
    """

    rows: Tensor
    strength: float
    explained: float


def ridge_rows(descriptors: Tensor, table: Tensor, known: Tensor, seed: int, weights: Tensor | None = None) -> Ridge:
    """Predict embeddings from descriptors; how strong the penalty is, is chosen on known rows that are held out.

    Args:
        descriptors: (V, P); each column is brought to mean 0 and variance 1.
        table: (V, D) embeddings.
        known: (V,) bool, the rows to fit and choose on.
        seed: of which of them are held out.
        weights: (V,) how much each row counts; by default all count the same.

    Raises:
        ValueError: fewer than 16 rows are known.
    """
    rows = known.nonzero()[:, 0]
    if len(rows) < LEAST:
        raise ValueError(f"known: expected {LEAST} rows or more to learn the others from, got {len(rows)}")
    rows = rows[torch.randperm(len(rows), generator=generator_of("held-out rows", seed))]
    held, fitted = rows[: round(HELD_OUT * len(rows))], rows[round(HELD_OUT * len(rows)) :]
    counts = torch.ones(len(table)) if weights is None else weights / weights[rows].mean()
    x, of_held, of_fitted = _standardised(descriptors, rows), counts[held][:, None], counts[fitted][:, None]
    middle = (of_fitted * table[fitted]).sum(0) / of_fitted.sum()
    x = x - (of_fitted * x[fitted]).sum(0) / of_fitted.sum()
    sizes, axes = torch.linalg.eigh(x[fitted].T @ (of_fitted * x[fitted]))
    aim = axes.T @ (x[fitted].T @ (of_fitted * (table[fitted] - middle)))

    def predict(of: Tensor, strength: float) -> Tensor:
        rows: Tensor = middle + x[of] @ (axes @ (aim / (sizes.clamp_min(0) + strength)[:, None]))
        return rows

    errors = {s: float((of_held * (predict(held, s) - table[held]).square()).sum()) for s in STRENGTHS}
    best = min(STRENGTHS, key=errors.__getitem__)
    total = float((of_held * (table[held] - middle).square()).sum())
    return Ridge(predict(torch.arange(len(table)), best), best, 1 - errors[best] / total)


def crossed_rows(descriptors: Tensor, table: Tensor, known: Tensor, strength: float, seed: int) -> Tensor:
    """Predict each embedding, (V, D), by a map that was fitted without it: only so can a row disagree with the others.

    Args:
        descriptors: (V, P).
        table: (V, D) embeddings.
        known: (V,) bool, the rows to fit on.
        strength: of the penalty.
        seed: of the four parts that are left out in turn.
    """
    x, middle = _standardised(descriptors, known.nonzero()[:, 0]), table[known].mean(0)
    part = torch.randperm(len(table), generator=generator_of("parts left out", seed)) % FOLDS
    own = [(part == fold) & known for fold in range(FOLDS)]
    squares, products = ([x[one].T @ of[one] for one in own] for of in (x, table - middle))
    found = torch.empty_like(table)
    for fold in range(FOLDS):
        others = [other for other in range(FOLDS) if other != fold]
        square = torch.stack([squares[other] for other in others]).sum(0)
        square.diagonal().add_(strength)
        product = torch.stack([products[other] for other in others]).sum(0)
        found[part == fold] = middle + x[part == fold] @ torch.linalg.solve(square, product)
    return found


def _standardised(descriptors: Tensor, rows: Tensor) -> Tensor:
    """Bring columns to mean 0 and variance 1 over some rows; what is the same in all of them becomes 0."""
    spread = descriptors[rows].std(0)
    varies = spread > 1e-6
    return (descriptors - descriptors[rows].mean(0)) * torch.where(varies, 1 / spread.clamp_min(1e-6), 0.0)
