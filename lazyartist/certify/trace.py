"""Tracing: a network as a chain of layers whose relaxations are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from torch import Tensor, fx, nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, conv2d, linear

from lazyartist.certify.relaxations import Affine, Layer, MaxPool, Relu
from lazyartist.inference import evaluating, outputs


Shape = tuple[int, ...]


class NoBoundsError(ValueError):
    """The network has a layer, or a shape, for which no bounds are known here."""


def trace_layers(model: nn.Module, images: Tensor) -> list[Layer]:
    """Return the layers of a network in evaluation mode, in the order in which an image passes them.

    The network is exported with `torch.export`, so it does not matter whether a layer is a module, a function or a
    method. What was read is run on the images and compared with the network.

    Args:
        model: convolutions, batch norm, ReLU, max and average pooling, means, flattening, linear layers, and arithmetic
            with constants, one after the other.
        images: (N, C, H, W), what the network takes.

    Raises:
        NoBoundsError: a layer is of another kind, which is named, or takes more than the output of the one before it.
        ValueError: the model returns no finite logits, see `outputs`.
    """
    few = images[:2].repeat(2, 1, 1, 1)[:2]  # two, since torch.export treats a batch of one as special
    with evaluating(model), torch.no_grad():
        expected = outputs(model, few.clone())
        try:
            reader = _Reader(torch.export.export(model, (few,), strict=False).module())
            output = reader.run(few.clone())
        except NoBoundsError:
            raise
        except (RuntimeError, TypeError, ValueError, AttributeError, AssertionError, LookupError) as error:
            # what depends on the values of its input cannot be exported, nor what leaves torch
            reason = str(error).strip().partition("\n")[0]
            raise NoBoundsError(f"{type(model).__name__} cannot be read layer by layer: {reason}") from error
        x = few.clone()
        for layer in reader.layers:
            x = layer.apply(x)
    if output is not reader.seen[-1] or x.shape != expected.shape or not torch.allclose(x, expected, 1e-3, 1e-3):
        raise NoBoundsError(f"{type(model).__name__} is no chain of layers: what was read gives other logits")
    return reader.layers


class _Reader(fx.Interpreter):
    """Runs an exported network on images, and writes down the layers."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.extra_traceback = False  # an error names the layer; eight lines of the exported graph add nothing
        self.layers: list[Layer] = []
        self.seen: list[Tensor] = []  # the images, and all that depends on them, so far

    def placeholder(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.seen.append(super().placeholder(target, args, kwargs))
        return self.seen[-1]

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        read = KNOWN.get(str(target))
        if read is None or kwargs:  # what is given by name, such as `alpha`, is rare and changes what a function does
            known = ", ".join(sorted({name.split(".")[1].rstrip("_") for name in KNOWN}))
            raise NoBoundsError(f"no bounds are known for {target}{kwargs or ''}: expected a chain of {known}")
        x, *rest = args
        if x is not self.seen[-1] or any(other is old for other in rest for old in self.seen):
            raise NoBoundsError(f"no bounds are known for branches: {target} takes more than the output before it")
        layer = read(tuple(x.shape[1:]), *rest)
        if layer is not None:
            self.layers.append(layer)
        self.seen.append(super().call_function(target, args, {}))
        return self.seen[-1]


def _conv(shape: Shape, weight: Tensor, bias: Tensor | None = None, *rest: Any) -> Layer:
    return Affine(lambda x: conv2d(x, weight, bias, *rest), lambda r: conv2d(r, weight.abs(), None, *rest), shape)


def _linear(shape: Shape, weight: Tensor, bias: Tensor | None = None) -> Layer:
    return Affine(lambda x: linear(x, weight, bias), lambda r: linear(r, weight.abs()), shape)


def _batch_norm(
    shape: Shape,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor,
    variance: Tensor,
    training: bool,
    momentum: float,
    eps: float,
    *rest: Any,
) -> Layer:
    del momentum, rest
    if training:
        raise NoBoundsError("batch norm in training mode mixes images: export the model after .eval()")
    scale = (variance + eps).rsqrt()
    scale = scale if weight is None else scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    across = (-1,) + (1,) * (len(shape) - 1)
    return _scaled(shape, scale.view(across), shift.view(across))


def _scaled(shape: Shape, scale: Tensor | float, shift: Tensor | float) -> Layer:
    return Affine(lambda x: x * scale + shift, lambda r: r * torch.as_tensor(scale).abs(), shape)


def _max_pool(
    shape: Shape,
    size: list[int],
    stride: list[int] | None = None,
    padding: Any = 0,
    dilation: Any = 1,
    up: bool = False,
) -> Layer:
    del shape
    if any(_pair(padding)) or _pair(dilation) != (1, 1) or up:
        raise NoBoundsError("no bounds are known for max pooling with padding, dilation or rounding up")
    return MaxPool(_pair(size), _pair(stride or size))


def _pair(value: Any) -> tuple[int, int]:
    first, *rest = value if isinstance(value, (list, tuple)) else (value,)
    return int(first), int(rest[0] if rest else first)


def _averaging(function: Callable[..., Tensor]) -> Callable[..., Layer]:
    """Return the reader of a function that takes means: its matrix has no negative number."""

    def read(shape: Shape, *rest: Any, **options: Any) -> Layer:
        def apply(x: Tensor) -> Tensor:
            return function(x, *rest, **options)

        return Affine(apply, apply, shape)

    return read


def _reshape(shape: Shape, to: list[int]) -> Layer:
    def apply(x: Tensor) -> Tensor:
        return x.reshape(len(x), *to[1:])

    return Affine(apply, apply, shape)


def _dropout(shape: Shape, share: float, training: bool) -> None:
    del shape, share
    if training:
        raise NoBoundsError("dropout in training mode is random: export the model after .eval()")


KNOWN: dict[str, Callable[..., Layer | None]] = {
    "aten.conv2d.default": _conv,
    "aten.conv2d.padding": _conv,
    "aten.linear.default": _linear,
    "aten.batch_norm.default": _batch_norm,
    "aten.relu.default": lambda shape: Relu(),
    "aten.relu_.default": lambda shape: Relu(),
    "aten.max_pool2d.default": _max_pool,
    "aten.avg_pool2d.default": _averaging(avg_pool2d),
    "aten.adaptive_avg_pool2d.default": _averaging(adaptive_avg_pool2d),
    "aten.mean.dim": _averaging(torch.mean),
    "aten.flatten.using_ints": _averaging(torch.flatten),
    "aten.view.default": _reshape,
    "aten.reshape.default": _reshape,
    "aten.dropout.default": _dropout,
    "aten.add.Tensor": lambda shape, other: _scaled(shape, 1.0, other),
    "aten.sub.Tensor": lambda shape, other: _scaled(shape, 1.0, -other),
    "aten.mul.Tensor": lambda shape, other: _scaled(shape, other, 0.0),
    "aten.div.Tensor": lambda shape, other: _scaled(shape, 1 / other, 0.0),
}
