"""A latent model as named tensors, and back with the same bits: what the store of trained things keeps."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from torch import Tensor

from lazyartist.latents.base import Variant
from lazyartist.latents.learn import LatentModel, build_coder
from lazyartist.latents.polish import polished_decoder


OPEN, ACTIVE = "open", "active"


def to_tensors(model: LatentModel) -> dict[str, Tensor]:
    """Return the tensors of a model by name: those of its coder, and which latents are open and active."""
    coder = {f"coder.{name}": tensor for name, tensor in model.coder.state_dict().items()}
    return {**coder, OPEN: model.open, ACTIVE: model.active}


def from_tensors(
    variant: Variant, coder: str, shape: tuple[int, ...], tensors: Mapping[str, Tensor], *, polished: bool
) -> LatentModel:
    """Return the model that `to_tensors` has taken apart, bit for bit.

    Args:
        variant: how it was trained.
        coder: name of encoder and decoder, with knobs.
        shape: (C, H, W) of the images.
        tensors: what `to_tensors` returned.
        polished: was its decoder polished?

    Raises:
        RuntimeError: the tensors are not those of such a coder.
    """
    latents = len(tensors[OPEN])
    circles = variant.circles(latents)
    with torch.random.fork_rng(devices=[]):  # first weights that are overwritten at once
        net = build_coder(coder, shape, latents, circles)
        if polished:
            net.decoder = polished_decoder(latents, circles, net.spread)
    net.load_state_dict({name[len("coder.") :]: t for name, t in tensors.items() if name.startswith("coder.")})
    net.eval().requires_grad_(False)
    return LatentModel(net, circles, variant.bound(), tensors[OPEN], tensors[ACTIVE])
