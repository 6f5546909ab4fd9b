"""ResNet-18 for small images."""

from __future__ import annotations

from torch import nn
from torchvision.models import resnet18

from lazyartist.networks import NETWORKS


@NETWORKS.register("resnet18", source="He et al. 2016, arXiv:1512.03385; small stem as for CIFAR")
def small_resnet18(classes: int = 10) -> nn.Module:
    """ResNet-18 with random weights, a 3×3 stem of stride 1 and no max-pool, so that 28×28 pixels suffice."""
    model: nn.Module = resnet18(weights=None, num_classes=classes)
    model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    model.maxpool = nn.Identity()
    return model
