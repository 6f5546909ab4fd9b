"""Moving whatever holds tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

import torch

from torch import Tensor


AnyDataclass = TypeVar("AnyDataclass")


def with_tensors_on(thing: AnyDataclass, device: torch.device) -> AnyDataclass:
    """Return a copy of a dataclass whose tensors, also those in mappings of its fields, are on a device."""
    own = {each.name: getattr(thing, each.name) for each in fields(thing) if each.init}  # type: ignore[arg-type]
    return replace(thing, **{name: on(value, device) for name, value in own.items()})  # type: ignore[type-var]


def on(value: Any, device: torch.device) -> Any:
    """Return a tensor, or a mapping of tensors, on a device; anything else as it is."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {name: on(each, device) for name, each in value.items()}
    return value
