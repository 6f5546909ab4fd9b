"""Something is done on the processor and on a device: the bits must be the same.

The device is emulated, see `emulated_device.py`: its numbers are computed by the processor's own kernels.
"""

import copy

from dataclasses import fields, is_dataclass, replace

import torch

from torch import Tensor, nn

from lazyartist.device import CPU, here
from lazyartist.training.budget import Budget

from ..emulated_device import DEVICE, emulated_device, on_processor


NETWORK = "simple_cnn:width=4"
SHORT = Budget(epochs=0.09, batch_size=32)  # three steps
SMALL = {"outlier_balanced": "outlier_balanced:steps=3"}  # what else would take long
FINITE = "training/loop.py: if not math.isfinite(value.item()):"  # the one number that a step may look at


def numbers(thing):
    """Return all that is in a result, on the processor."""
    if isinstance(thing, Tensor):
        assert thing.device in (CPU, DEVICE)
        return on_processor(thing).detach().clone()
    if isinstance(thing, nn.Module):
        return numbers(thing.state_dict())
    if is_dataclass(thing) and not isinstance(thing, type):
        return {each.name: numbers(getattr(thing, each.name)) for each in fields(thing)}
    if isinstance(thing, dict):
        return {name: numbers(each) for name, each in thing.items()}
    return [numbers(each) for each in thing] if isinstance(thing, (list, tuple)) else thing


def same(a, b):
    if isinstance(a, Tensor):
        return a.dtype == b.dtype and torch.equal(a.nan_to_num(7.5), b.nan_to_num(7.5))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def compared(work):
    """Do something on the processor and on the device: the bits must be the same; return what moved."""
    expected = numbers(work())
    with emulated_device() as moves:
        found = work()
        looked_at, down = moves.looks.copy(), moves.down.copy()
        found = numbers(found)
    assert same(expected, found)
    return replace(moves, looks=looked_at, down=down)


def elsewhere(model):
    return here(copy.deepcopy(model))
