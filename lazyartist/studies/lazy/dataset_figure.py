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
    lines = {
        shares[0]: (task.train, aligned),
        shares[1]: (task.train, ~aligned),
        **{f"hard, {way}": (split, torch.ones(len(split), dtype=torch.bool)) for way, split in task.hard.items()},
    }
    whole = {title: (split, shown) for title, (split, shown) in lines.items() if _has_every_class(split, shown)}
    return {title: _one_each(split, shown) for title, (split, shown) in whole.items()}


def _has_every_class(split: Split, among: torch.Tensor) -> bool:
    return len(set(split.labels[among].tolist())) == split.classes


def _one_each(split: Split, among: torch.Tensor) -> NDArray[np.float32]:
    first = torch.stack([((split.labels == label) & among).nonzero()[0, 0] for label in range(split.classes)])
    images: NDArray[np.float32] = split.render(first).permute(0, 2, 3, 1).cpu().numpy()
    return images
