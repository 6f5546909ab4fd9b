"""The classifier that is to learn new digits, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.clinic.training import descend_on
from lazyartist.clinic.warps import random_affine, warped
from lazyartist.inference import outputs


OLD, CLASSES = 7, 10  # classes 0 to 6 are old, 7 to 9 are new
PART = 1000  # images at a time when a network is only asked


class DigitNet(nn.Module):
    """Three convolutions and a linear layer, each with batch norm, and a head of ten logits; images (B, 1, 28, 28).

    Args:
        width: channels of the first convolution.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        channels = (1, width, 2 * width, 4 * width)
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        wide = 4 * width
        self.body = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(16 * wide, wide, bias=False), nn.BatchNorm1d(wide), nn.ReLU()
        )
        self.head = nn.Linear(wide, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (B, 10)."""
        logits: Tensor = self.head(self.body(images))
        return logits

    @torch.no_grad()
    def open_new_classes(self) -> None:
        """Let the rows of the head that belong to new classes start at the mean of the old ones."""
        for parameter in (self.head.weight, self.head.bias):
            parameter[OLD:] = parameter[:OLD].mean(0)


def jittered(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images (B, 1, H, W), each a little turned, scaled and shifted."""
    return warped(images, random_affine(len(images), generator, turn=0.15, scale=0.1, shift=0.05))


def train(
    net: DigitNet,
    images: Tensor,
    labels: Tensor,
    *,
    batch: int,
    steps: int,
    rate: Callable[[float], float],
    generator: torch.Generator,
    classes: int = CLASSES,
) -> DigitNet:
    """Train a network on jittered images by cross-entropy, and return it in evaluation mode.

    Args:
        net: is changed.
        images: (N, 1, 28, 28) in [0, 1].
        labels: (N,) int64.
        batch: images per step.
        steps: how many.
        rate: the share of the training that is done to the learning rate.
        generator: of order and jitter.
        classes: how many logits, counted from the first, compete.
    """

    def loss(chosen: Tensor) -> Tensor:
        return F.cross_entropy(net(jittered(images[chosen], generator))[:, :classes], labels[chosen])

    net.train()
    descend_on(
        len(images),
        loss,
        net.parameters(),
        batch=batch,
        steps=steps,
        rate=rate,
        generator=generator,
        name="the classifier of digits",
    )
    return net.eval()


@torch.no_grad()
def logits_of(net: nn.Module, images: Tensor) -> Tensor:
    """Return the logits (N, 10) of a network in evaluation mode.

    Raises:
        ValueError: they are not ten finite numbers for each image.
    """
    return torch.cat([outputs(net, part, CLASSES) for part in torch.split(images, PART)])
