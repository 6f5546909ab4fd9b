"""What all maps share: how they are called, what they take, and gradients that leave nothing behind in the model."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch

from torch import Tensor, nn

from lazyartist.attribution.target import Target, scores
from lazyartist.inference import evaluating, need_gradients, outputs


ROUNDING = 1e-4  # images may leave [0, 1] by that much


class Map(ABC):
    """An attribution method. Subclasses are frozen dataclasses: their repr is their configuration."""

    @abstractmethod
    def __call__(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the raw maps (N, h, w): positive where the image speaks for the target.

        Nothing is left behind in the model: no hook, no `.grad`, every submodule's mode and every `requires_grad` as
        they were, also after an exception. An image's map does not depend on the others in the batch.

        Args:
            model: images to logits (N, classes).
            images: (N, C, H, W) floats in [0, 1].
            target: what to explain: a class, (N,) one per image, or a function from logits (B, classes) to (B,).

        Raises:
            ValueError: images, target or the model's output are not of that form, or gradients are off.
        """


class InputMap(Map):
    """A map of the input's own pixels; subclasses say how much each pixel of each colour channel counts."""

    def __call__(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the maps (N, H, W); see `Map.__call__`."""
        return self.reduce(self.attribution(model, images, target))

    @abstractmethod
    def attribution(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return (N, C, H, W), what every value of the image counts."""

    @abstractmethod
    def reduce(self, attribution: Tensor) -> Tensor:
        """Return one number per pixel, (N, H, W)."""


def checked_images(images: Tensor) -> Tensor:
    """Return the images in the layout that convolutions are fastest in, cut off from any graph.

    Raises:
        ValueError: they are no batch of float images in [0, 1].
    """
    if not isinstance(images, Tensor):
        raise ValueError(f"images: expected a tensor (N, C, H, W), got {type(images).__name__}")
    if images.ndim != 4 or not images.is_floating_point() or len(images) == 0:
        raise ValueError(f"images: expected (N, C, H, W) floats, got {tuple(images.shape)} {images.dtype}")
    low, high = (float(end) for end in images.detach().aminmax())
    if not -ROUNDING <= low <= high <= 1 + ROUNDING:  # also if one is NaN
        raise ValueError(
            f"images: expected values in [0, 1], got {low:g} to {high:g}: scale them, and let the model itself do any "
            "normalisation that it needs"
        )
    return images.detach().contiguous(memory_format=torch.channels_last)


def checked_maps(maps: Tensor, count: int) -> Tensor:
    """Return the maps if they are `count` maps (N, h, w) of finite numbers.

    Raises:
        ValueError: they are not.
    """
    if not isinstance(maps, Tensor) or maps.ndim != 3 or len(maps) != count:
        got = tuple(maps.shape) if isinstance(maps, Tensor) else type(maps).__name__
        raise ValueError(f"maps: expected a tensor ({count}, h, w), one per image, got {got}")
    if not bool(maps.isfinite().all()):
        raise ValueError("maps: expected finite numbers, got NaN or infinity")
    return maps


def input_gradient(model: nn.Module, images: Tensor, target: Target) -> Tensor:
    """Return (N, C, H, W), the gradient of each image's score with respect to the image.

    Raises:
        ValueError: gradients are off, or none reaches the images; see also `outputs` and `scores`.
    """
    need_gradients()
    x = images.detach().contiguous(memory_format=torch.channels_last).requires_grad_()
    with evaluating(model), torch.enable_grad():
        total = scores(outputs(model, x), target).sum()
        gradient = torch.autograd.grad(total, x, allow_unused=True)[0] if total.requires_grad else None
    if gradient is None:
        raise ValueError(
            "the score has no gradient with respect to the images: see that neither the model nor the target turns "
            "gradients off on the way (torch.no_grad, detach, rounding)"
        )
    return gradient
