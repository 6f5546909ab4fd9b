"""Networks written by `torch.export.save`: what they take and what they return is tried when they are read."""

from __future__ import annotations

import math
import zipfile

from collections.abc import Sequence
from pathlib import Path

import torch

from torch import Tensor, nn
from torch.export.passes import move_to_device_pass

from lazyartist.device import CPU, current, on_device
from lazyartist.inference import BATCH, evaluating, outputs


MODE_AT = {"aten.batch_norm.default": 5, "aten.dropout.default": 2}  # which argument says that it trains
SIDE = 28  # pixels of the images that a network is tried on, where it takes any size
SIZES = (1, 3, BATCH)  # of the batches that it is tried on


class ModelFileError(ValueError):
    """A file that holds no usable network; the message says what it lacks."""


def shape_of(tensor: Tensor) -> str:
    """Return a shape as words, "3×28×28"."""
    return "×".join(map(str, tensor.shape)) or "one number"


class Exported(nn.Module):
    """An exported network as a module.

    It is kept out of the submodules, since torch refuses `.eval()` on it: the mode was fixed when it was exported.

    Args:
        program: what was exported.
        shape: (N, C, H, W) of the images that it takes: the least and the greatest size of each.
    """

    def __init__(self, program: torch.export.ExportedProgram, shape: Sequence[tuple[int, float]]) -> None:
        super().__init__()
        module = program.module()
        self._program = (module.requires_grad_(requires_grad=False),)
        self._shape = tuple(shape)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the exported network does, in batches of a size that it takes.

        Raises:
            ModelFileError: it was exported for images of another shape.
        """
        image = self._shape[1:]
        if x.ndim != 4 or not all(low <= size <= high for size, (low, high) in zip(x.shape[1:], image, strict=True)):
            took = "×".join(str(low) if low == high else "any" for low, high in image)
            raise ModelFileError(
                f"the exported network takes images of {took}, got {shape_of(x[0])}: export it with an example of that "
                "shape"
            )
        least, most = self._shape[0]
        if least <= len(x) <= most:
            return self._run(x)
        most = int(min(most, len(x)))
        parts = [x[start : start + most] for start in range(0, len(x), most)]
        # too few images are repeated up to the least number
        filled = [part[torch.arange(max(least, len(part))) % len(part)] for part in parts]
        return torch.cat([self._run(full)[: len(part)] for full, part in zip(filled, parts, strict=True)])

    def _run(self, x: Tensor) -> Tensor:
        logits: Tensor = self._program[0](x)
        return logits


def load_exported(path: Path) -> nn.Module:
    """Return the network of a `.pt2` file, after it has answered batches of several sizes.

    Raises:
        ModelFileError: the file cannot be read, takes something else than batches of images, or returns no logits.
    """
    if not zipfile.is_zipfile(path):
        raise ModelFileError(f"{path} is no network written by torch.export.save: it is no archive")
    try:
        program = torch.export.load(path)
        inputs = set(program.graph_signature.user_inputs)
        images = [n.meta["val"] for n in program.graph.nodes if n.op == "placeholder" and n.name in inputs]
    except Exception as error:  # a damaged archive may raise anything
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelFileError(f"{path} is no network written by torch.export.save, or damaged: {reason}") from error
    if len(images) != 1 or not isinstance(images[0], Tensor) or images[0].ndim != 4:
        shapes = [tuple(image.shape) if isinstance(image, Tensor) else type(image).__name__ for image in images]
        raise ModelFileError(f"{path} takes {len(images)} inputs {shapes}: expected one batch of images (N, C, H, W)")
    if images[0].dtype != torch.float32:
        raise ModelFileError(
            f"{path} takes images of {images[0].dtype}: expected float32; export it after model.float()"
        )
    if isinstance(images[0].shape[0], int):
        raise ModelFileError(
            f"{path} takes exactly {images[0].shape[0]} images at a time: export it with "
            "dynamic_shapes=({0: torch.export.Dim('batch')},)"
        )
    for node in program.graph.nodes:
        place = MODE_AT.get(str(node.target))
        if place is not None and node.args[place]:
            raise ModelFileError(f"{path} was exported in training mode: call .eval() before torch.export.export")
    shape = [_range(program, size) for size in images[0].shape]
    with on_device(CPU):  # a device that has refused something does nothing more in this process
        if images[0].device != CPU:
            program = move_to_device_pass(program, str(CPU))
        model = Exported(program, shape).eval()
        _try(model, path)
    if current() == CPU:
        return model
    return Exported(move_to_device_pass(program, str(current())), shape).eval()


def _range(program: torch.export.ExportedProgram, size: int | torch.SymInt) -> tuple[int, float]:
    """Return the least and the greatest value of a size that an exported network takes."""
    if isinstance(size, int):
        return size, size
    limits = program.range_constraints.get(size.node.expr)
    if limits is None:
        return 1, math.inf
    least = int(limits.lower) if limits.lower > 2 else 1  # torch writes 2 where one will do
    return least, int(limits.upper) if limits.upper.is_finite and limits.upper < 2**31 else math.inf


def _try(model: Exported, path: Path) -> None:
    """Ask an exported network about black images, in batches of several sizes."""
    image = [int(min(max(SIDE if low != high else low, low), high)) for low, high in model._shape[1:]]
    size = 0
    try:
        with evaluating(model), torch.no_grad():
            for size in SIZES:
                outputs(model, torch.zeros(size, *image))
    except ValueError as error:
        raise ModelFileError(f"{path} cannot be used: {error}") from error
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelFileError(
            f"{path} does not take a batch of {size} images of {'×'.join(map(str, image))}: {reason}; export it with "
            "dynamic_shapes=({0: torch.export.Dim('batch')},)"
        ) from error
