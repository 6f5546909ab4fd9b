"""A small network that is trained on activations of a frozen one: where are the strokes?"""

from __future__ import annotations

import math

from collections.abc import Callable
from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.clinic.frozen_masks.net import SceneNet
from lazyartist.clinic.frozen_masks.scenes import Scenes
from lazyartist.clinic.training import cosine, fresh, generator_of
from lazyartist.training.loop import batches, descend


FLIPS: tuple[tuple[int, ...], ...] = ((), (2,), (3,), (2, 3))


@dataclass(frozen=True)
class Training:
    """How heads are trained.

    Attributes:
        channels: of a head.
        batch: scenes per step.
        effort: the share of its steps that a training makes; one that is cut short learns faster.
    """

    channels: int
    batch: int
    effort: float


class Head(nn.Module):
    """Four convolutions on the activations of a frozen network; images (B, 1, H, W) to logits (B, H, W).

    The first one sees one position of all layers at once. It comes before layers are brought to one size, which
    changes nothing and takes a quarter of the time.

    Args:
        net: the frozen network.
        channels: how many the head has.
    """

    def __init__(self, net: SceneNet, channels: int) -> None:
        super().__init__()
        self.frozen = [net]  # in a list, so that its parameters are not the head's
        self.mix = nn.ModuleList(nn.Conv2d(given, channels, 1, bias=False) for given in net.channels)
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))
        self.near = nn.Conv2d(channels, channels, 3, padding=1)
        self.far = nn.Conv2d(channels, channels, 3, padding=2, dilation=2)
        self.out = nn.Conv2d(channels, 1, 1)

    def logits(self, images: Tensor) -> Tensor:
        """Return (B, H, W)."""
        with torch.no_grad():
            layers = self.frozen[0].activations(images)
        size = images.shape[2:]
        x: Tensor = self.bias
        for mix, layer in zip(self.mix, layers, strict=True):
            x = x + F.interpolate(mix(layer), size, mode="bilinear", align_corners=False)
        x = self.near(x.relu()).relu()
        logits: Tensor = self.out(self.far(x).relu())[:, 0]
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Return maps (B, H, W) in [0, 1]."""
        return self.logits(images).sigmoid()


class MeanOfFlips(nn.Module):
    """The mean of maps of an image and of its mirror images, over one model or several.

    Args:
        models: images to maps.
    """

    def __init__(self, *models: nn.Module) -> None:
        super().__init__()
        self.models = nn.ModuleList(models)

    def forward(self, images: Tensor) -> Tensor:
        """Return maps (B, H, W)."""
        maps = [
            model(images.flip(dims)).flip([dim - 1 for dim in dims]) if dims else model(images)
            for model in self.models
            for dims in FLIPS
        ]
        return torch.stack(maps).mean(0)


def with_flips(*heads: nn.Module) -> nn.Module:
    """Return the mean of heads over four flips."""
    return MeanOfFlips(*heads).eval()


def head_on(net: SceneNet, given: Scenes, steps: int, how: Training, what: str, seed: int) -> Head:
    """Train a head on scenes with masks as they are."""
    order = batches(len(given.images), how.batch, generator_of("frozen masks", what, "order", seed))

    def batch() -> Scenes:
        chosen = next(order)
        return Scenes(given.images[chosen], given.masks[chosen])

    return train_head(net, batch, steps, how, what, seed)


def train_head(net: SceneNet, batch: Callable[[], Scenes], steps: int, how: Training, what: str, seed: int) -> Head:
    """Train a head by cross-entropy of pixels on batches as they come; its network stays as it is.

    Args:
        net: the frozen network.
        batch: returns scenes with masks, others each time.
        steps: in a training of full effort.
        how: channels and effort.
        what: a name from which the first weights follow, with the seed.
        seed: of the treatment.
    """
    head = fresh(lambda: Head(net, how.channels), "frozen masks head", what, seed)

    def loss(step: int) -> Tensor:
        del step
        scenes = batch()
        return F.binary_cross_entropy_with_logits(head.logits(scenes.images), scenes.masks.float())

    rate = cosine(5e-3 / math.sqrt(how.effort))
    descend(loss, head.parameters(), steps=max(1, round(steps * how.effort)), learning_rate=rate, name="the head")
    return head.eval().requires_grad_(False)
