"""Four convolutions: the last one sees the whole image."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from lazyartist.networks import NETWORKS, check_counts
from lazyartist.networks.simple_cnn import block


@NETWORKS.register("deeper_cnn")
class DeeperCNN(nn.Module):
    """The three-layer network and a fourth layer, whose 3×3 outputs each see 38×38 pixels: all of the image.

    The outputs of three layers see parts of 18×18 pixels; the fourth adds a sixth to their multiplications.

    Args:
        classes: number of outputs.
        width: channels of the first layer; the others have twice, four and four times as many.
    """

    def __init__(self, classes: int = 10, width: int = 16) -> None:
        super().__init__()
        check_counts(classes=classes, width=width)
        self.conv1 = block(3, width)  # (B, w, 28, 28)
        self.conv2 = block(width, 2 * width)  # (B, 2w, 14, 14)
        self.conv3 = block(2 * width, 4 * width)  # (B, 4w, 7, 7)
        self.conv4 = block(4 * width, 4 * width)  # (B, 4w, 3, 3)
        self.shrink = nn.MaxPool2d(2)
        self.head = nn.Linear(4 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B, classes) of images (B, 3, H, W) in [0, 1]."""
        for layer in (self.conv1, self.conv2, self.conv3):
            x = self.shrink(layer(x))
        return cast("Tensor", self.head(self.conv4(x).mean((2, 3))))
