"""The usual pipeline of the exercise, to measure against: colours in `__getitem__`, `ToTensor`, a DataLoader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import ToTensor

from lazyartist.data.coloured import ColouredImages
from lazyartist.data.images import Split


class UsualColoured(Dataset[tuple[Tensor, int]]):
    """The images of a split of coloured images, painted one by one, as tutorials and public solutions do it."""

    def __init__(self, split: Split) -> None:
        assert isinstance(split.images, ColouredImages)
        self.strokes = split.foreground().numpy()
        self.labels = split.labels.tolist()
        self.colours = split.attribute.tolist()
        self.palette = split.images.palette.tensor().numpy()
        self.transform = ToTensor()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        rgb = self.strokes[index][:, :, None] * self.palette[self.colours[index]]
        return self.transform(Image.fromarray(rgb.astype(np.uint8))), self.labels[index]


def loader(split: Split, batch_size: int, workers: int) -> DataLoader[tuple[Tensor, int]]:
    keep: dict[str, Any] = {"persistent_workers": True, "prefetch_factor": 4} if workers else {}
    return DataLoader(
        UsualColoured(split),
        batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        generator=torch.Generator(),
        **keep,
    )


def train(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], steps: int) -> None:
    """Train as tutorials do; `batches` yields (x, y)."""
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    model.train()
    for (x, y), _ in zip(batches, range(steps), strict=False):
        optimizer.zero_grad()
        cross_entropy(model(x), y).backward()
        optimizer.step()
