"""Polysemanticity: does a unit stand for one thing, or for several that have nothing to do with each other?"""

from __future__ import annotations

import math

from dataclasses import dataclass

import numpy as np
import torch

from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from lazyartist.probes.top_images import top_images
from lazyartist.probes.validation import need_labels


COUNT = 50  # top images
LEAST = 0.1  # of the top images must be of one class and attribute value, or it does not count


@dataclass(frozen=True, eq=False)
class Polysemanticity:
    """What is among the images that activate each unit most.

    Attributes:
        classes: (K,) entropy in bits of the classes among them: 0 for a unit of one class.
        attributes: (K,) entropy in bits of the attribute values.
        clusters: (K,) int64, how many separate things: two images belong together if they share class or attribute
            value, also by way of others. Red 3s and red 5s are one cluster; red 3s and blue 7s are two. Pairs of class
            and value that are rarer than a tenth do not count; 0 says that nothing stands out at all.
    """

    classes: Tensor
    attributes: Tensor
    clusters: Tensor


def measure_polysemanticity(
    activations: Tensor, classes: Tensor, attribute: Tensor, *, count: int = COUNT
) -> Polysemanticity:
    """Look at the `count` images that activate each unit most.

    Args:
        activations: (N, K), on images whose attribute says nothing of the class: `task.test` for colours.
        classes: (N,) int64.
        attribute: (N,) int64.
        count: how many images per unit; at most N.

    Raises:
        ValueError: the sizes differ, or there are not as many images.
    """
    top = top_images(activations, count)
    need_labels(classes, "classes", len(activations))
    need_labels(attribute, "attribute", len(activations))
    height, width = 1 + int(classes.max()), 1 + int(attribute.max())
    pairs = torch.zeros(len(top), height * width)
    pairs.scatter_add_(1, classes[top] * width + attribute[top], torch.ones(top.shape))
    shares = pairs.view(-1, height, width) / count  # (K, classes, attributes)
    clusters = torch.tensor([count_clusters(share >= LEAST) for share in shares])
    return Polysemanticity(entropy(shares.sum(2)), entropy(shares.sum(1)), clusters)


def entropy(shares: Tensor) -> Tensor:
    """Return (K,) the entropy in bits of shares (K, M) that sum to one."""
    return -torch.xlogy(shares, shares).sum(1) / math.log(2)


def count_clusters(pairs: Tensor) -> int:
    """Return how many clusters of pairs (classes, attributes) bool there are, linked by rows and by columns."""
    rows, columns = (index.cpu().numpy() for index in pairs.nonzero(as_tuple=True))
    if not len(rows):
        return 0
    height, width = pairs.shape
    graph = csr_array((np.ones(len(rows)), (rows, height + columns)), shape=(height + width, height + width))
    _, cluster = connected_components(graph, directed=False)
    return len(set(cluster[rows].tolist()))
