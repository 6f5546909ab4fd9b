"""Task 0 as pictures: what each split looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch


if TYPE_CHECKING:
    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.data.coloured import ColouredImages
    from lazyartist.data.task import Task


def pictures(task: Task) -> dict[str, NDArray[np.float32]]:
    """Return split -> (classes, H, W, 3): the first image of each class, and conflicting ones of the training split."""
    train = task.train
    return {
        "train, 95 %": _one_each(train, train.aligned),
        "train, 5 %": _one_each(train, ~train.aligned),
        "hard, rotated": _one_each(task.hard["rotated"]),
        "hard, other": _one_each(task.hard["other"]),
    }


def _one_each(data: ColouredImages, among: torch.Tensor | None = None) -> NDArray[np.float32]:
    wanted = torch.ones(len(data), dtype=torch.bool) if among is None else among
    first = torch.stack([((data.labels == label) & wanted).nonzero()[0, 0] for label in range(data.classes)])
    images: NDArray[np.float32] = data.render(first).permute(0, 2, 3, 1).numpy()
    return images
