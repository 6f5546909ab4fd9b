"""Where a latent is read from an image, and where the decoder puts it; none of it says what a latent is about.

For that, see `lazyartist.latents.responses`, which changes one factor and looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.attribution.base import checked_images, input_gradient
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.postprocess import upsample
from lazyartist.hooks import only, watching
from lazyartist.inference import evaluating, need_gradients
from lazyartist.latents.latent_net import LatentNet
from lazyartist.latents.learn import LatentModel
from lazyartist.latents.traversals import checked_latents, latents_in_use, path
from lazyartist.sae.validation import whole


def read_maps(model: LatentModel, images: Tensor, latent: int, among: Tensor) -> Tensor:
    """Return where a latent is read from, (N, H, W), 0 or more: its gradient, spread over pixels that vary together.

    The gradient alone tells little: an encoder weighs fine structures that hardly ever change most, to undo how small
    they are. What an image would show more of if it followed the gradient as images of this kind do is the gradient
    times their covariance; a map is its size, summed over the colour channels, in units of the latent.

    Args:
        model: its encoder is asked.
        images: (N, C, H, W) in [0, 1].
        latent: which one.
        among: (M, C, H, W), images of this kind, a thousand or so, which the covariance is taken of.

    Raises:
        ValueError: there is no such latent or it is not in use, or the images are of another form.

    Source: Haufe et al. 2014, "On the interpretation of weight vectors of linear models in multivariate neuroimaging".
    """
    _check_latent(model, latent)
    if among.shape[1:] != images.shape[1:] or len(among) < 2:
        raise ValueError(f"among: expected (M, *{tuple(images.shape[1:])}) of two images or more, got {among.shape}")
    gradient = input_gradient(LatentNet(model), checked_images(images), latent).flatten(1)
    centred = among.flatten(1) - among.flatten(1).mean(0)
    along = centred @ gradient.T  # (M, N), how far each image lies along each gradient
    pattern = along.T @ centred / (len(among) - 1) / along.std(0).clamp_min(1e-12)[:, None]
    size: Tensor = pattern.view_as(images).abs().sum(1)
    return size


def layer_maps(model: LatentModel, images: Tensor, latent: int, layer: str) -> Tensor:
    """Return Grad-CAM of a latent at a convolution of the encoder, in the size of the images, (N, H, W), with sign.

    Positive is what makes a latent on a line larger and turns an angle on; negative is what does the opposite.

    Args:
        model: its encoder is asked.
        images: (N, C, H, W) in [0, 1].
        latent: which one.
        layer: its name in a `LatentNet`: "encoder.4"; one that puts out maps. For one that does not, there is
            `unit_attribution`.

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: there is no such latent or it is not in use, the layer puts out no maps, or the images are of
            another form.
    """
    _check_latent(model, latent)
    maps = GradCam(layer)(LatentNet(model), images, latent)
    return upsample(maps, (images.shape[2], images.shape[3]))


def unit_attribution(model: LatentModel, images: Tensor, layer: str) -> Tensor:
    """Return how much each unit of any layer of the encoder counts for each latent, (Z, K), 0 or more.

    It is the size of activation times gradient, summed over positions, mean over images. Rows of latents that are not
    in use are NaN.

    Args:
        model: its encoder is asked.
        images: (N, C, H, W) in [0, 1].
        layer: its name in a `LatentNet`, of one that puts out (N, K) or (N, K, h, w).

    Raises:
        UnknownNameError: no layer has this name.
        ValueError: no latent is in use, the layer puts out something else, or gradients are off.
    """
    need_gradients()
    net = LatentNet(model)
    used = latents_in_use(model)
    x = checked_images(images).requires_grad_()
    with evaluating(net), torch.enable_grad(), watching(net, layer) as seen:
        means = net(x)
        output = only(seen, net, layer)
        if output.ndim not in (2, 4):
            raise ValueError(f"the layer {layer!r} puts out {tuple(output.shape)}: expected (N, K) or (N, K, h, w)")
        counts = torch.full((model.latents, output.shape[1]), torch.nan)
        for latent in used:
            (gradient,) = torch.autograd.grad(means[:, latent].sum(), output, retain_graph=True)
            share = (gradient * output.detach()).reshape(len(x), output.shape[1], -1)
            counts[latent] = share.sum(2).abs().mean(0)
    return counts


@dataclass(frozen=True, eq=False)
class ChangeMaps:
    """Where the decoded image changes when a latent moves.

    Attributes:
        latents: which of them moved: those that are in use.
        maps: (L, H, W) in [0, 1], how much each pixel changes: mean over its channels, the way and the images.
    """

    latents: tuple[int, ...]
    maps: Tensor


def change_maps(model: LatentModel, z: Tensor, *, steps: int = 12) -> ChangeMaps:
    """Return where the decoder puts each latent: how far pixels get from the image when the latent goes along its path.

    Args:
        model: only its decoder is asked.
        z: (N, Z), the latents of some images, fifty or so.
        steps: how many stops the path has: an angle goes once round, a line from -2 to 2 standard deviations.

    Raises:
        ValueError: sizes differ, or no latent is in use.
    """
    steps = whole("steps", steps, least=2)
    still = model.decode(checked_latents(model, z))  # (N, C, H, W)
    used = latents_in_use(model)
    maps = []
    for latent in used:
        change = torch.zeros(still.shape[2:])
        for value in path(model, latent, steps):
            moved = z.clone()
            moved[:, latent] = value
            change += (model.decode(moved) - still).abs().mean((0, 1)) / steps
        maps.append(change)
    return ChangeMaps(used, torch.stack(maps))


def _check_latent(model: LatentModel, latent: int) -> None:
    used = latents_in_use(model)
    if latent not in used:
        raise ValueError(f"latent={latent!r}: expected one that is in use, of {', '.join(map(str, used))}")
