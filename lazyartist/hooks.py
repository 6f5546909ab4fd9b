"""Hooks that live inside a `with`: read a layer's output, or put another in its place."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from lazyartist.registry import unknown


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def layer_of(model: nn.Module, layer: str | nn.Module) -> nn.Module:
    """Return a layer, given by its dotted name ("conv3", "layer4.1.bn2") or as the module itself.

    Raises:
        UnknownNameError: no layer has this name; the message offers the nearest names and all of them.
        ValueError: the module is not a part of the model.
    """
    name = name_of(model, layer)
    return model.get_submodule(name)


def name_of(model: nn.Module, layer: str | nn.Module) -> str:
    """Return the dotted name of a layer, given in either way; raises what `layer_of` raises."""
    named: dict[str, nn.Module] = {name: module for name, module in model.named_modules() if name}
    if isinstance(layer, str):
        if layer not in named:
            raise unknown("layer", layer, named)
        return layer
    for name, module in named.items():
        if module is layer:
            return name
    raise ValueError(
        f"the {type(layer).__name__} is not a layer of this {type(model).__name__}: pass one of its own modules, or a "
        f"name: {', '.join(named)}"
    )


@contextmanager
def replacing(model: nn.Module, layer: str | nn.Module, change: Callable[[Tensor], Tensor]) -> Iterator[nn.Module]:
    """Run `model` with `change(output)` in place of the layer's output; gradients flow through it.

    Afterwards, also after an exception, the model is as it was. `change` may keep what it is given: nothing that
    follows writes into it.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: the module is not a part of the model; or, when the model runs, the layer does not put out one
            tensor, or `change` gives it another shape.
    """
    module = layer_of(model, layer)

    def hook(module: nn.Module, inputs: Any, output: Any) -> Tensor:
        del inputs
        if not isinstance(output, Tensor):
            raise ValueError(
                f"the layer {name_of(model, module)!r} puts out a {type(output).__name__}: expected one tensor; choose "
                "a layer inside or after it"
            )
        changed = change(output)
        if changed.shape != output.shape:
            raise ValueError(
                f"the layer {name_of(model, module)!r} puts out {tuple(output.shape)}, its replacement is "
                f"{tuple(changed.shape)}: expected the same shape"
            )
        # an in-place ReLU that follows would otherwise write into what `change` has seen
        return changed.clone() if changed is output else changed

    handle = module.register_forward_hook(hook)
    try:
        yield model
    finally:
        handle.remove()


@contextmanager
def watching(model: nn.Module, layer: str | nn.Module) -> Iterator[list[Tensor]]:
    """Yield a list to which every call of the layer adds its output, as it was before anything wrote into it.

    The outputs are part of the graph: gradients with respect to them can be asked for. Raises what `replacing` raises.
    """
    seen: list[Tensor] = []

    def see(output: Tensor) -> Tensor:
        seen.append(output)
        return output

    with replacing(model, layer, see):
        yield seen


def only(seen: list[Tensor], model: nn.Module, layer: str | nn.Module) -> Tensor:
    """Return the one output that `watching` has seen.

    Raises:
        ValueError: the layer ran more than once, or not at all.
    """
    if len(seen) != 1:
        raise ValueError(
            f"the layer {name_of(model, layer)!r} ran {len(seen)} times: choose one that runs once, a block around it, "
            "say"
        )
    return seen[0]
