"""Loading a network that somebody else trained, from a file."""

from __future__ import annotations

import importlib
import inspect
import os
import sys

from collections.abc import Sequence
from pathlib import Path

import torch

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from lazyartist.device import CPU, here, on_device
from lazyartist.networks import build
from lazyartist.networks.exported import ModelFileError, load_exported, shape_of
from lazyartist.networks.head import head_of
from lazyartist.options import split_options


# safetensors takes no tensors in channels-last order
HOW = "safetensors.torch.save_file({name: w.contiguous() for name, w in model.state_dict().items()}, ...)"
CLASSES = 10  # where the weights do not tell


def load_model(path: Path, network: str | None = None, *, trust: bool = False) -> nn.Module:
    """Return the network of a file, in evaluation mode and on the current device.

    Args:
        path: weights (`.safetensors`), or a whole network (`.pt2`, from `torch.export.save`).
        network: what the weights belong to: a known network, such as "simple_cnn:width=16", or a class or function of
            your own, "my_module:make". It is called with `classes`, the number of logits that the weights are of, if
            it takes that. A `.pt2` file needs none.
        trust: load a `.pt2` at all. To load one is to run whatever code its author put into it.

    Raises:
        FileNotFoundError: there is no such file.
        UnknownNameError: there is no such network.
        ModelFileError: the file is not trusted, cannot be read, does not fit the network, or takes no batches
            of images.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}: expected weights (.safetensors) or a whole network (.pt2, torch.export.save)"
        )
    if path.suffix == ".safetensors":
        with on_device(CPU):
            model = _with_weights(path, network)
        return here(model)
    if path.suffix == ".pt2":
        if not trust:
            raise ModelFileError(
                f"{path} may run code of its author's choice when it is loaded: if you trust its author, pass "
                "trust=True (--trust on the command line); weights in .safetensors need no trust, with a network by "
                "name ('simple_cnn:width=16') or made by your own code ('my_module:make')"
            )
        return load_exported(path)
    raise ModelFileError(
        f"{path} is neither .safetensors nor .pt2: write the weights with {HOW}, or the whole network with "
        "torch.export.save"
    )


def _with_weights(path: Path, network: str | None) -> nn.Module:
    if network is None:
        raise ModelFileError(
            f"{path} holds weights only: name their network too, such as 'simple_cnn:width=16' or, for your own, "
            "'my_module:make', the class or function that makes it"
        )
    model = _network(network, CLASSES)
    try:
        weights = _named_as(load_file(path), list(model.state_dict()))
    except SafetensorError as error:
        raise ModelFileError(f"{path} is no safetensors file ({error}): write the weights with {HOW}") from error
    classes = _classes_of(model, weights)
    if classes != CLASSES:
        model = _network(network, classes)
    wanted = model.state_dict()
    wrong = [f"lacks {name}" for name in wanted if name not in weights]
    wrong += [f"has {name}, which the network has not" for name in weights if name not in wanted]
    wrong += [
        f"has {name} of shape {shape_of(weights[name])}, where the network has {shape_of(wanted[name])}"
        for name in wanted
        if name in weights and weights[name].shape != wanted[name].shape
    ]
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ModelFileError(f"{path} does not fit {network}: it {'; it '.join(wrong[:3])}{more}")
    broken = [name for name, tensor in weights.items() if not bool(tensor.isfinite().all())]
    if broken:
        raise ModelFileError(f"{path} has values in {broken[0]} that are not finite (NaN or infinity): train it again")
    model.load_state_dict(weights)
    return model.eval()


def _network(spec: str, classes: int) -> nn.Module:
    """Return a network with fresh weights: a known one, or what a callable of the user's own module makes."""
    module, _, rest = spec.partition(":")
    name = rest.partition(":")[0]
    if not name or "=" in name:
        return build(spec, classes, seed=0)
    if (here := os.getcwd()) not in sys.path:  # an installed command looks beside itself, not where it is called
        sys.path.insert(0, here)
    try:
        make = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"{spec!r}: {error}: expected the name of a module and of a class or function in it, 'my_module:make'"
        ) from error
    knobs = split_options(spec.partition(":")[2])[1]
    if "classes" in inspect.signature(make).parameters:
        knobs["classes"] = classes
    try:
        with torch.random.fork_rng(devices=[]):
            model = make(**knobs)
    except TypeError as error:
        raise ModelFileError(f"{spec!r} cannot be made: {error}") from error
    if not isinstance(model, nn.Module):
        raise ModelFileError(f"{spec!r} returns a {type(model).__name__}: expected a torch.nn.Module")
    return model


def _named_as(weights: dict[str, Tensor], wanted: Sequence[str]) -> dict[str, Tensor]:
    """Take off the prefix that a wrapper puts before every name, such as `module.` or `_orig_mod.`."""
    weights = {name.replace("_orig_mod.", ""): tensor for name, tensor in weights.items()}  # torch.compile's, anywhere
    for name in weights:
        prefix = name.removesuffix(wanted[0])
        if name.endswith(f".{wanted[0]}") and all(other.startswith(prefix) for other in weights):
            return {name.removeprefix(prefix): tensor for name, tensor in weights.items()}
    return weights


def _classes_of(model: nn.Module, weights: dict[str, Tensor]) -> int:
    """Return how many logits the network returned that the weights are of."""
    try:
        head = head_of(model)
    except ValueError:
        return CLASSES
    name = next(name for name, module in model.named_modules() if module is head)
    matrix = weights.get(f"{name}.weight")
    return CLASSES if matrix is None or matrix.ndim != 2 else len(matrix)
