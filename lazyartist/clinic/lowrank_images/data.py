"""Views of digits, their factors of low rank, and the images that the factors belong to."""

from __future__ import annotations


SIDE, LARGE = 32, 128  # pixels: of what the network sees, and of the images that are factorised
