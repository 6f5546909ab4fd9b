"""An encoder and a decoder, and what they see of an image: pixels, or coefficients in a basis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch

from torch import Tensor, nn

from lazyartist.latents import CODERS
from lazyartist.latents.basis import principal_axes
from lazyartist.latents.pictures import Pictures
from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from


SAMPLE = 1000  # images that the spread of pixels is measured on
QUIET = 0.02  # of the usual first weights


class Coder(nn.Module):
    """Encoder and decoder of one autoencoder. What they see of an image is `x`, (B, D).

    Args:
        shape: (C, H, W) of the images.
        encoder: from `x` to (B, 2 Z), as `posterior_of` takes them; its last layer is linear.
        decoder: from what `coordinates` returns, (B, Z + circles), to `x`.
        dimensions: D.

    Attributes:
        spread: (D,) standard deviations of `x` over the dataset; `fit_to` measures them.
    """

    spread: Tensor

    def __init__(self, shape: Sequence[int], encoder: nn.Sequential, decoder: nn.Module, dimensions: int) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.encoder = encoder
        self.decoder = decoder
        self.register_buffer("spread", torch.ones(dimensions))

    def fit_to(self, pictures: Pictures, seed: int) -> None:
        """Measure what of a dataset is needed before training."""
        generator = torch.Generator().manual_seed(seed_from("spread", seed))
        self.spread.copy_(self.see(pictures.some(SAMPLE, generator)).std(0))

    def silence(self, latents: Tensor) -> None:
        """Let the encoder say next to nothing of some latents, (Z,) bool, before it is trained.

        Otherwise a latent that is not in use yet carries a random function of the image, and keeps it.
        """
        last = self.encoder[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.weight.view(2, len(latents), -1)[:, latents] *= QUIET
            last.bias.view(2, len(latents))[:, latents] = 0

    def reader(self, pictures: Pictures) -> Callable[[Tensor], Tensor]:
        """Return a function from indices (B,) to what the encoder sees of these images, (B, D)."""
        return lambda index: self.see(pictures.render(index))

    def see(self, images: Tensor) -> Tensor:
        """Return what the encoder sees of images (B, C, H, W): their pixels, (B, C·H·W)."""
        return images.flatten(1)

    def show(self, x: Tensor) -> Tensor:
        """Return the images (B, C, H, W) that `x` stands for, not clipped."""
        return x.view(-1, *self.shape)


class Scaled(nn.Module):
    """Multiply by fixed numbers (D,), which are ones at first."""

    scale: Tensor

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(dimensions))

    def set(self, scale: Tensor) -> None:
        """Choose the numbers."""
        self.scale.copy_(scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the product."""
        return x * self.scale


def mlp(sizes: Sequence[int]) -> list[nn.Module]:
    """Return linear layers of these sizes with SiLU between them."""
    layers: list[nn.Module] = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), nn.SiLU()]
    return layers[:-1]


@CODERS.register("basis_mlp")
class BasisMlp(Coder):
    """Two hidden layers both ways on coefficients of the first principal axes, each scaled to variance one.

    Args:
        shape: (C, H, W) of the images.
        latents: Z.
        circles: how many of them are angles.
        axes: how many principal axes.
        width: of the hidden layers.
    """

    axes: Tensor
    mean: Tensor
    rest: Tensor

    def __init__(self, shape: Sequence[int], latents: int, circles: int, *, axes: int = 256, width: int = 256) -> None:
        pixels = shape[0] * shape[1] * shape[2]
        k = min(whole("axes", axes), pixels)
        hidden = whole("width", width)
        near_one, as_spread = Scaled(k), Scaled(k)
        encoder = nn.Sequential(near_one, *mlp((k, hidden, hidden, 2 * latents)))
        decoder = nn.Sequential(*mlp((latents + circles, hidden, hidden, k)), as_spread)
        super().__init__(shape, encoder, decoder, k)
        self._scales = (near_one, as_spread)
        self.register_buffer("axes", torch.zeros(k, pixels))
        self.register_buffer("mean", torch.zeros(k))
        self.register_buffer("rest", torch.zeros(pixels))

    def fit_to(self, pictures: Pictures, seed: int) -> None:
        """Find the principal axes."""
        basis = principal_axes(pictures, len(self.axes), seed)
        found = len(basis.axes)  # fewer where there are few images; the axes beyond stay empty
        self.axes[:found], self.mean[:found] = basis.axes, basis.mean
        self.rest.copy_(basis.rest)
        self.spread.fill_(float(basis.spread[-1]))
        self.spread[:found] = basis.spread
        # tiny axes carry shapes, but not below a thousandth of the first: there is only noise
        self._scales[0].set(1 / self.spread.clamp_min(float(self.spread[0]) / 1000))
        self._scales[1].set(self.spread)

    def reader(self, pictures: Pictures) -> Callable[[Tensor], Tensor]:
        """See `Coder`; of a dataset that can be projected cheaply no image is rendered."""
        project = pictures.projector(self.axes)
        return lambda index: project(index) - self.mean

    def see(self, images: Tensor) -> Tensor:
        """Return the coefficients of images about the mean, (B, K)."""
        return images.flatten(1) @ self.axes.T - self.mean

    def show(self, x: Tensor) -> Tensor:
        """See `Coder`."""
        return torch.addmm(self.rest, x + self.mean, self.axes).view(-1, *self.shape)


@CODERS.register("conv", source="Chen et al. 2018, arXiv:1802.04942, at half its width")
class Conv(Coder):
    """Strided convolutions down to 4×4 and back up, on pixels.

    Args:
        shape: (C, H, W) of the images: square, 32 or 64 pixels.
        latents: Z.
        circles: how many of them are angles.
        width: channels of the first convolution; those of the next ones double, up to four times that.
    """

    def __init__(self, shape: Sequence[int], latents: int, circles: int, *, width: int = 16) -> None:
        channels, height, across = shape
        if height != across or height not in (32, 64):
            raise ValueError(f"conv takes square images of 32 or 64 pixels, got {height}×{across}: take basis_mlp")
        halvings = 3 if height == 32 else 4
        widths = [channels, *(whole("width", width) * 2 ** min(i, 2) for i in range(halvings))]
        pairs = list(pairwise(widths))
        down = [layer for a, b in pairs for layer in (nn.Conv2d(a, b, 4, 2, 1), nn.ReLU())]
        up = [layer for a, b in reversed(pairs) for layer in (nn.ReLU(), nn.ConvTranspose2d(b, a, 4, 2, 1))]
        small = (widths[-1], 4, 4)
        flat, hidden = widths[-1] * 16, 128
        encoder = nn.Sequential(
            nn.Unflatten(1, tuple(shape)), *down, nn.Flatten(), nn.Linear(flat, hidden), nn.ReLU(),
            nn.Linear(hidden, 2 * latents),
        )  # fmt: skip
        decoder = nn.Sequential(
            nn.Linear(latents + circles, hidden), nn.ReLU(), nn.Linear(hidden, flat), nn.Unflatten(1, small), *up,
            nn.Flatten(),
        )  # fmt: skip
        super().__init__(shape, encoder, decoder, channels * height * across)
