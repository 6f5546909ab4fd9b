"""Datasets on a device: whatever can move does so whole, and what cannot is rendered where it is and then moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast, runtime_checkable

import torch

from torch import Tensor

from lazyartist.data.grid import FactorImages, Grid
from lazyartist.data.images import Images, Paintable, Split, WithForeground
from lazyartist.data.task import Task
from lazyartist.device import CPU, current, on, on_device


@runtime_checkable
class Movable(Protocol):
    """Images that know how to move: rendered on the device that they are on, or on that of the index."""

    def to(self, device: torch.device) -> Images:
        """Return the same images on a device; their fingerprint stays."""


Arguments = ParamSpec("Arguments")
AnyDataclass = TypeVar("AnyDataclass")
Made = TypeVar("Made")  # a Task, a Split or Images


def moved(thing: Made) -> Made:
    """Return a task, a split or images on the current device; the same ones if they are there.

    Splits that share their images still do. Images that cannot move are rendered on the processor, batch by batch.
    """
    move, found = _Move(current()), cast("Any", thing)
    if isinstance(found, Task):
        return cast("Made", move.task(found))
    return cast("Made", move.split(found) if isinstance(found, Split) else move.images(found))


def made_here(make: Callable[Arguments, Made]) -> Callable[Arguments, Made]:
    """Decorate what makes a task or images: it is made on the processor, the same for every device, and then moved."""

    @wraps(make)
    def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Made:
        with on_device(CPU):
            made = make(*args, **kwargs)
        return moved(made)

    return told


def with_tensors_on(thing: AnyDataclass, device: torch.device) -> AnyDataclass:
    """Return a copy of a dataclass whose tensors, also those in mappings of its fields, are on a device."""
    own = {each.name: getattr(thing, each.name) for each in fields(thing) if each.init}  # type: ignore[arg-type]
    return replace(thing, **{name: on(value, device) for name, value in own.items()})  # type: ignore[type-var]


def original(images: Any) -> Any:
    """Return images as they were before they were moved: their class says which code renders them."""
    return images.original if isinstance(images, _Elsewhere) else images


class _Move:
    """One move of splits that share their images."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.done: dict[int, Images] = {}

    def task(self, task: Task) -> Task:
        parts = {name: getattr(task, name) for name in ("train", "easy", "test", "unbiased")}
        now: dict[str, Any] = {name: None if one is None else self.split(one) for name, one in parts.items()}
        hard = {way: self.split(split) for way, split in task.hard.items()}
        same = all(now[name] is split for name, split in parts.items())
        same = same and all(hard[way] is split for way, split in task.hard.items())
        return task if same else replace(task, hard=hard, **now)

    def split(self, split: Split) -> Split:
        if not isinstance(split, Split):  # somebody's own; it says itself where it is
            return split
        images = self.images(split.images)
        own = [split.index] if split.index is not None else []
        if images is split.images and all(each.device == self.device for each in (*own, *split.painted.values())):
            return split
        return replace(split, images=images, index=on(split.index, self.device), painted=on(split.painted, self.device))

    def images(self, images: Images) -> Images:
        if id(images) not in self.done:
            self.done[id(images)] = self._moved(images)
        return self.done[id(images)]

    def _moved(self, images: Images) -> Images:
        if isinstance(images, _Elsewhere):
            return self._moved(images.original) if images.device != self.device else images
        if not isinstance(images, FactorImages):
            own = list(images.factors.values())
            if all(each.device == self.device for each in own) and (own or self.device == CPU):
                return images
        elif self.device == CPU:
            return images
        if isinstance(images, Movable):
            return images.to(self.device)
        return (
            _GridElsewhere(images, self.device) if isinstance(images, FactorImages) else _Elsewhere(images, self.device)
        )


class _Elsewhere:
    """Images that cannot move: they are rendered on the processor, batch by batch, and then moved."""

    def __init__(self, images: Images, device: torch.device) -> None:
        self.original = images
        self.device = device
        # only what the images can do: others ask whether there is a `paint`
        if isinstance(images, Paintable):
            self.paint = self._paint
        if isinstance(images, WithForeground):
            self.foreground = self._foreground

    def __repr__(self) -> str:
        return repr(self.original)

    def __len__(self) -> int:
        return len(self.original)

    def __getattr__(self, name: str) -> Any:
        # what renders or moves would do so elsewhere; and in another process there is no original yet
        if name in ("original", "paint", "foreground", "project", "to"):
            raise AttributeError(name)
        return getattr(self.original, name)

    @property
    def factors(self) -> Mapping[str, Tensor]:
        """See `Images`."""
        with on_device(CPU):
            return {name: values.to(self.device) for name, values in self.original.factors.items()}

    @property
    def sizes(self) -> Mapping[str, int]:
        """See `Images`."""
        return self.original.sizes

    @property
    def fingerprint(self) -> str:
        """See `Images`."""
        with on_device(CPU):
            return self.original.fingerprint

    def render(self, index: Tensor) -> Tensor:
        """See `Images`."""
        with on_device(CPU):
            return self.original.render(index.cpu()).to(self.device)

    def _paint(self, index: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        assert isinstance(self.original, Paintable)
        with on_device(CPU):
            return self.original.paint(index.cpu(), on(values, CPU)).to(self.device)

    def _foreground(self, index: Tensor) -> Tensor:
        assert isinstance(self.original, WithForeground)
        with on_device(CPU):
            return self.original.foreground(index.cpu()).to(self.device)


class _GridElsewhere(_Elsewhere, FactorImages):
    """Images of a grid that cannot move."""

    @property
    def grid(self) -> Grid:
        """See `FactorImages`."""
        grid: Grid = self.original.grid  # type: ignore[attr-defined]
        return grid

    sizes = _Elsewhere.sizes  # those of a grid, as the others
