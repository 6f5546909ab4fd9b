"""A device that is none: its tensors say that they are elsewhere, and their numbers lie in the processor's memory.

What runs on it is computed by the processor's own kernels, so that its results must be those of the processor, bit for
bit. It refuses what an accelerator refuses, and more: any operation on tensors of both devices, even an index. And it
counts what moves: a copy to the processor, and a number that Python looks at.
"""

from __future__ import annotations

import importlib
import sys
import traceback

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map_only

from lazyartist.device import on_device


DEVICE = torch.device("meta")  # the one kind whose tensors torch lets have no memory of their own
aten = torch.ops.aten


class MixedDevicesError(RuntimeError):
    """An operation was given tensors of both devices."""


@dataclass
class Moves:
    """What moved while the device was there.

    Attributes:
        looks: how many numbers Python has looked at, one by one, by the line of the package that asked.
        down: how many numbers were copied to the processor, by line.
        up: how many numbers were copied to the device, by line.
    """

    looks: Counter[str] = field(default_factory=Counter)
    down: Counter[str] = field(default_factory=Counter)
    up: Counter[str] = field(default_factory=Counter)


class Emulated(Tensor):
    """A tensor of the device."""

    inner: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, inner):
        return Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            layout=inner.layout,
            device=DEVICE,
        )

    def __init__(self, inner):
        self.inner = inner

    def __repr__(self):  # type: ignore[override]
        return f"Emulated({self.inner})"

    def tolist(self):
        return self.cpu().tolist()

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):  # type: ignore[override]
        return _Device.now.run(func, args, kwargs or {})


class _Device(TorchDispatchMode):
    """Sees every operation while the device is there."""

    now: _Device

    def __init__(self):
        super().__init__()
        self.moves = Moves()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return self.run(func, args, kwargs or {})

    def run(self, func, args, kwargs):
        given = [each for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)]
        own = [each for each in given if isinstance(each, Emulated)]
        named = kwargs.get("device")
        goes_here = bool(own) if named is None else torch.device(named).type == DEVICE.type
        if own and func is not aten.copy_.default:
            self._refuse_mixed(func, given)
        self._count(func, given, own, goes_here)
        if goes_here and named is not None:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        if func is aten.copy_.default and isinstance(args[0], Emulated) != isinstance(args[1], Emulated):
            goes_here = isinstance(args[0], Emulated)
        with _disable_current_modes():
            out = func(*tree_map_only(Emulated, _inner, args), **tree_map_only(Emulated, _inner, kwargs))
        if not goes_here:
            return args[0] if func is aten.copy_.default else out
        if func is aten._to_copy.default and not own:  # the processor's own memory must not be shared
            out = out.clone() if any(out.data_ptr() == each.data_ptr() for each in given) else out
        with torch.inference_mode(False):  # a view of an ordinary tensor is one, also in inference mode
            out = tree_map_only(Tensor, lambda each: Emulated(each.resolve_conj().resolve_neg()), out)
        return return_and_correct_aliasing(func, args, kwargs, out) if own else out

    def _refuse_mixed(self, func, given):
        foreign = [tuple(each.shape) for each in given if not isinstance(each, Emulated) and each.ndim]
        if foreign:
            raise MixedDevicesError(f"{func} was given tensors of both devices; of the processor: {foreign}")

    def _count(self, func, given, own, goes_here):
        if func in (aten._local_scalar_dense.default, aten.equal.default) and own:
            self.moves.looks[_asked_by()] += 1
        elif func is aten._to_copy.default and bool(own) != goes_here:
            (self.moves.up if goes_here else self.moves.down)[_asked_by()] += given[0].numel()
        elif func is aten.copy_.default and isinstance(given[0], Emulated) != isinstance(given[1], Emulated):
            (self.moves.up if isinstance(given[0], Emulated) else self.moves.down)[_asked_by()] += given[0].numel()


class _OfNumbers(TorchFunctionMode):
    """Makes tensors of Python's numbers and NumPy's arrays; torch itself would make them without numbers there."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        device = kwargs.get("device")
        goes_here = device is not None and torch.device(device).type == DEVICE.type
        if func in (torch.tensor, torch.as_tensor, torch.asarray) and goes_here:
            if isinstance(args[0], Tensor):
                return args[0].to(DEVICE, kwargs.get("dtype"))
            return func(*args, **{**kwargs, "device": torch.device("cpu")}).to(DEVICE)
        if func in (Tensor.__getitem__, Tensor.__setitem__) and isinstance(args[0], Emulated):
            args = (args[0], _indices(args[1]), *args[2:])
        return func(*args, **kwargs)


def _indices(index):
    """Return an index whose lists are tensors of the device, as an accelerator makes of them."""
    if isinstance(index, tuple):
        return tuple(map(_indices, index))
    if isinstance(index, (list, range, np.ndarray)):
        index = list(index) if isinstance(index, range) else index
        return torch.as_tensor(index if len(index) else np.zeros(0, np.int64)).to(DEVICE)
    return index


def _inner(tensor):
    return tensor.inner


def _asked_by():
    """Return the innermost line of the package that led here."""
    frames = [frame for frame in traceback.extract_stack() if "/lazyartist/" in frame.filename.replace("\\", "/")]
    frame = next((one for one in reversed(frames) if not one.filename.endswith("lazyartist/device.py")), None)
    return f"{frame.filename.rpartition('lazyartist/')[2]}: {frame.line}" if frame else "a test"


@contextmanager
def emulated_device() -> Iterator[Moves]:
    """Work on the emulated device, and count what moves."""
    optimizer: Any = importlib.import_module("torch.optim.optimizer")

    supported = optimizer._get_fused_kernels_supported_devices
    optimizer._get_fused_kernels_supported_devices = lambda: [*supported(), DEVICE.type]
    overwrites = torch.__future__.get_overwrite_module_params_on_conversion()
    torch.__future__.set_overwrite_module_params_on_conversion(True)  # `model.double()` must not write into `inner`
    before = getattr(_Device, "now", None)
    _Device.now = _Device()
    try:
        with _Device.now, _OfNumbers(), on_device(DEVICE):
            yield _Device.now.moves
    finally:
        optimizer._get_fused_kernels_supported_devices = supported
        torch.__future__.set_overwrite_module_params_on_conversion(overwrites)
        _Device.now = before


@contextmanager
def tests_may_look() -> Iterator[None]:
    """Let tests hand tensors of an accelerator to NumPy; the package may not, it has to say where they move."""
    before = Tensor.__array__

    def look(self, dtype=None):
        frame = sys._getframe(1)
        while frame is not None and not any(part in frame.f_code.co_filename for part in ("/lazyartist/", "/tests/")):
            frame = frame.f_back
        by_test = frame is not None and "/tests/" in frame.f_code.co_filename
        return before(self.detach().cpu() if by_test else self, dtype)

    Tensor.__array__ = look
    try:
        yield
    finally:
        Tensor.__array__ = before


def on_processor(thing):
    """Return the numbers of a tensor, wherever it is."""
    return thing.inner if isinstance(thing, Emulated) else thing
