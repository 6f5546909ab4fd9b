"""The mutual information gap, by the two definitions that go by this name. They are not comparable."""

from __future__ import annotations

import torch

from torch import Tensor

from lazyartist.device import here
from lazyartist.latents.metrics.information import MutualInformation, mutual_information
from lazyartist.latents.metrics.validation import checked
from lazyartist.latents.posterior import Posterior
from lazyartist.sae.validation import whole
from lazyartist.seeding import seed_from


CELLS = 1_000_000  # how many densities, of one draw under one posterior, are held in memory per latent


def mig(codes: Tensor, factors: Tensor, *, active: Tensor | None = None, telling: Tensor | None = None) -> float:
    """Return the gap between the two latents that tell most of a factor, as a share of its entropy, mean over factors.

    This is the definition of disentanglement_lib: means of the posterior, in 20 bins of equal width. A code that holds
    each factor in one latent of its own scores 1, one that spreads each over two latents alike scores 0, and so does
    noise, but for chance: both latents of a gap gain by chance alike, so that little of `plug_in_bias` is left. Report
    it with and without `active`.

    Args:
        codes: see `mutual_information`, as for all the others.
        factors: the same.
        active: the same.
        telling: the same.

    Raises:
        ValueError: see `mutual_information`; or there is only one latent.

    Source: Chen et al. 2018, arXiv:1802.04942, as computed by Locatello et al. 2019, arXiv:1811.12359.
    """
    return mutual_information(codes, factors, active=active, telling=telling).mig


def mig_sampled(posterior: Posterior, factors: Tensor, *, samples: int = 1000, seed: int = 0) -> float:
    """Return the gap by its authors' definition: for latents that are drawn, not for the means of the posterior.

    It is lower than `mig`, since a draw is noisy, and needs no rule for unused latents, whose draws tell nothing. The
    authors left the shape out of the factors of dSprites; this takes what it is given.

    Args:
        posterior: see `sampled_information`, as for all the others.
        factors: the same.
        samples: the same.
        seed: the same.

    Raises:
        ValueError: see `sampled_information`; or there is only one latent.

    Source: Chen et al. 2018, arXiv:1802.04942.
    """
    return sampled_information(posterior, factors, samples=samples, seed=seed).mig


def sampled_information(
    posterior: Posterior, factors: Tensor, *, samples: int = 1000, seed: int = 0
) -> MutualInformation:
    """Return H(z_j) − H(z_j | v_k) for draws z from q(z|x), the densities being mixtures of the images' posteriors.

    q(z_j) is the mean of q(z_j|x) over all images, and q(z_j | v_k) that over the images with this value. Both mixtures
    hold the posterior of the image that the draw came from, so that chance alone gives some (values − 1) χ² / 2N nats,
    where 1 + χ² is the mean of q(z|x) / q(z), at least e^I for a latent that holds I nats of an image: it counts like
    that many bins in `plug_in_bias`.

    Args:
        posterior: of N images, on Z latents.
        factors: (N, F) int64.
        samples: how many of the images a draw is taken of, at most all. The result is a mean over them, so its error
            is about 1 / √samples nats.
        seed: of the draws.

    Raises:
        ValueError: means or precisions are not finite floats of one shape; `samples` is not a whole number of images
            that there are; or see `mutual_information` for factors.

    Source: Chen et al. 2018, arXiv:1802.04942; their code takes all images of the grid, and 10,000 draws.
    """
    _, values = checked(posterior.mean, factors)
    checked(posterior.precision, factors)
    if posterior.precision.shape != posterior.mean.shape:
        shapes = f"{tuple(posterior.mean.shape)} and {tuple(posterior.precision.shape)}"
        raise ValueError(f"posterior: expected means and precisions of one shape, got {shapes}")
    posterior = Posterior(here(posterior.mean.detach()), here(posterior.precision.detach()), posterior.circles)
    n = min(whole("samples", samples), len(values))
    generator = torch.Generator().manual_seed(seed_from("latents drawn for a metric", seed))
    chosen = torch.randperm(len(values), generator=generator)[:n]
    with torch.no_grad():
        drawn = posterior[chosen].sample(generator)
        offsets = torch.cumsum(values.amax(0) + 1, 0) - values.amax(0) - 1
        groups = values + offsets  # (N, F), each value of each factor a number of its own
        members = torch.zeros(len(values), int(groups.max()) + 1).scatter_(1, groups, 1)
        members = members / members.sum(0)
        matrix = torch.zeros(drawn.shape[1], values.shape[1], dtype=torch.float64)
        for part in torch.split(torch.arange(n), max(1, CELLS // len(values))):
            density = posterior.log_density(drawn[part, None]).exp()  # (part, N, Z)
            marginal = density.mean(1).double()
            own = groups[chosen[part]]
            for j in range(drawn.shape[1]):
                mixtures = (density[:, :, j] @ members).gather(1, own).double()
                matrix[j] += (mixtures.log() - marginal[:, j, None].log()).sum(0)
    entropies = torch.stack([_entropy_of(column) for column in values.unbind(1)])
    return MutualInformation((matrix / n).clamp_min(0), entropies)


def _entropy_of(values: Tensor) -> Tensor:
    shares = torch.bincount(values).double() / len(values)
    return -torch.xlogy(shares, shares).sum()
