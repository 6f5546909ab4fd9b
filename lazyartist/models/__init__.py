"""Networks: a class or function that takes `classes` and returns a module from (B, 3, H, W) to logits (B, classes)."""

from __future__ import annotations

from typing import Any

from lazyartist.registry import Registry


MODELS: Registry[Any] = Registry("model", __name__)
