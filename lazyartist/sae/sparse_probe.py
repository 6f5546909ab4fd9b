"""Sparse and linear probing: how well k features, or a whole vector, tell groups of images apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from sklearn.linear_model import LogisticRegression
from torch import Tensor

from lazyartist.expected import expect, expect_pair
from lazyartist.sae.validation import finite_rows, whole
from lazyartist.statistics import auroc


if TYPE_CHECKING:
    from collections.abc import Sequence


def sparse_probe(train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], k: int) -> Tensor:
    """Return how well a logistic regression on k features tells each group from the rest: AUROC on `test`, (groups,).

    For each group the k features whose means differ most between it and the rest, in units of their spread, are chosen
    on `train`, where the regression is fitted too. 0.5 is chance; NaN for a group that `test` lacks. Source: Gurnee et
    al. 2023, arXiv:2305.01610; of the metrics for sparse autoencoders the one that held up best under audit.

    Args:
        train: codes (N, F) and groups (N,) int64 from 0 on, such as classes or the bias attribute's values.
        test: the same, of other images.
        k: how many features.

    Raises:
        ValueError: k is not a whole number of features that there are, codes are not finite floats, or a group has no
            or only examples in `train`.
    """
    _check(train, test)
    (x, y), (x_test, y_test) = train, test
    if whole("k", k) > x.shape[1]:
        raise ValueError(f"k={k}: there are only {x.shape[1]} features")
    groups = int(max(y.max(), y_test.max())) + 1
    spread, centre = torch.std_mean(x, 0)
    spread = spread.clamp_min(1e-9)
    scores = []
    for group in range(groups):
        own = y == group
        if not 0 < int(own.sum()) < len(own):
            raise ValueError(
                f"group {group} has {int(own.sum())} of {len(own)} examples: expected some, and some others"
            )
        gap = ((x[own].mean(0) - x[~own].mean(0)) / spread).abs()
        chosen = gap.topk(k).indices
        a, b = (((part - centre) / spread)[:, chosen] for part in (x, x_test))
        probe = LogisticRegression(max_iter=1000, class_weight="balanced").fit(a.cpu().numpy(), own.cpu().numpy())
        answer = torch.as_tensor(probe.decision_function(b.cpu().numpy()))
        scores.append(auroc(answer[:, None], (y_test == group)[None])[0, 0])
    return torch.stack(scores)


def linear_probe(train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> Tensor:
    """Return how well a logistic regression on all of a vector tells each group from the rest: AUROC on `test`.

    Args:
        train: vectors (N, D) and groups (N,) int64 from 0 on.
        test: the same, of other images.

    Raises:
        ValueError: vectors are not finite floats, or there are fewer than two groups.
    """
    _check(train, test)
    (x, y), (x_test, y_test) = train, test
    if len(set(y.tolist())) < 2:
        raise ValueError("groups of `train`: all are the same, expected two different ones at least")
    spread, centre = torch.std_mean(x, 0)
    a, b = (((part - centre) / spread.clamp_min(1e-9)).cpu().numpy() for part in (x, x_test))
    probe = LogisticRegression(max_iter=1000).fit(a, y.cpu().numpy())
    answers = torch.as_tensor(probe.decision_function(b))
    if answers.ndim == 1:  # two groups
        answers = torch.stack([-answers, answers], dim=1)
    groups: Sequence[int] = probe.classes_.tolist()
    return torch.stack([auroc(answers[:, i : i + 1], (y_test == g)[None])[0, 0] for i, g in enumerate(groups)])


def _check(train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> None:
    """Refuse what is not finite, or not one group per row."""
    for name, pair in (("train", train), ("test", test)):
        expect_pair(name, pair, "vectors and their groups")
        x, y = pair
        finite_rows(name, x)
        expect(f"groups of {name}", y, "a tensor (N,) int64", "shape", "tolist")
        if y.shape != x.shape[:1]:
            raise ValueError(f"{name}: expected one group per row, got {len(x)} rows and groups {tuple(y.shape)}")
