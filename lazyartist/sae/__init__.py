"""Sparse autoencoders, one variant a file: a layer's activations taken apart into features that fire seldom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.sae.base import Variant

SAES: Registry[type[Variant]] = Registry("autoencoder", __name__)
