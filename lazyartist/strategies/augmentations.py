"""Changes of an image that keep its class: hue, rotation, position and size."""

from __future__ import annotations

import math

import torch

from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample, pad


DARKEST = 0.2  # light of a repainted image, of the brightest there is


def turn_hues(x: Tensor, generator: Generator) -> Tensor:
    """Turn every pixel's hue by one random angle per image; HSV saturation and value stay, so grey stays grey.

    Args:
        x: (B, 3, H, W) in [0, 1].
        generator: draws the angles, uniform over the wheel.
    """
    red, green, blue = x.contiguous().unbind(1)
    value = torch.maximum(torch.maximum(red, green), blue)
    chroma = value - torch.minimum(torch.minimum(red, green), blue)
    safe = chroma.clamp_min(1e-8)
    # hue in sixths of the wheel, from the channel that is largest
    hue = torch.where(
        value == red,
        (green - blue) / safe,
        torch.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    hue = hue + 6 * torch.rand(len(x), 1, 1, generator=generator)
    offsets = torch.tensor([5.0, 3.0, 1.0]).view(3, 1, 1)
    k = hue[:, None] + offsets  # (B, 3, H, W)
    k = k - 6 * (k / 6).floor()  # twice as fast as the remainder
    turned = value[:, None] - chroma[:, None] * torch.minimum(k, 4 - k).clamp(0, 1)
    return turned.contiguous(memory_format=torch.channels_last)


def repaint(x: Tensor, generator: Generator) -> Tensor:
    """Paint each image anew: hues turned by one angle, mixed with a random tint, and darkened.

    Turned hues alone keep saturation and value, which tell colours of most palettes apart. An image's brightest pixel
    is brought to 1 first, so that its own light says nothing; the tint has each pixel's light.

    Args:
        x: (B, 3, H, W) in [0, 1].
        generator: draws angle, tint, the tint's share, all uniform, and the light, uniform from a fifth on.
    """
    images = len(x)
    bright = x / x.amax((1, 2, 3), keepdim=True).clamp_min(1e-8)
    turned = turn_hues(bright, generator)
    tint = torch.rand(images, 3, 1, 1, generator=generator)
    tint = tint / tint.amax(1, keepdim=True)
    share, light = torch.rand(2, images, 1, 1, 1, generator=generator)
    mixed = (1 - share) * turned + share * tint * bright.amax(1, keepdim=True)
    painted: Tensor = (DARKEST + (1 - DARKEST) * light) * mixed
    return painted.contiguous(memory_format=torch.channels_last)


def jitter(
    x: Tensor, generator: Generator, *, degrees: float = 10, shift: float = 2 / 28, scale: float = 0.1
) -> Tensor:
    """Turn, move and stretch each image a little at random, colours untouched; what comes in from outside is black.

    Args:
        x: (B, 3, H, W).
        generator: draws the changes, uniform up to the limits either way.
        degrees: of rotation, counted in pixels, whatever the image's proportions.
        shift: as a share of the image's side.
        scale: relative change of size.
    """
    u = 2 * torch.rand(4, len(x), generator=generator) - 1
    angle, size = u[0] * math.radians(degrees), 1 + scale * u[1]
    cos, sin = angle.cos() / size, angle.sin() / size
    height, width = x.shape[2:]
    # coordinates run from −1 to 1 along either side, so a rotation of a wide image's pixels is none of its coordinates
    down, along = sin * (height / width), sin * (width / height)
    theta = torch.stack([cos, -down, 2 * shift * u[2], along, cos, 2 * shift * u[3]], dim=1).view(-1, 2, 3)
    grid = affine_grid(theta, list(x.shape), align_corners=False)
    return grid_sample(x, grid, align_corners=False).contiguous(memory_format=torch.channels_last)


def shift_by_pixels(x: Tensor, generator: Generator, most: int = 1) -> Tensor:
    """Move each image by whole pixels at random, so that no texture is blurred; what comes in from outside is black.

    Args:
        x: (B, C, H, W).
        generator: draws the moves, of 0 to `most` pixels along each side, either way.
        most: pixels.
    """
    images, _, height, width = x.shape
    wide = pad(x, (most, most, most, most))
    down, right = torch.randint(2 * most + 1, (2, images, 1), generator=generator)
    rows, columns = down + torch.arange(height), right + torch.arange(width)
    moved = wide.permute(0, 2, 3, 1)[torch.arange(images)[:, None, None], rows[:, :, None], columns[:, None]]
    return moved.permute(0, 3, 1, 2)  # in channels-last order
