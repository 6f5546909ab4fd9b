"""The usual pipeline of the exercise, to measure against: colours in `__getitem__`, `ToTensor`, a DataLoader."""

from __future__ import annotations

import numpy as np
import torch

from PIL import Image
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import ToTensor


class UsualColoured(Dataset):
    """The images of a `ColouredImages`, painted one by one, as tutorials and public solutions do it."""

    def __init__(self, data):
        self.images = data.images.numpy()
        self.labels = data.labels.tolist()
        self.colours = data.colours.tolist()
        self.palette = data.palette.tensor().numpy()
        self.transform = ToTensor()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        rgb = self.images[index][:, :, None] * self.palette[self.colours[index]]
        return self.transform(Image.fromarray(rgb.astype(np.uint8))), self.labels[index]


def loader(data, batch_size, workers):
    keep = {"persistent_workers": True, "prefetch_factor": 4} if workers else {}
    return DataLoader(
        UsualColoured(data),
        batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        generator=torch.Generator(),
        **keep,
    )


def train(model, batches, steps):
    """Train as tutorials do; `batches` yields (x, y)."""
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    model.train()
    for (x, y), _ in zip(batches, range(steps), strict=False):
        optimizer.zero_grad()
        cross_entropy(model(x), y).backward()
        optimizer.step()
