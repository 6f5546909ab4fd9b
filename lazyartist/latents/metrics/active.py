"""Active units: the latents that are used at all."""

from __future__ import annotations

from torch import Tensor

from lazyartist.device import here
from lazyartist.latents.posterior import Posterior


LEAST = 0.05


def active_latents(posterior: Posterior) -> Tensor:
    """Return which latents hold more than .05 nats of an image on average, (Z,) bool.

    What a latent holds is KL(q(z|x) ‖ p(z)), mean over images. A latent that the decoder ignores is pulled to the prior
    and holds nothing, whatever its mean does; many others hold a nat or more, so that the threshold matters little.

    Args:
        posterior: of N images, from 1 on.

    Raises:
        ValueError: there are no images, or a mean or precision is not a number.

    Source: Burda et al. 2016, arXiv:1509.00519, who ask for a variance of the mean above .01 instead: an unused angle
    has that.
    """
    if posterior.mean.ndim != 2 or not len(posterior):
        raise ValueError(f"posterior: expected one of some images, (N, Z), got {tuple(posterior.mean.shape)}")
    held = here(posterior.kl().detach()).double().mean(0)
    if bool(held.isnan().any()):
        raise ValueError("posterior: means and precisions should be numbers, got NaN: its training diverged")
    return held > LEAST
