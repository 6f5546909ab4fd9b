"""Latents learnt without labels, one way per file: what each of them holds, what is odd in a batch, and in which one.

A way to learn is a frozen dataclass, a `Variant`; a coder is a function that builds the encoder and the decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.latents.base import Variant
    from lazyartist.latents.coder import Coder

LATENTS: Registry[type[Variant]] = Registry("way to learn latents", __name__, variable="LATENTS")
CODERS: Registry[Callable[..., Coder]] = Registry("coder", __name__, variable="CODERS", group="lazyartist.coders")
