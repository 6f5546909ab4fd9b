"""What the maps of a layer share: its activation, and the gradient of the score with respect to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.hooks import name_of, only, replacing, watching
from lazyartist.inference import evaluating
from lazyartist.attribution.base import Map, checked
from lazyartist.attribution.target import Target, scores


@dataclass(frozen=True)
class LayerMap(Map):
    """A map of one layer's places; it has the layer's height and width.

    Attributes:
        layer: a convolution, a block, anything that puts out one tensor (N, K, h, w): its dotted name or the module.
    """

    layer: str | nn.Module


class GradientMap(LayerMap):
    """A map made of activation and gradient alone. A method is one line: `combine`."""

    def __call__(self, model: nn.Module, images: Tensor, target: Target) -> Tensor:
        """Return the raw maps (N, h, w); see `Map.__call__`.

        Raises:
            UnknownNameError: no layer has this name.
            ValueError: also if the layer is not one of the model, puts out no maps, runs more than once or not at
                all, or the score does not depend on it.
        """
        return self.combine(*activation_and_gradient(model, self.layer, images, target))

    @abstractmethod
    def combine(self, activation: Tensor, gradient: Tensor) -> Tensor:
        """Return maps (N, h, w) of the layer's activation and ∂score/∂activation, both (N, K, h, w)."""


def activation(model: nn.Module, layer: str | nn.Module, images: Tensor) -> Tensor:
    """Return what the layer puts out for a batch, (N, K, h, w), before anything writes into it."""
    with evaluating(model), torch.no_grad(), watching(model, layer) as seen:
        model(checked(images))
    return _only_maps(seen, model, layer)


def activation_and_gradient(
    model: nn.Module, layer: str | nn.Module, images: Tensor, target: Target
) -> tuple[Tensor, Tensor]:
    """Return what the layer puts out and the gradient of the score with respect to it, both (N, K, h, w).

    The graph begins at the layer, so nothing before it costs a backward pass.
    """
    x = checked(images)
    seen: list[Tensor] = []

    def cut(output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1].clone()  # an in-place ReLU that follows writes into this one

    with evaluating(model), torch.enable_grad():
        with replacing(model, layer, cut):
            logits = model(x)
        leaf = _only_maps(seen, model, layer)
        total = scores(logits, target).sum()
        gradient = torch.autograd.grad(total, leaf, allow_unused=True)[0] if total.requires_grad else None
    if gradient is None:
        raise ValueError(f"the score does not depend on the layer {name_of(model, layer)!r}: choose another layer")
    return leaf.detach(), gradient


def map_layers(model: nn.Module, images: Tensor) -> tuple[str, ...]:
    """Return the names of the outermost layers that have weights, run once and put out maps larger than one place.

    In the order of the network; the last one is where Grad-CAM usually looks. An exported program has none.
    """
    shapes: dict[nn.Module, list[tuple[int, ...]]] = {}

    def see(module: nn.Module, inputs: object, output: object) -> None:
        del inputs
        shapes.setdefault(module, []).append(tuple(output.shape) if isinstance(output, Tensor) else ())

    with evaluating(model), torch.no_grad(), ExitStack() as stack:
        for module in model.modules():
            stack.callback(module.register_forward_hook(see).remove)
        model(checked(images))

    def has_maps(module: nn.Module) -> bool:
        (shape, *more) = shapes.get(module, [()])
        return not more and len(shape) == 4 and max(shape[2:]) > 1 and any(True for _ in module.parameters())

    def outermost(module: nn.Module, prefix: str) -> Iterator[str]:
        for name, child in module.named_children():
            if has_maps(child):
                yield prefix + name
            else:
                yield from outermost(child, f"{prefix}{name}.")

    return tuple(outermost(model, ""))


def _only_maps(seen: list[Tensor], model: nn.Module, layer: str | nn.Module) -> Tensor:
    output = only(seen, model, layer)
    if output.ndim != 4:
        shape = tuple(output.shape)
        raise ValueError(f"the layer {name_of(model, layer)!r} puts out {shape}: expected maps (N, K, h, w)")
    return output
