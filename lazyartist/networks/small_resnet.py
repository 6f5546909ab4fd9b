"""ResNet-18 for small images, of any width."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, conv1x1

from lazyartist.networks import NETWORKS, check_counts


@NETWORKS.register("resnet18", source="He et al. 2016, arXiv:1512.03385; small stem as for CIFAR")
class SmallResNet18(nn.Module):
    """ResNet-18 with random weights, a 3×3 stem of stride 1 and no max-pool, so that 28×28 pixels suffice.

    Args:
        classes: number of outputs.
        width: channels of the stem and the first stage; each later one has twice as many as the one before.
    """

    def __init__(self, classes: int = 10, width: int = 64) -> None:
        super().__init__()
        check_counts(classes=classes, width=width)
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = stage(width, width, stride=1)  # (B, w, 28, 28)
        self.layer2 = stage(width, 2 * width, stride=2)  # (B, 2w, 14, 14)
        self.layer3 = stage(2 * width, 4 * width, stride=2)  # (B, 4w, 7, 7)
        self.layer4 = stage(4 * width, 8 * width, stride=2)  # (B, 8w, 4, 4)
        self.fc = nn.Linear(8 * width, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B, classes) of images (B, 3, H, W) in [0, 1]."""
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return cast("Tensor", self.fc(x.mean((2, 3))))


def stage(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """Return two residual blocks; the first one's shortcut is a convolution where the sizes differ."""
    shortcut = None
    if stride > 1 or inputs != outputs:
        shortcut = nn.Sequential(conv1x1(inputs, outputs, stride), nn.BatchNorm2d(outputs))
    return nn.Sequential(BasicBlock(inputs, outputs, stride, shortcut), BasicBlock(outputs, outputs))
