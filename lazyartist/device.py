"""Where tensors live: the processor, or an accelerator that torch knows.

Inside `with on_device("cuda"):` whatever torch makes is made there, so that code that says nothing of devices runs on
each of them. What is drawn at random is drawn on the processor and then moved: one seed gives the same numbers, the
same first weights and the same order of images on every device. On the processor itself nothing is done, and nothing
is slower.
"""

from __future__ import annotations

import os
import threading
import warnings

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import torch

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from lazyartist.registry import unknown


VARIABLE = "LAZYARTIST_DEVICE"
ACCELERATORS = ("cuda", "mps", "xpu")  # in the order in which "auto" looks
CPU = torch.device("cpu")

Here = TypeVar("Here", Tensor, nn.Module)
Tables = TypeVar("Tables")  # a tensor, or a tuple of tensors
Arguments = ParamSpec("Arguments")


def current() -> torch.device:
    """Return the device that this thread works on: that of the innermost `on_device`, or the processor."""
    entered: list[torch.device] = _THREAD.entered
    return entered[-1] if entered else CPU


@contextmanager
def on_device(device: str | torch.device | None = None) -> Iterator[torch.device]:
    """Make tensors on a device, inside the `with` and in this thread.

    Args:
        device: "cpu", "cuda", "cuda:1", "mps", "xpu"; "auto" for the first accelerator that there is, or else the
            processor; None for `current()`, or, where no `on_device` is around, what the variable LAZYARTIST_DEVICE
            says. A `torch.device` is taken as it is, without a look whether it is there.

    Raises:
        UnknownNameError: torch knows no such device.
        ValueError: it is not there; says what there is.
    """
    chosen = _chosen(device)
    mode = None if chosen == current() else _Making(chosen)  # a mode takes time at every call, so none where none helps
    _THREAD.entered.append(chosen)
    try:
        if mode is None:
            yield chosen
        else:
            with mode:
                yield chosen
    finally:
        _THREAD.entered.pop()


def named(device: str) -> torch.device:
    """Return the device of a name; see `on_device`, which raises the same."""
    there = available()
    kind, _, number = device.partition(":")
    if device == "auto":
        return named(there[0])
    if kind not in ("cpu", *ACCELERATORS):
        raise unknown("device", device, ["auto", "cpu", *ACCELERATORS])
    if kind not in there:
        raise ValueError(
            f"there is no {kind} on this machine: it has {', '.join(there)}; --device auto takes the first"
        )
    if kind == "cpu":
        return CPU
    count = getattr(torch, kind).device_count()
    if number and not (number.isascii() and number.isdecimal() and int(number) < count):
        raise ValueError(f"there is no {device}: expected a number from 0 to {count - 1}, as in {kind}:0")
    return torch.device(kind, int(number or 0))


def available() -> list[str]:
    """Return the kinds of devices that this machine has, the accelerators first."""
    return [*(kind for kind in ACCELERATORS if hasattr(torch, kind) and getattr(torch, kind).is_available()), "cpu"]


def described() -> str:
    """Return the current device and its make, "cuda NVIDIA H100"; "" for the processor."""
    device = current()
    if device.type == "cpu":
        return ""
    make = getattr(getattr(torch, device.type, None), "get_device_name", None)
    return f"{device.type} {make(device)}" if make else device.type


@contextmanager
def repeatable() -> Iterator[None]:
    """Have the current device add up in the same order every time, inside the `with`.

    The processor does so anyway. A CUDA card is told to, and does wherever torch has a kernel for it.
    """
    if current().type != "cuda":
        yield
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else a matrix product may take any workspace
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".* does not have a deterministic implementation")
            yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def here(thing: Here) -> Here:
    """Return a tensor or module on the current device; the same one, if it is there."""
    return thing.to(current())


