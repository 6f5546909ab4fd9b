"""The order of an image's numbers in memory: channels last is twice as fast, and not every network takes it."""

from __future__ import annotations

from typing import Any

import torch

from torch import Tensor, nn


SIDES = (28, 32, 48, 64, 96, 128, 224)  # pixels; a flattening network takes images of one size
CANNOT = "view size is not compatible"  # what torch says when `.view` meets another order than it was written for


def has_channels_last(model: nn.Module) -> bool:
    """Are the weights of one of its convolutions in channels-last order?"""
    return any(
        weight.ndim == 4 and weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous()
        for weight in model.parameters()
    )


def contiguous_images(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Put batches of images into contiguous order; a forward pre-hook."""
    del module
    return tuple(
        x.contiguous() if isinstance(x, Tensor) and x.ndim == 4 and not x.is_contiguous() else x for x in inputs
    )


def to_channels_last(model: nn.Module) -> nn.Module:
    """Put a network into channels-last order, which is twice as fast on a CPU, and return it.

    A network that cannot take images in this order, since it calls `.view` on what a convolution returned, stays
    contiguous and makes its images contiguous too; so does one that takes images of none of the usual sizes, since it
    cannot be tried.

    Args:
        model: from images (B, 3, H, W) to logits. It is run once, in evaluation mode, on black images.
    """
    model.to(memory_format=torch.channels_last)
    if not _runs(model):
        model.to(memory_format=torch.contiguous_format)
        model.register_forward_pre_hook(contiguous_images)
    return model


def _runs(model: nn.Module) -> bool:
    """Does the network take images in channels-last order?"""
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            answers = (_takes(model, side) for side in SIDES)
            return next((answer for answer in answers if answer is not None), False)
    finally:
        for module, training in modes:
            module.training = training


def _takes(model: nn.Module, side: int) -> bool | None:
    """Does it take channels-last images of this size? None if it takes none of this size, whatever their order."""
    try:
        model(torch.zeros(2, 3, side, side).contiguous(memory_format=torch.channels_last))
    except RuntimeError as error:
        return False if CANNOT in str(error) else None
    return True
