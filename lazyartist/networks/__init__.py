"""Networks: a class or function that takes `classes` and returns a module from (B, 3, H, W) to logits (B, classes)."""

from __future__ import annotations

import hashlib

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lazyartist.knobs import Range
from lazyartist.options import Option, split_options
from lazyartist.registry import Registry
from lazyartist.seeding import seed_from


if TYPE_CHECKING:
    from torch import nn

NETWORKS: Registry[Callable[..., Any]] = Registry("network", __name__, given=("classes",))
COUNT = Range(low=1, whole=True)


def factory(spec: str) -> tuple[Callable[..., Any], dict[str, Option]]:
    """Return the network of a name and the knobs that stand behind it: "simple_cnn" or "simple_cnn:width=32".

    Raises:
        UnknownNameError: there is no such network.
        ValueError: it has no such knob; or, since the images decide it, the number of classes is given.
    """
    make, knobs = NETWORKS.configured(spec)
    if "classes" in knobs:
        raise ValueError(f"{spec!r}: the number of classes is the dataset's; leave 'classes' out")
    return make, knobs


def build(spec: str, classes: int, seed: int) -> nn.Module:
    """Return a network with fresh weights that depend on `seed` alone; torch's global generator is left as it was.

    It is on the current device. Its weights are in channels-last order, if it takes images in that order; see
    `to_channels_last`.

    Args:
        spec: a name and knobs, see `factory`.
        classes: how many logits it returns per image.
        seed: of the weights.

    Raises:
        UnknownNameError: there is no such network.
        ValueError: see `factory`; or the network cannot be made with these knobs.
    """
    import torch  # what lists the networks needs no torch

    from lazyartist.device import CPU, here, on_device
    from lazyartist.memory_format import to_channels_last

    make, knobs = factory(spec)
    with on_device(CPU), torch.random.fork_rng(devices=[]):  # the same first weights on every device
        torch.manual_seed(seed_from("weights", seed))
        try:
            model: nn.Module = make(classes=classes, **knobs)
        except (TypeError, ValueError, RuntimeError, ZeroDivisionError) as error:
            raise ValueError(f"{spec!r} with {classes} classes cannot be made: {error}") from error
        model = to_channels_last(model)
    return here(model)


def files_of(spec: str) -> str:
    """Return a digest of the files that a network is made from, "" if there are none: what its name does not tell."""
    paths = [Path(str(value)) for name, value in split_options(spec)[1].items() if name == "weights"]
    return "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file())


def check_counts(**counts: int) -> None:
    """Hold a network's numbers of classes, channels or pixels to what can be counted.

    Raises:
        ValueError: one of them is no whole number from 1 on; names it.
    """
    for name, count in counts.items():
        if count not in COUNT:
            raise ValueError(f"{name}={count!r}: expected {COUNT}")
