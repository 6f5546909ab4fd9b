"""Parametrisations: an image in other coordinates, so that a step of the optimiser changes it in more even ways.

Each is a linear map between parameters and images that can be taken both ways. That is how blur and clamping, which are
done to the image, are carried back into the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from torch import Tensor


Basis = Literal["pixels", "fourier"]

GREY = 0.5


@dataclass(frozen=True, eq=False)
class Parametrisation:
    """Parameters of images of one size.

    Attributes:
        size: height and width in pixels.
        basis: "pixels", or "fourier": one complex number per frequency, slower for higher ones as 1 / f.
        colours: (3, 3), the directions in which colours vary: see `colour_directions`; the unit matrix for plain RGB.
    """

    size: tuple[int, int]
    basis: Basis
    colours: Tensor

    def image(self, parameters: Tensor) -> Tensor:
        """Return images (B, 3, H, W), not clamped, of parameters as `parameters` makes them."""
        if self.basis == "fourier":
            complex_ = torch.view_as_complex(parameters) * self._scale
            parameters = torch.fft.irfft2(complex_, s=self.size, norm="ortho")
        colours: Tensor = torch.einsum("ij,bjhw->bihw", self.colours, parameters)
        return GREY + colours

    def parameters(self, images: Tensor) -> Tensor:
        """Return the parameters of images (B, 3, H, W)."""
        values: Tensor = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(self.colours), images - GREY)
        if self.basis == "fourier":
            values = torch.view_as_real(torch.fft.rfft2(values, norm="ortho") / self._scale)
        return values.contiguous()

    def noise(self, spread: float, generator: torch.Generator) -> Tensor:
        """Return the parameters of one image (1, …): grey, with noise of the same spread in every parameter."""
        grey = self.parameters(torch.full((1, 3, *self.size), GREY, dtype=self.colours.dtype))
        return spread * torch.randn(grey.shape, generator=generator, dtype=grey.dtype)

    @property
    def _scale(self) -> Tensor:
        height, width = self.size
        down, across = torch.fft.fftfreq(height), torch.fft.rfftfreq(width)
        frequency: Tensor = (down[:, None].square() + across.square()).sqrt()
        return frequency.clamp_min(1 / max(self.size)).reciprocal()


def colour_directions(images: Tensor) -> Tensor:
    """Return (3, 3), the symmetric root of the covariance of the pixels' colours, with a largest singular value of 1.

    In coordinates of these directions the colours of the images are uncorrelated.

    Args:
        images: (N, 3, H, W), from the training set.

    Raises:
        ValueError: the images have no three colour channels, or lack a direction (grey images, say).
    """
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(f"images: expected (N, 3, H, W), got {tuple(images.shape)}")
    values, vectors = torch.linalg.eigh(torch.cov(images.transpose(0, 1).flatten(1).double()))
    if not bool(values[0] > 1e-6 * values[-1]):
        raise ValueError("the images' colours do not vary in all three directions: use plain RGB, `colours=None`")
    root: Tensor = vectors * (values / values[-1]).sqrt() @ vectors.T
    return root.float()
