"""The training split as a strategy may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from torch import Generator, Tensor, nn

from lazyartist.inference import BATCH, evaluating
from lazyartist.networks.head import with_features


@dataclass(frozen=True)
class TrainingSplit:
    """Images and labels to plan with, and the means to train and ask networks on them.

    Attributes:
        labels: (N,) int64.
        colours: (N,) int64 palette indices if the strategy uses "colour_labels", else None.
        classes: how many classes, and so colours, there are.
        generator: the strategy's source of randomness; that of its batches.
        render: (B,) indices to images (B, 3, H, W) in [0, 1].
        network: makes another network like the one in training, with fresh weights of its own at every call.
        fit: `fit(strategy, epochs)` trains another network on the same images for so many epochs of the budget, and
            returns it in evaluation mode; `fit(strategy, epochs, "simple_cnn")` one of another kind. The inner strategy
            may use no more than the outer one declared.
    """

    labels: Tensor
    colours: Tensor | None
    classes: int
    generator: Generator
    render: Callable[[Tensor], Tensor]
    network: Callable[[], nn.Module]
    fit: Callable[..., nn.Module]

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return logits (N, classes) and features (N, D) of every training image, in evaluation mode."""
        n = len(self.labels)
        with evaluating(model), torch.no_grad():
            parts = [with_features(model, self.render(torch.arange(i, min(i + BATCH, n)))) for i in range(0, n, BATCH)]
        logits, features = (torch.cat(part) for part in zip(*parts, strict=True))
        return logits, features
