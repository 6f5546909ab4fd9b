"""The three-layer network of the exercise."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from lazyartist.networks import NETWORKS, check_counts


@NETWORKS.register("simple_cnn")
class SimpleCNN(nn.Module):
    """Three convolutions with batch norm and global average pooling: it reads colour first.

    Args:
        classes: number of outputs.
        width: channels of the first layer; the others have twice and four times as many.
    """

    def __init__(self, classes: int = 10, width: int = 16) -> None:
        super().__init__()
        check_counts(classes=classes, width=width)
        self.conv1 = block(3, width)  # (B, w, 28, 28)
        self.conv2 = block(width, 2 * width)  # (B, 2w, 14, 14)
        self.conv3 = block(2 * width, 4 * width)  # (B, 4w, 7, 7)
        self.shrink = nn.MaxPool2d(2)
        self.head = nn.Linear(4 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B, classes) of images (B, 3, H, W) in [0, 1]."""
        x = self.conv3(self.shrink(self.conv2(self.shrink(self.conv1(x)))))
        return cast("Tensor", self.head(x.mean((2, 3))))


def block(inputs: int, outputs: int) -> nn.Sequential:
    """Return a 3×3 convolution that keeps the size, batch norm and ReLU."""
    # no bias: batch norm has one
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )
