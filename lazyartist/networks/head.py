"""Where a network ends: its last linear layer, and the features that go into it."""

from __future__ import annotations

from torch import Tensor, nn


def head_of(model: nn.Module) -> nn.Linear:
    """Return the last linear layer, which turns features into logits.

    Raises:
        ValueError: the network has none.
    """
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise ValueError(f"{type(model).__name__} has no linear layer: expected one that turns features into logits")
    return linear[-1]


def with_features(model: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits (B, classes) of images, and the features (B, D) that go into the last linear layer."""
    seen: list[Tensor] = []

    def see(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        del module
        seen.append(inputs[0])

    hook = head_of(model).register_forward_pre_hook(see)
    try:
        logits = model(x)
    finally:
        hook.remove()
    return logits, seen[-1]