def on(value: Any, device: torch.device) -> Any:
    """Return a tensor, or the tensors of a mapping or a tuple, on a device; anything else as it is."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {name: on(each, device) for name, each in value.items()}
    return tuple(on(each, device) for each in value) if isinstance(value, tuple) else value


def everywhere(work: Callable[Arguments, Any]) -> Callable[Arguments, Any]:
    """Return a function that works on the device that is current now, in whichever thread it is called."""
    device = current()

    @wraps(work)
    def there(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Any:
        with on_device(device):
            return work(*args, **kwargs)

    return there


def kept_here(most: int) -> Callable[[Callable[Arguments, Tables]], Callable[Arguments, Tables]]:
    """Return a decorator for tables: made on the processor, and kept on each device that asks for them.

    Args:
        most: how many different ones are kept.
    """

    def decorate(make: Callable[Arguments, Tables]) -> Callable[Arguments, Tables]:
        @lru_cache(maxsize=most)
        def kept(device: torch.device, *args: Any, **kwargs: Any) -> Any:
            if device.type != "cpu":
                return on(kept(CPU, *args, **kwargs), device)
            with on_device(CPU):
                return make(*args, **kwargs)

        @wraps(make)
        def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Tables:
            asked: Callable[..., Tables] = kept
            return asked(current(), *args, **kwargs)

        return told

    return decorate


def _chosen(device: str | torch.device | None) -> torch.device:
    if isinstance(device, torch.device):
        return device
    if device is None:
        return current() if _THREAD.entered else named(os.environ.get(VARIABLE) or "cpu")
    if not isinstance(device, str):
        raise ValueError(f"device={device!r}: expected a name, such as 'auto', 'cpu' or 'cuda'")
    return named(device)


class _Thread(threading.local):
    def __init__(self) -> None:
        self.entered: list[torch.device] = []


_THREAD = _Thread()

# what makes tensors of nothing, or of numbers and arrays
MAKES = frozenset(
    getattr(torch, name)
    for name in "arange as_tensor asarray bartlett_window blackman_window empty empty_permuted empty_strided eye full "
    "hamming_window hann_window kaiser_window linspace logspace ones range scalar_tensor sparse_coo_tensor tensor "
    "tril_indices triu_indices zeros".split()
) | {torch.fft.fftfreq, torch.fft.rfftfreq}
# what draws: of nothing, of tensors that say how, and into a tensor
DRAWS = frozenset(getattr(torch, name) for name in "rand randint randn randperm".split())
DRAWS_BY = frozenset(
    getattr(torch, name)
    for name in "bernoulli multinomial normal poisson rand_like randint_like randn_like binomial".split()
) | {Tensor.bernoulli, Tensor.multinomial}
DRAWS_INTO = frozenset(
    getattr(Tensor, name)
    for name in "bernoulli_ cauchy_ exponential_ geometric_ log_normal_ normal_ random_ uniform_".split()
)

FIRST_WEIGHTS = frozenset(
    getattr(nn.init, name)
    for name in "kaiming_normal_ kaiming_uniform_ normal_ trunc_normal_ uniform_ xavier_normal_ xavier_uniform_".split()
)


class _Making(TorchFunctionMode):
    """Makes tensors on a device, and draws what is random on the processor."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.device = device

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        del types
        kwargs = kwargs or {}
        if self.device != current():  # inside another `on_device`, whose turn it is
            return func(*args, **kwargs)
        if func in MAKES:
            return func(*args, **{"device": self.device, **_given(kwargs)})
        if func in DRAWS:
            return self._drawn(func, args, kwargs)
        if func in DRAWS_BY:
            return self._drawn_by(func, args, kwargs)
        if func in DRAWS_INTO or func in FIRST_WEIGHTS:
            return self._drawn_into(func, args, kwargs)
        return func(*args, **kwargs)

    def _drawn(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        if "device" in _given(kwargs) or not _by_processor(kwargs):
            return func(*args, **{"device": self.device, **_given(kwargs)})
        return func(*args, **{**kwargs, "device": CPU}).to(self.device)

    def _drawn_by(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        if "device" in _given(kwargs) or not _by_processor(kwargs):
            return func(*args, **kwargs)
        own = [_on_processor(each) for each in args]
        return func(*own, **{name: _on_processor(each) for name, each in kwargs.items()}).to(self.device)

    def _drawn_into(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        target = args[0] if args else kwargs["tensor"]
        if target.device.type != self.device.type or not _by_processor(kwargs):
            return func(*args, **kwargs)
        drawn = torch.empty_like(target.detach(), device=CPU)
        if args:
            func(drawn, *map(_on_processor, args[1:]), **kwargs)
        else:
            func(**{**kwargs, "tensor": drawn})
        with torch.no_grad():
            target.copy_(drawn)
        return target


def _given(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without a device that is None."""
    return {name: value for name, value in kwargs.items() if name != "device" or value is not None}


def _by_processor(kwargs: Mapping[str, Any]) -> bool:
    """Is it drawn by a generator of the processor? Without one it is drawn by torch's global generator there."""
    generator = kwargs.get("generator")
    return generator is None or generator.device.type == "cpu"


def _on_processor(value: Any) -> Any:
    return value.to(CPU) if isinstance(value, Tensor) else value
