"""Adversarial attacks: noise that changes an answer of any `torch.nn.Module` from images in [0, 1] to logits."""

from __future__ import annotations

from typing import Any

from lazyartist.registry import Registry


ATTACKS: Registry[Any] = Registry("attack", __name__)
