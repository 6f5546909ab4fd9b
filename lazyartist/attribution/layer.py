"""What the maps of a layer share: its activation and the gradient of the score; and which layers have maps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import torch

from torch import Tensor, nn

from lazyartist.attribution.base import Map, checked_images
from lazyartist.attribution.target import Target, scores
from lazyartist.hooks import name_of, only, replacing, watching
from lazyartist.inference import evaluating, need_gradients, outputs, taking


@dataclass(frozen=True)
class LayerMap(Map):
    """A map of one layer's positions; it has the layer's height and width.

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
        outputs(model, checked_images(images))
    return _only_maps(seen, model, layer)


def activation_and_gradient(
    model: nn.Module, layer: str | nn.Module, images: Tensor, target: Target
) -> tuple[Tensor, Tensor]:
    """Return what the layer puts out and the gradient of the score with respect to it, both (N, K, h, w).

    The graph begins at the layer, so nothing before it costs a backward pass.
    """
    need_gradients()
    x = checked_images(images)
    seen: list[Tensor] = []

    def cut(output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1].clone()  # an in-place ReLU that follows writes into this one

    with evaluating(model), torch.enable_grad():
        with replacing(model, layer, cut):
            logits = outputs(model, x)
        leaf = _only_maps(seen, model, layer)
        total = scores(logits, target).sum()
        gradient = torch.autograd.grad(total, leaf, allow_unused=True)[0] if total.requires_grad else None
    if gradient is None:
        raise ValueError(
            f"the score does not depend on the layer {name_of(model, layer)!r}, as far as gradients tell: choose a "
            "layer whose output the model uses; nothing behind it may turn gradients off (torch.no_grad, detach)"
        )
    return leaf.detach(), gradient


@dataclass(eq=False)
class _Call:
    """One module that ran: its input, its output, and how often it did."""

    input: object
    output: object
    count: int = 1

    @property
    def has_maps(self) -> bool:
        out = self.output
        return self.count == 1 and isinstance(out, Tensor) and out.ndim == 4 and max(out.shape[2:]) > 1


def map_layers(model: nn.Module, images: Tensor) -> tuple[str, ...]:
    """Return the names of the outermost layers that have weights, run once and put out maps larger than one position.

    In the order of the network; the last one is where Grad-CAM usually looks. Where a block ends in pooling to one
    position, its parts are taken; if the last of them is a convolution or a normalisation, what follows it without
    weights and without a change of size, such as its ReLU, stands in its place. An exported program has no layers.
    """
    calls: dict[nn.Module, _Call] = {}

    def see(module: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        if module in calls:
            calls[module].count += 1
        else:
            calls[module] = _Call(inputs[0] if inputs else None, output)

    with evaluating(model), torch.no_grad(), ExitStack() as stack:
        for module in model.modules():
            stack.callback(module.register_forward_hook(see).remove)
        x = checked_images(images)
        with taking(model, x):
            model(x)
    layers = list(_outermost(model, calls))
    if layers:
        layers[-1] = _followed(layers[-1], calls)
    return tuple(name_of(model, layer) for layer in layers)


def _outermost(module: nn.Module, calls: dict[nn.Module, _Call]) -> Iterator[nn.Module]:
    for child in module.children():
        if child in calls and calls[child].has_maps and _has_weights(child):
            yield child
        else:
            yield from _outermost(child, calls)


def _followed(layer: nn.Module, calls: dict[nn.Module, _Call]) -> nn.Module:
    """Return the last of the modules without weights that take the layer's output and keep its size; or the layer."""
    order = list(calls)  # in which they ended
    for module in order[order.index(layer) + 1 :]:
        last, call = calls[layer].output, calls[module]
        if call.input is last and call.has_maps and not _has_weights(module) and _shape(call.output) == _shape(last):
            layer = module
    return layer


def _shape(output: object) -> tuple[int, ...]:
    return tuple(output.shape) if isinstance(output, Tensor) else ()


def _has_weights(module: nn.Module) -> bool:
    return any(True for _ in module.parameters())


def _only_maps(seen: list[Tensor], model: nn.Module, layer: str | nn.Module) -> Tensor:
    output = only(seen, model, layer)
    if output.ndim != 4:
        shape = tuple(output.shape)
        raise ValueError(f"the layer {name_of(model, layer)!r} puts out {shape}: expected maps (N, K, h, w)")
    return output
