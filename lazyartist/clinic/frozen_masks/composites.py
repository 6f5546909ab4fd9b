"""New scenes out of a few: digits are cut out, bent, and put on grounds that are empty."""

from __future__ import annotations

import torch

from scipy.ndimage import distance_transform_edt
from torch import Tensor

from lazyartist.clinic.frozen_masks.scenes import CANVAS, Scenes, blur_matrix
from lazyartist.clinic.warps import random_affine, warped


LIGHTER = 0.2  # the share by which a stroke may become lighter or darker
BENT, SMOOTH = 2.0, 4.0  # how far an elastic warp moves a pixel at most, and the blur of its field


def cut_outs(given: Scenes) -> Tensor:
    """Cut digits out of scenes: (N, 2, 32, 32), what is seen of the stroke, and how much it covers.

    The first channel is how much lighter the stroke is than the ground of its scene; outside of the mask it is what
    the nearest pixel inside has, so that an edge that a warp softens brings nothing of the old ground along.

    Raises:
        ValueError: a mask is empty, or covers all.
    """
    covered = given.masks.flatten(1).float().mean(1)
    if not bool(((covered > 0) & (covered < 1)).all()):
        raise ValueError("labelled: expected masks that mark some of the pixels, got one that marks none or all")
    light = given.images[:, 0].clone()
    for picture, mask in zip(light, given.masks, strict=True):
        ground = picture[~mask].mean()
        rows, columns = distance_transform_edt(~mask.cpu().numpy(), return_distances=False, return_indices=True)
        picture.copy_(picture[torch.as_tensor(rows).long(), torch.as_tensor(columns).long()] - ground)
    return torch.stack([light, given.masks.float()], 1)


def composites(cut: Tensor, empty: Tensor, n: int, generator: torch.Generator) -> Scenes:
    """Put cut-outs on empty grounds, each turned, scaled, sheared, moved, bent and lit in its own way.

    Args:
        cut: (N, 2, 32, 32), see `cut_outs`.
        empty: (E, 1, 32, 32).
        n: how many scenes to make.
        generator: of all that is drawn.
    """
    chosen = cut[torch.randint(len(cut), (n,), generator=generator)]
    for side in (2, 3):  # the head is asked about mirror images too, in the end
        chosen = torch.where(torch.rand(n, 1, 1, 1, generator=generator) < 0.5, chosen.flip(side), chosen)
    ground = empty[torch.randint(len(empty), (n,), generator=generator)]
    moves = random_affine(n, generator, turn=0.4, scale=0.2, shear=0.2, shift=0.15)
    light, cover = warped(chosen, moves, elastic(n, generator)).chunk(2, 1)
    light = light * (1 + LIGHTER * (2 * torch.rand(n, 1, 1, 1, generator=generator) - 1))
    # what a warp brings in from beyond the canvas is nothing, and covers nothing
    images = ground * (1 - cover) + (ground.mean((2, 3), keepdim=True) + light) * cover
    return Scenes(images.clamp(0, 1), cover[:, 0] > 0.5)


def elastic(n: int, generator: torch.Generator) -> Tensor:
    """Draw smooth fields of shifts (n, 32, 32, 2) for `warped`; each field's longest shift is two pixels.

    Source: Simard et al. 2003.
    """
    blur = blur_matrix(SMOOTH)
    field = blur @ (2 * torch.rand(n, 2, CANVAS, CANVAS, generator=generator) - 1) @ blur.T
    field = field / field.abs().amax((1, 2, 3), keepdim=True) * (2 * BENT / CANVAS)
    return field.permute(0, 2, 3, 1)
