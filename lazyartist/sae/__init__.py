"""Sparse autoencoders, one variant per file: a layer's activations as sums of a few features out of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.sae.base import Variant

SAES: Registry[type[Variant]] = Registry("sparse autoencoder", __name__)
