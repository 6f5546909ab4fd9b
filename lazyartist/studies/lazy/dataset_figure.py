"""Task 0 as pictures: what each split looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch


if TYPE_CHECKING:
    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task


def split_pictures(task: Task) -> dict[str, NDArray[np.float32]]:
    """Return split -> (classes, H, W, 3): the first image of each class, and conflicting ones of the training split."""
    aligned = task.aligned(task.train)
    shares = [
        f"train, {100 * share:.0f} %" for share in (float(aligned.double().mean()), float((~aligned).double().mean()))
    ]
    return {
        shares[0]: _one_each(task.train, aligned),
        shares[1]: _one_each(task.train, ~aligned),
        **{f"hard, {way}": _one_each(split) for way, split in task.hard.items()},
    }


def _one_each(split: Split, among: torch.Tensor | None = None) -> NDArray[np.float32]:
    wanted = torch.ones(len(split), dtype=torch.bool) if among is None else among
    first = torch.stack([((split.labels == label) & wanted).nonzero()[0, 0] for label in range(split.classes)])
    images: NDArray[np.float32] = split.render(first).permute(0, 2, 3, 1).numpy()
    return images
