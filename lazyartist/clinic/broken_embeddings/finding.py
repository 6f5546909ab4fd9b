"""Which rows of a table of embeddings are broken, found from the table, the spelling of tokens and unlabelled text."""

from __future__ import annotations

import torch

from torch import Tensor
from torch.nn import functional as F

from lazyartist.clinic.broken_embeddings.ridge import crossed_rows, ridge_rows
from lazyartist.clinic.broken_embeddings.spelling import Spelling, form_descriptors
from lazyartist.clinic.training import generator_of


EMPTY = 0.1  # of the median norm: what is below is no embedding
BINS, SMOOTH = 100, 5  # of the histograms of agreement, and how many are averaged


def find_by_norm(table: Tensor) -> Tensor:
    """Return which rows (V, D) are next to zero, (V,) bool. It sees nothing where broken rows have the right norm."""
    norms = table.norm(dim=1)
    empty: Tensor = norms < EMPTY * norms.median()
    return empty


def find_by_agreement(spelling: Spelling, table: Tensor, descriptors: Tensor, seed: int) -> Tensor:
    """Return which rows do not belong to their tokens, (V,) bool.

    All rows are predicted from descriptors of their tokens. A row that is noise, or that belongs to another token,
    agrees with what is predicted for its token no better than a row picked by lot; how well such rows agree is known,
    since one can pick rows by lot. So the share of broken rows can be told from how many agree as badly as that, and a
    row counts as broken if it is more likely one of these than not (Efron 2004, JASA 99: local false discovery rate).
    Then everything is done once more without them.

    It is impossible for tokens of which nothing is known: special ones, which are never said to be broken, and those
    that stand in no text and are made of no other tokens. Two intact rows that were exchanged look just as broken.

    Args:
        spelling: of the tokens.
        table: (V, D).
        descriptors: (V, P) of the tokens, which must not come from the table.
        seed: of what is picked by lot.
    """
    broken = torch.zeros(len(table), dtype=torch.bool)
    for turn in range(2):
        x = torch.cat([descriptors, form_descriptors(spelling, table, ~broken)], 1) if turn else descriptors
        strength = ridge_rows(x, table, ~broken, seed).strength
        expected = crossed_rows(x, table, ~broken, strength, seed)
        broken = _unlike(expected, table, generator_of("rows picked by lot", seed, turn)) & spelling.ordinary
    return broken


def _unlike(expected: Tensor, table: Tensor, generator: torch.Generator) -> Tensor:
    """Return which rows rather agree with what is expected of them as rows picked by lot do."""
    middle = table.mean(0)
    by_lot = table[torch.randperm(len(table), generator=generator)]
    agreement, chance = (F.cosine_similarity(expected - middle, rows - middle) for rows in (table, by_lot))
    share = 2 * float((agreement <= chance.median()).float().mean())  # below the median lies half of the broken rows
    edges = torch.linspace(-1, 1, BINS + 1)
    seen, picked = (_smooth(torch.histogram(each.cpu(), edges.cpu()).hist.to(each)) for each in (agreement, chance))
    likely = share * picked > 0.5 * seen
    return likely[(torch.bucketize(agreement, edges) - 1).clamp(0, BINS - 1)] & (agreement < agreement.median())


def _smooth(counts: Tensor) -> Tensor:
    return F.avg_pool1d(counts[None], SMOOTH, 1, SMOOTH // 2, count_include_pad=False)[0]
