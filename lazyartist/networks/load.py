"""Taking in a network that somebody else trained."""

from __future__ import annotations

import zipfile

from collections.abc import Sequence
from pathlib import Path

import torch

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from lazyartist.networks import factory


HOW = "safetensors.torch.save_file(model.state_dict(), ...)"
MODE_AT = {"aten.batch_norm.default": 5, "aten.dropout.default": 2}  # which argument says that it trains


class ModelFileError(ValueError):
    """A file that holds no usable network; the message says what it lacks."""


def load_model(path: Path, network: str | None = None) -> nn.Module:
    """Return the network of a file, in evaluation mode.

    Load no `.pt2` of people whom you do not trust: torch reads parts of it as a pickle, which may run anything.

    Args:
        path: weights (`.safetensors`), or a whole network (`.pt2`, from `torch.export.save`).
        network: what the weights belong to, such as "simple_cnn:width=16"; a number of classes other than ten is one
            more option, "simple_cnn:classes=7". A `.pt2` file needs none.

    Raises:
        FileNotFoundError: there is no such file.
        UnknownNameError: there is no such network.
        ModelFileError: the file cannot be read, does not fit the network, or takes no batches of images.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}: expected weights (.safetensors) or a whole network (.pt2, torch.export.save)"
        )
    if path.suffix == ".safetensors":
        return _with_weights(path, network)
    if path.suffix == ".pt2":
        return _exported(path)
    raise ModelFileError(
        f"{path} is neither .safetensors nor .pt2: write the weights with {HOW}, or the whole network with "
        "torch.export.save"
    )


def _with_weights(path: Path, network: str | None) -> nn.Module:
    if network is None:
        raise ModelFileError(
            f"{path} holds weights only: name their network too, such as 'simple_cnn:width=16', or write a network of "
            "your own as .pt2 with torch.export.save"
        )
    make, options = factory(network)
    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise ModelFileError(f"{path} is no safetensors file ({error}): write the weights with {HOW}") from error
    with torch.random.fork_rng(devices=[]):
        model: nn.Module = make(**{"classes": 10, **options})
    wanted = model.state_dict()
    wrong = [f"lacks {name}" for name in wanted if name not in weights]
    wrong += [f"has {name}, which the network has not" for name in weights if name not in wanted]
    wrong += [
        f"has {name} of shape {_shape(weights[name])}, where the network has {_shape(wanted[name])}"
        for name in wanted
        if name in weights and weights[name].shape != wanted[name].shape
    ]
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ModelFileError(f"{path} does not fit {network}: it {'; it '.join(wrong[:3])}{more}")
    model.load_state_dict(weights)
    return model.eval().to(memory_format=torch.channels_last)


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"


class Exported(nn.Module):
    """An exported network as a module.

    It is kept out of the submodules, since torch refuses `.eval()` on it: the mode was fixed when it was exported.

    Args:
        program: what was exported.
        shape: (N, C, H, W) of the images that it takes; what is no number is free.
    """

    def __init__(self, program: torch.export.ExportedProgram, shape: Sequence[int | torch.SymInt]) -> None:
        super().__init__()
        module = program.module()
        self._program = (module.requires_grad_(requires_grad=False),)
        self._shape = tuple(shape)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the exported network does.

        Raises:
            ModelFileError: it was exported for images of another shape.
        """
        fits = [not isinstance(mine, int) or mine == size for mine, size in zip(self._shape, x.shape, strict=True)]
        if not all(fits):
            took = "×".join(str(size) if isinstance(size, int) else "any" for size in self._shape[1:])
            raise ModelFileError(
                f"the exported network takes images of {took}, got {_shape(x[0])}: export it with an example of that "
                "shape"
            )
        logits: Tensor = self._program[0](x)
        return logits


def _exported(path: Path) -> nn.Module:
    if not zipfile.is_zipfile(path):
        raise ModelFileError(f"{path} is no network written by torch.export.save: it is no archive")
    try:
        program = torch.export.load(path)
    except (RuntimeError, ValueError, KeyError, AssertionError) as error:
        raise ModelFileError(f"{path} is no network written by torch.export.save: {error}") from error
    inputs = set(program.graph_signature.user_inputs)
    shapes = [
        node.meta["val"].shape for node in program.graph.nodes if node.op == "placeholder" and node.name in inputs
    ]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        raise ModelFileError(f"{path} takes {len(shapes)} inputs {shapes}: expected one batch of images (N, C, H, W)")
    if isinstance(shapes[0][0], int):
        raise ModelFileError(
            f"{path} takes exactly {shapes[0][0]} images at a time: export it with "
            "dynamic_shapes=({0: torch.export.Dim('batch')},)"
        )
    for node in program.graph.nodes:
        place = MODE_AT.get(str(node.target))
        if place is not None and node.args[place]:
            raise ModelFileError(f"{path} was exported in training mode: call .eval() before torch.export.export")
    return Exported(program, shapes[0]).eval()
