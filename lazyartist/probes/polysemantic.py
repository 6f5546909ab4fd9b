"""Does a unit stand for one thing, or for several that have nothing to do with each other?"""

from __future__ import annotations

import math

from dataclasses import dataclass

import numpy as np
import torch

from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from lazyartist.probes.top_images import top_images


COUNT = 50  # top images
LEAST = 0.1  # of the top images must be of one class and colour, or it is not seen


@dataclass(frozen=True, eq=False)
class Polysemantic:
    """What is among the images that excite each unit most.

    Attributes:
        classes: (K,) entropy in bits of the classes among them: 0 for a unit of one class.
        colours: (K,) entropy in bits of the colours.
        groups: (K,) int64, separate groups: two images belong together if they share class or colour, and so do those
            who are linked by others. Red 3s and red 5s are one group; red 3s and blue 7s are two. Pairs of class and
            colour that are rarer than a tenth do not count; 0 groups says that nothing stands out at all.
    """

    classes: Tensor
    colours: Tensor
    groups: Tensor


def polysemantic(activity: Tensor, classes: Tensor, colours: Tensor, *, count: int = COUNT) -> Polysemantic:
    """Look at the `count` images that excite each unit most.

    Args:
        activity: (N, K), on images whose colours say nothing of the class: `task.hard["uniform"]`.
        classes: (N,) int64.
        colours: (N,) int64.
        count: how many images a unit; at most N.
    """
    top = top_images(activity, count)
    kinds = 1 + int(torch.maximum(classes.max(), colours.max()))
    cells = torch.zeros(len(top), kinds * kinds)
    cells.scatter_add_(1, classes[top] * kinds + colours[top], torch.ones(top.shape))
    shares = cells.view(-1, kinds, kinds) / count  # (K, classes, colours)
    return Polysemantic(
        entropy(shares.sum(2)), entropy(shares.sum(1)), torch.tensor([groups(cell >= LEAST) for cell in shares])
    )


def entropy(shares: Tensor) -> Tensor:
    """Return (K,) the entropy in bits of shares (K, M) that sum to one."""
    return -torch.xlogy(shares, shares).sum(1) / math.log(2)


def groups(cells: Tensor) -> int:
    """Return how many separate groups there are of cells (classes, colours) bool, linked by rows and by columns."""
    rows, columns = (index.numpy() for index in cells.nonzero(as_tuple=True))
    if not len(rows):
        return 0
    height, width = cells.shape
    graph = csr_array((np.ones(len(rows)), (rows, height + columns)), shape=(height + width, height + width))
    _, group = connected_components(graph, directed=False)
    return len(set(group[rows].tolist()))
