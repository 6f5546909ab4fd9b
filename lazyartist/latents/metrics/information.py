"""How much each latent tells of each factor: mutual information from a histogram of the latent."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.latents.metrics.validation import best_less_second, checked, checked_mask


BINS = 20


@dataclass(frozen=True, eq=False)
class MutualInformation:
    """What latents tell of factors.

    Attributes:
        matrix: (Z, F) float64, I(z_j; v_k) in nats.
        entropies: (F,) float64, H(v_k) in nats: the most that anything can tell of a factor.
    """

    matrix: Tensor
    entropies: Tensor

    @property
    def normalised(self) -> Tensor:
        """(Z, F) I(z_j; v_k) / H(v_k), the share of a factor that a latent tells; 1 is all."""
        return self.matrix / self.entropies

    @property
    def largest(self) -> Tensor:
        """(F,) the share of each factor that the best latent tells. Outliers are found by this, not by the gap."""
        return self.normalised.amax(0)

    @property
    def gaps(self) -> Tensor:
        """(F,) how much more of each factor the best latent tells than the second.

        With ten values, 1 − ln 2 / ln 10 = .70 means that a second latent has taken exactly one bit.

        Raises:
            ValueError: there is one latent only.
        """
        return best_less_second(self.normalised)

    @property
    def mig(self) -> float:
        """The mutual information gap, the mean of `gaps`."""
        return float(self.gaps.mean())


def mutual_information(
    codes: Tensor, factors: Tensor, *, active: Tensor | None = None, telling: Tensor | None = None
) -> MutualInformation:
    """Cut each latent into 20 bins of equal width from its least to its greatest value, and count.

    Chance alone gives (bins − 1)(values − 1) / 2N nats or so, `plug_in_bias`: .013 for 15 values and 10,000 images.

    Args:
        codes: (N, Z) float, the means of the posterior; angles in (−π, π], which a cut at ±π does not hurt.
        factors: (N, F) int64. The images should be drawn so that the factors are independent.
        active: (Z,) bool, as from `active_latents`; the others count as constant. Without it even a latent that the
            decoder ignores counts, since its tiny range is cut into 20 bins like any other: an unused angle can tell
            much of an image. None for all of them.
        telling: (N, F) bool, in which images a factor can be told at all; it is judged on those alone. In `sprites2d`
            the orientations 0 and 39 are one picture, and half a turn of an ellipse or a quarter turn of a square shows
            it again, which caps what any code can tell: `orientation < 39` mends the first, hearts alone the second.
            None for all images.

    Raises:
        ValueError: codes are not finite floats; sizes or types differ from the above; or a factor never changes, be it
            only where it can be told.

    Source: Locatello et al. 2019, arXiv:1811.12359, whose disentanglement_lib this follows to the last digit.
    """
    counts = _counts(codes, factors, active, telling)
    joint, latent, factor = _entropy(counts.flatten(2)), _entropy(counts.sum(3)), _entropy(counts.sum(2))
    if not bool((factor[0] > 0).all()):
        still = int((factor[0] <= 0).nonzero()[0])
        raise ValueError(f"factors: column {still} never changes where `telling` holds: leave it out")
    return MutualInformation((latent + factor - joint).clamp_min(0), factor[0])


def plug_in_bias(
    codes: Tensor, factors: Tensor, *, active: Tensor | None = None, telling: Tensor | None = None
) -> Tensor:
    """Return how many nats chance alone gives, (Z, F): (bins − 1)(values − 1) / 2N, of those that are not empty.

    That is what `mutual_information` says on average of a latent that knows nothing of the factor, as long as there are
    several images per bin and value. Where a latent knows the factor there is less of it, and none where it knows all.

    Args:
        codes: see `mutual_information`, as for all the others.
        factors: the same.
        active: the same.
        telling: the same.

    Source: Miller 1955, "Note on the bias of information estimates".
    """
    counts = _counts(codes, factors, active, telling)
    latent, factor = ((counts.sum(dim) > 0).sum(-1) for dim in (3, 2))
    return (latent - 1) * (factor - 1) / (2 * counts.sum((2, 3)))


def bins(codes: Tensor) -> Tensor:
    """Return the bin of every code, (N, Z) int64 in [0, 20), for finite codes (N, Z) float64."""
    low, high = codes.aminmax(dim=0)
    # these products, not `linspace`: its rounding differs from NumPy's, whose bins everybody's figures are made with
    edges = low[:, None] + torch.arange(BINS) * ((high - low) / BINS)[:, None]
    return torch.searchsorted(edges, codes.T.contiguous(), right=True).T - 1


def _counts(codes: Tensor, factors: Tensor, active: Tensor | None, telling: Tensor | None) -> Tensor:
    """How many images are in each bin of latent j and have each value of factor k, (Z, F, bins, values)."""
    z, values = checked(codes, factors)
    if active is not None:
        z = z * checked_mask("active", active, (z.shape[1],))
    shape = (z.shape[1], values.shape[1], BINS, 1 + int(values.max()))
    pair = torch.arange(shape[0] * shape[1]).view(shape[:2])
    cell = (pair * BINS + bins(z)[:, :, None]) * shape[3] + values[:, None]
    if telling is not None:
        cell = cell[checked_mask("telling", telling, tuple(values.shape))[:, None].expand_as(cell)]
    return torch.bincount(cell.flatten(), minlength=pair.numel() * BINS * shape[3]).view(shape)


def _entropy(counts: Tensor) -> Tensor:
    """The entropy in nats of what was counted along the last dimension."""
    n = counts.sum(-1)
    return (n.double() * n.double().log() - torch.xlogy(counts, counts.double()).sum(-1)) / n
