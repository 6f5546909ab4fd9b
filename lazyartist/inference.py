"""Asking a model without leaving a trace."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from torch import Tensor, nn


if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazyartist.data.coloured import ColouredImages

BATCH = 64  # larger ones only spend time on fetching memory


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """Put a model into evaluation mode with frozen parameters; on exit every submodule and parameter is as it was.

    Also after an exception. Gradients with respect to inputs still flow.
    """
    modes = [(module, module.training) for module in model.modules()]
    wanted = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        model.eval().requires_grad_(requires_grad=False)
        yield model
    finally:
        for module, training in modes:
            module.training = training
        for parameter, requires_grad in wanted:
            parameter.requires_grad_(requires_grad)


def predict(model: nn.Module, data: ColouredImages, *, colours: Tensor | None = None) -> Tensor:
    """Return the predicted classes (N,) int64 of a whole dataset; arguments and errors are those of `logits_of`."""
    return logits_of(model, data, colours=colours).argmax(1)


def logits_of(model: nn.Module, data: ColouredImages, *, colours: Tensor | None = None) -> Tensor:
    """Return the logits (N, classes) of a whole dataset.

    Args:
        model: images (B, 3, H, W) in [0, 1] to logits.
        data: what to ask about.
        colours: (N,) palette indices to paint the images in instead of their own.

    Raises:
        ValueError: there are no images, or the model does not return one logit a class.
    """
    if not len(data):
        raise ValueError("there are no images to ask about")
    answers = []
    with evaluating(model), torch.inference_mode():
        for start in range(0, len(data), BATCH):
            part = slice(start, start + BATCH)
            logits = model(data.render(part, None if colours is None else colours[part]))
            if logits.ndim != 2 or logits.shape[1] != data.classes:
                raise ValueError(
                    f"the model's output has shape {tuple(logits.shape)}: expected (batch, {data.classes}), "
                    "one logit a class of the palette"
                )
            answers.append(logits)
    return torch.cat(answers)
