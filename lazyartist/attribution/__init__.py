"""Attribution: maps of what an answer rests on, for any `torch.nn.Module` from images (N, C, H, W) to logits.

A map is called with model, images in [0, 1] and target, and returns (N, h, w) with sign and magnitude as the method
defines them. Upsampling, cutting off the negative and scaling are steps of their own: see
`lazyartist.attribution.postprocess`.
"""

from __future__ import annotations

from typing import Any

from lazyartist.registry import Registry


MAPS: Registry[Any] = Registry("map", __name__)
