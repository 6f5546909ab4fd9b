"""Maps that need no head: Grad-CAM, brightness, and a linear probe of each pixel's activations."""

from __future__ import annotations

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.postprocess import normalise, positive, upsample
from lazyartist.clinic.frozen_masks.net import SceneNet


class CamMaps(nn.Module):
    """Grad-CAM of the class that the network sees, each map stretched to [0, 1]."""

    def __init__(self, net: SceneNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        """Return maps (B, H, W)."""
        cam = GradCam(self.net.layers[-1])(self.net, images, self.net(images).argmax(1))
        return normalise(upsample(positive(cam), (images.shape[2], images.shape[3])))


class Brightness(nn.Module):
    """How much lighter than its image's mean a pixel is, from 0.5 on."""

    def forward(self, images: Tensor) -> Tensor:
        """Return maps (B, H, W)."""
        return (0.5 + images - images.mean((2, 3), keepdim=True))[:, 0].clamp(0, 1)


class ProbeMaps(nn.Module):
    """A weighted sum of all layers' activations at each pixel, through a sigmoid.

    Args:
        net: the frozen classifier.
        weights: (160,), one for each channel of each layer.
        bias: added to the sum.
    """

    def __init__(self, net: SceneNet, weights: Tensor, bias: float) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("weights", weights)
        self.bias = bias

    def forward(self, images: Tensor) -> Tensor:
        """Return maps (B, H, W)."""
        return torch.sigmoid(torch.einsum("bchw,c->bhw", columns(self.net, images), self.weights) + self.bias)


def columns(net: SceneNet, images: Tensor) -> Tensor:
    """Return the activations of all layers in the size of the image, (B, 160, H, W)."""
    size = images.shape[2:]
    layers = net.activations(images)
    return torch.cat([F.interpolate(layer, size, mode="bilinear", align_corners=False) for layer in layers], 1)
