"""A network that puts views of the same digit near each other; it learns from unlabelled digits."""

from __future__ import annotations

from collections.abc import Callable

import torch

from torch import Tensor, nn
from torch.nn import functional as F

from lazyartist.clinic.training import descend_on, generator_of, one_cycle


SIDE = 32  # pixels that it sees
PAIRS, TEMPERATURE, RATE = 96, 0.1, 4e-3

Look = Callable[[Tensor, torch.Generator], Tensor]  # digits (N, 28, 28) to one image of each, (N, 32, 32)


class EmbeddingNet(nn.Module):
    """Four convolutions: images (N, H, H), H a multiple of 32, to unit vectors (N, 64)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for after, stride in ((width, 1), (2 * width, 2), (4 * width, 2), (4 * width, 2)):
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            before = after
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.out = nn.Linear(4 * before, 64)

    def forward(self, images: Tensor) -> Tensor:
        """Shrink images to 32 pixels, each to mean 0 and variance 1, and embed them."""
        flat = shrink(images).flatten(1)
        even = (flat - flat.mean(1, keepdim=True)) / flat.std(1, keepdim=True).clamp_min(1e-6)
        vectors: Tensor = F.normalize(self.out(self.features(even.view(-1, 1, SIDE, SIDE))))
        return vectors


def shrink(images: Tensor) -> Tensor:
    """Return images (N, H, W) at 32 × 32 pixels, each the mean of a block.

    Raises:
        ValueError: the sides are no multiples of 32 pixels, or not equal.
    """
    if images.ndim != 3 or images.shape[1] != images.shape[2] or images.shape[1] % SIDE:
        raise ValueError(f"images: expected (N, H, H), H a multiple of {SIDE} pixels, got {tuple(images.shape)}")
    return F.avg_pool2d(images[:, None], images.shape[-1] // SIDE)[:, 0]


@torch.no_grad()
def embed(net: EmbeddingNet, images: Tensor) -> Tensor:
    """Return the vectors (N, 64) of images (N, H, W)."""
    net.eval()
    return torch.cat([net(part) for part in torch.split(images, 256)])


def learn(net: EmbeddingNet, digits: Tensor, look: Look, *, steps: int, rate: float = RATE, seed: int) -> EmbeddingNet:
    """Train a network in place by contrast: two views of a digit are near each other, views of two digits are not.

    Source: Chen et al. 2020, arXiv:2002.05709 (NT-Xent).

    Args:
        net: what is trained.
        digits: (N, 28, 28) uint8, unlabelled.
        look: draws the views.
        steps: of training, with 96 pairs each.
        rate: the learning rate's peak.
        seed: of order and views.
    """
    net.train().to(memory_format=torch.channels_last)
    generator = generator_of("contrast", seed)

    def loss(chosen: Tensor) -> Tensor:
        shown = digits[chosen].repeat(2, 1, 1)
        vectors = net(look(shown, generator))
        alike = (vectors @ vectors.T / TEMPERATURE).fill_diagonal_(-torch.inf)
        partner = torch.arange(len(shown)).roll(len(shown) // 2)
        return F.cross_entropy(alike, partner)

    descend_on(
        len(digits),
        loss,
        net.parameters(),
        batch=min(PAIRS, len(digits)),
        steps=steps,
        rate=one_cycle(rate),
        generator=generator,
        name="the embedding network",
    )
    return net.eval()
