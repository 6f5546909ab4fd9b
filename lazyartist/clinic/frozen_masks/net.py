"""The classifier whose activations are read; it has never seen a mask and is not changed."""

from __future__ import annotations

from itertools import pairwise

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.clinic.training import descend_on, one_cycle


CLASSES = 10  # of digits
PART = 200  # images at a time when a network is only asked


class SceneNet(nn.Module):
    """Four convolutions with batch norm, global average pooling and a head; images (B, 1, H, W) to logits (B, classes).

    Args:
        width: channels of the first convolution; the others have two, three and four times as many.
        classes: how many.
    """

    def __init__(self, width: int = 16, classes: int = CLASSES) -> None:
        super().__init__()
        channels = (1, width, 2 * width, 3 * width, 4 * width)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())
            for (before, after), stride in zip(pairwise(channels), (1, 2, 2, 1), strict=True)
        )
        self.head = nn.Linear(channels[-1], classes)
        self.channels = channels[1:]

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        logits: Tensor = self.head(self.activations(images)[-1].mean((2, 3)))
        return logits

    def activations(self, images: Tensor) -> list[Tensor]:
        """Return what the four layers put out: (B, 16, 32, 32), (B, 32, 16, 16), (B, 48, 8, 8), (B, 64, 8, 8)."""
        seen = [images]
        for layer in self.layers:
            seen.append(layer(seen[-1]))
        return seen[1:]


def train(
    net: SceneNet,
    images: Tensor,
    labels: Tensor,
    *,
    batch: int,
    steps: int,
    learning_rate: float,
    generator: torch.Generator,
) -> None:
    """Train on images and the classes of the digits on them; the network ends in evaluation mode, frozen."""
    net.train()
    descend_on(
        len(images),
        lambda chosen: F.cross_entropy(net(images[chosen]), labels[chosen]),
        net.parameters(),
        batch=batch,
        steps=steps,
        rate=one_cycle(learning_rate),
        generator=generator,
        name="the frozen classifier",
    )
    net.eval().requires_grad_(False)
