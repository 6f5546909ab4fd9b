"""Spurious correlation removal (SCR), a score of SAEBench, as published. Read the warning."""

from __future__ import annotations

import math

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from lazyartist.sae.steering import ablate, intervene
from lazyartist.sae.validation import finite_rows, whole
from lazyartist.seeding import seed_from


if TYPE_CHECKING:
    from lazyartist.sae.base import SparseAutoencoder

ABLATED = (2, 5, 10, 20)
NO_ROOM = 1e-3


@dataclass(frozen=True, eq=False)
class Pairs:
    """Vectors with two binary attributes, evenly over the four combinations.

    Attributes:
        x: (N, D).
        intended: (N,) bool, what should be read, such as the shape.
        spurious: (N,) bool, what should not, such as the colour.
    """

    x: Tensor
    intended: Tensor
    spurious: Tensor


def spurious_correlation_removal(
    autoencoder: SparseAutoencoder, train: Pairs, test: Pairs, *, counts: Sequence[int] = ABLATED, seed: int = 0
) -> dict[int, float]:
    """Return, for each number n of ablated features, how much of what a biased probe lost comes back.

    Three linear probes: one for each attribute on all of `train`, and a biased one on those where both attributes are
    equal. The n features that do most for the spurious probe, |difference of mean codes × probe · direction|, are set
    to zero and the reconstruction error is kept. The score is (accuracy of the biased probe on the intended attribute
    after − before) / (accuracy of the intended probe − before), on `test`; 1 is a full recovery, and it is 0 where
    there is less than 0.001 to recover. Either attribute is taken for the intended one in turn, and the direction
    counts in which the biased probe starts worse.

    Warning: an audit (arXiv:2605.18229) found that this score does not rank autoencoders: it is as noisy as its seeds,
    and at large n it falls as known ground truth is met better. It is here because readers ask for it. What an ablation
    does to the model's own answers says more.

    Source: Karvonen et al. 2025, SAEBench, arXiv:2503.09532; as in its code.

    Args:
        autoencoder: its features are ablated.
        train: what the probes are fitted on.
        test: what they are judged on.
        counts: the numbers n; more than there are features ablates all of them.
        seed: of the probes' first weights and orders.

    Raises:
        ValueError: one of the four combinations of attributes is missing in `train`, vectors are not finite floats, or
            a count is not a whole number.
    """
    finite_rows("train.x", train.x)
    finite_rows("test.x", test.x)
    for n in counts:
        whole("counts", n, least=0)
    for a in (True, False):
        for b in (True, False):
            if not bool(((train.intended == a) & (train.spurious == b)).any()):
                raise ValueError(f"no vector of `train` has intended={a} and spurious={b}: all four are needed")
    both = train.intended == train.spurious
    biased = _probe(train.x[both], train.intended[both], seed)
    directions = [(train.intended, train.spurious, test.intended), (train.spurious, train.intended, test.spurious)]
    before = [_right(biased, test.x, wanted) for _, _, wanted in directions]
    wanted_train, other_train, wanted = directions[before.index(min(before))]
    start = min(before)
    room = _right(_probe(train.x, wanted_train, seed), test.x, wanted) - start
    order = effects(autoencoder, train.x, other_train, _probe(train.x, other_train, seed)[:-1]).argsort(
        descending=True, stable=True
    )
    scores = {}
    for n in counts:
        cured = intervene(autoencoder, ablate(order[:n].tolist()))(test.x)
        scores[n] = (_right(biased, cured, wanted) - start) / room if room >= NO_ROOM else 0.0
    return scores


def effects(autoencoder: SparseAutoencoder, x: Tensor, holds: Tensor, probe: Tensor) -> Tensor:
    """Return |(mean code with − mean code without) × probe · direction|, (F,): what a feature does for a probe (D,)."""
    z = autoencoder.encode(x)
    return ((z[holds].mean(0) - z[~holds].mean(0)) * (autoencoder.directions @ probe)).abs()


def _probe(x: Tensor, y: Tensor, seed: int) -> Tensor:
    """Fit a linear probe as SAEBench does: Adam 1e-3, L1 1e-3, batches of 16, 20 epochs; return (D + 1,), bias last."""
    generator = torch.Generator().manual_seed(seed_from("scr", seed))
    bound = 1 / math.sqrt(x.shape[1])
    probe = ((2 * torch.rand(x.shape[1] + 1, generator=generator) - 1) * bound).requires_grad_()
    optimizer = torch.optim.Adam([probe], 1e-3, fused=True)
    target = y.float()
    for _ in range(20):
        order = torch.randperm(len(x), generator=generator)
        for start in range(0, len(x), 16):
            index = order[start : start + 16]
            logits = x[index] @ probe[:-1] + probe[-1]
            loss = binary_cross_entropy_with_logits(logits, target[index]) + 1e-3 * probe[:-1].abs().sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return probe.detach()


def _right(probe: Tensor, x: Tensor, y: Tensor) -> float:
    return float(((x @ probe[:-1] + probe[-1] > 0) == y).double().mean())
