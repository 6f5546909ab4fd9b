"""An encoder as a network that hooks, monitors and attribution maps can ask: images in, means of the latents out."""

from __future__ import annotations

import torch

from torch import Tensor, nn

from lazyartist.latents.learn import LatentModel


class LatentNet(nn.Module):
    """Images (B, C, H, W) to one number per latent, (B, Z), through which gradients flow.

    On a line the number is the mean. An angle has no beginning, so that its number is how far it is from where it is:
    0, with the gradient of the angle itself, which has no seam. A latent is then a "class" that any map of
    `lazyartist.attribution` explains: `GradCam("encoder.4")(LatentNet(model), images, latent)`. The sign of the map of
    an angle says which way it would turn.

    Args:
        model: its encoder's layers are called "encoder.0" and so on here.
    """

    def __init__(self, model: LatentModel) -> None:
        super().__init__()
        self.encoder = model.coder.encoder
        self._see = model.coder.see
        self._circles = model.circles

    def forward(self, images: Tensor) -> Tensor:
        """Return (B, Z), see the class; a 0 stands beside a latent that is alone, since maps expect two numbers."""
        first, second = self.encoder(self._see(images)).chunk(2, -1)
        a, b = first[:, : self._circles], second[:, : self._circles]
        here, across = a.detach(), b.detach()
        # the pair (0, 0) has no direction: its gradient is 0, not NaN
        turn = torch.atan2(here * b - across * a, here * a + across * b + 1e-12)
        means = torch.cat([turn, first[:, self._circles :]], -1)
        return means if means.shape[1] > 1 else torch.cat([means, torch.zeros_like(means)], -1)
