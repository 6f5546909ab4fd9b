"""What maps share: how they are called, and how gradients are taken without leaving a trace."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch

from torch import Tensor, nn

from lazyartist.inference import evaluating
from lazyartist.attribution.target import Target, scores


class Map(ABC):
    """A way to say where a model looks. Subclasses are frozen dataclasses: their repr is their configuration."""

    @abstractmethod
    def __call__(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the raw maps (N, h, w): positive where the image speaks for the target.

        Nothing is left behind in the model: no hook, no `.grad`, every submodule's mode and every `requires_grad` as
        they were, also after an exception. An image's map does not depend on the others in the batch.

        Args:
            model: images to logits (N, classes).
            images: (N, C, H, W) floats.
            target: what to explain: a class, (N,) one an image, or a function from logits (B, classes) to (B,).

        Raises:
            ValueError: images or target are not of that form.
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
        """Return one number a pixel, (N, H, W)."""


def checked(images: Tensor) -> Tensor:
    """Return the images in the layout that convolutions are fastest in, cut off from any graph.

    Raises:
        ValueError: they are no batch of float images.
    """
    if images.ndim != 4 or not images.is_floating_point() or len(images) == 0:
        raise ValueError(f"images: expected (N, C, H, W) floats, got {tuple(images.shape)} {images.dtype}")
    return images.detach().contiguous(memory_format=torch.channels_last)


def double_backprop(model: nn.Module, images: Tensor, target: Target) -> Tensor:
    """Return (N, C, H, W), the gradient of each image's score with respect to the image."""
    x = checked(images).requires_grad_()
    with evaluating(model), torch.enable_grad():
        (gradient,) = torch.autograd.grad(scores(model(x), target).sum(), x)
    return gradient
