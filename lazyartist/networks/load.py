"""Loading a network that somebody else trained, from a file."""

from __future__ import annotations

import math
import zipfile

from collections.abc import Sequence
from pathlib import Path

import torch

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from lazyartist.inference import BATCH, evaluating, outputs
from lazyartist.networks import build
from lazyartist.networks.head import head_of


# safetensors takes no tensors in channels-last order
HOW = "safetensors.torch.save_file({name: w.contiguous() for name, w in model.state_dict().items()}, ...)"
MODE_AT = {"aten.batch_norm.default": 5, "aten.dropout.default": 2}  # which argument says that it trains
CLASSES = 10  # where the weights do not tell
SIDE = 28  # pixels that an exported network is tried on, where it takes images of any size
SIZES = (1, 3, BATCH)  # of the batches that it is tried on


class ModelFileError(ValueError):
    """A file that holds no usable network; the message says what it lacks."""


def load_model(path: Path, network: str | None = None, *, trust: bool = False) -> nn.Module:
    """Return the network of a file, in evaluation mode.

    Args:
        path: weights (`.safetensors`), or a whole network (`.pt2`, from `torch.export.save`).
        network: what the weights belong to, such as "simple_cnn:width=16"; the number of classes is that of the
            weights. A `.pt2` file needs none.
        trust: load a `.pt2` at all. To load one is to run whatever code its author put into it.

    Raises:
        FileNotFoundError: there is no such file.
        UnknownNameError: there is no such network.
        ModelFileError: the file is not trusted, cannot be read, does not fit the network, or takes no batches of images.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}: expected weights (.safetensors) or a whole network (.pt2, torch.export.save)"
        )
    if path.suffix == ".safetensors":
        return _with_weights(path, network)
    if path.suffix == ".pt2":
        if not trust:
            raise ModelFileError(
                f"{path} may run code of its author's choice when it is loaded: if you trust its author, pass "
                "trust=True (--trust on the command line); weights in .safetensors and their network by name, such as "
                "'simple_cnn:width=16', need no trust"
            )
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
    model = build(network, CLASSES, seed=0)
    try:
        weights = _named_as(load_file(path), list(model.state_dict()))
    except SafetensorError as error:
        raise ModelFileError(f"{path} is no safetensors file ({error}): write the weights with {HOW}") from error
    classes = _classes_of(model, weights)
    if classes != CLASSES:
        model = build(network, classes, seed=0)
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
    broken = [name for name, tensor in weights.items() if not bool(tensor.isfinite().all())]
    if broken:
        raise ModelFileError(f"{path} has values in {broken[0]} that are not finite (NaN or infinity): train it again")
    model.load_state_dict(weights)
    return model.eval()


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


def _shape(tensor: Tensor) -> str:
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
                f"the exported network takes images of {took}, got {_shape(x[0])}: export it with an example of that "
                "shape"
            )
        least, most = self._shape[0]
        if least <= len(x) <= most:
            return self._run(x)
        parts = x.split(int(min(most, len(x))))
        # too few images are repeated up to the least number
        return torch.cat(
            [self._run(part[torch.arange(max(least, len(part))) % len(part)])[: len(part)] for part in parts]
        )

    def _run(self, x: Tensor) -> Tensor:
        logits: Tensor = self._program[0](x)
        return logits


def _exported(path: Path) -> nn.Module:
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
    model = Exported(program, [_range(program, size) for size in images[0].shape]).eval()
    _try(model, path)
    return model


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
    for size in SIZES:
        try:
            with evaluating(model), torch.no_grad():
                outputs(model, torch.zeros(size, *image))
        except ValueError as error:
            raise ModelFileError(f"{path} cannot be used: {error}") from error
        except (RuntimeError, AssertionError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise ModelFileError(
                f"{path} does not take a batch of {size} images of {'×'.join(map(str, image))}: {reason}; export it "
                "with dynamic_shapes=({0: torch.export.Dim('batch')},)"
            ) from error
