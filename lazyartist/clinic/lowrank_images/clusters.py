"""Vectors to clusters, and how two groupings of the same things agree."""

from __future__ import annotations

from typing import Any

import torch

from torch import Tensor
from torch.nn import functional as F

from lazyartist.seeding import seed_from


def kmeans_labels(vectors: Tensor, clusters: int, seed: int, *, starts: int) -> Tensor:
    """Return the cluster of each vector (N, D), (N,) int64, by the best of several starts of k-means."""
    from sklearn.cluster import KMeans

    means = KMeans(clusters, n_init=starts, random_state=seed_from("k-means", seed) % 2**32)
    return torch.as_tensor(means.fit_predict(vectors.cpu().numpy())).long()


def ward_labels(vectors: Tensor, clusters: int) -> Tensor:
    """Return the cluster of each vector (N, D), (N,) int64, by Ward's method, which draws nothing.

    Source: Ward 1963, J. Am. Stat. Assoc. 58.
    """
    from sklearn.cluster import AgglomerativeClustering

    return torch.as_tensor(AgglomerativeClustering(clusters).fit_predict(vectors.cpu().numpy())).long()


def among_neighbours(vectors: Tensor, neighbours: int = 10, rounds: int = 3) -> Tensor:
    """Return unit vectors (N, D), each averaged with those nearest to it, a few times over: groups draw together."""
    for _ in range(rounds):
        nearest = (vectors @ vectors.T).topk(min(neighbours + 1, len(vectors)), 1).indices
        vectors = F.normalize(vectors[nearest].mean(1))
    return vectors


def rand_index(labels: Tensor, truth: Tensor) -> float:
    """Return the share of pairs on which two groupings agree, in [0, 1], without any adjustment for chance.

    It judges badly: groupings into k even clusters that have nothing to do with each other agree on about
    1 - 2/k of all pairs, 0.94 for k = 32.
    """
    from sklearn.metrics import rand_score

    return float(rand_score(truth.cpu(), check_labels(labels, len(truth)).cpu()))


def check_labels(labels: Any, count: int) -> Tensor:
    """Return labels as they are.

    Raises:
        ValueError: they are no tensor of `count` whole numbers.
    """
    if not isinstance(labels, Tensor) or labels.shape != (count,) or labels.is_floating_point():
        got = f"{tuple(labels.shape)} {labels.dtype}" if isinstance(labels, Tensor) else type(labels).__name__
        raise ValueError(f"labels: expected a tensor of {count} whole numbers, one cluster per image, got {got}")
    return labels
