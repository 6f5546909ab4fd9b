"""The score of FactorVAE: which latent changes least while one factor stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.data.grid import Grid
from lazyartist.device import here
from lazyartist.latents.metrics.validation import checked_circles, checked_mask, owners
from lazyartist.latents.posterior import coordinates
from lazyartist.sae.validation import finite_rows, whole
from lazyartist.seeding import seed_from


IMAGES = 64  # to a vote
LEAST = 0.05  # standard deviation of a latent that counts
VOTES = 100  # how many votes' images are encoded at once


@dataclass(frozen=True, eq=False)
class Votes:
    """How often each latent changed least while a factor stood still.

    Attributes:
        learnt: (F, Z) int64, the votes by which each latent is given to the factor that it votes for most.
        judged: (F, Z) int64, further votes.
    """

    learnt: Tensor
    judged: Tensor

    @property
    def score(self) -> float:
        """The share of further votes that go to the right factor; 0 if no latent counts, as its users have it."""
        of = self.learnt.argmax(0)
        return float(self.judged.gather(0, of[None]).sum() / self.judged.sum().clamp_min(1))


def factor_vae_votes(
    encode: Callable[[Tensor], Tensor],
    grid: Grid,
    *,
    circles: int = 0,
    active: Tensor | None = None,
    learnt: int = 10_000,
    judged: int = 5_000,
    seed: int = 0,
) -> Votes:
    """Hold a random factor at a random value in 64 images, and see which latent's variance falls most, vote by vote.

    A variance is a share of the latent's variance over 10,000 images; that of an angle is the variance of its point on
    the unit circle. A perfect code scores 1. Chance scores one in as many factors as there are, and a little more,
    since the votes of noise are given to the factor that they favour. Codes that no eye would call disentangled score
    1 too, as long as a different latent stands still for each factor: a second latent of the same factor costs nothing.

    Args:
        encode: indices (B,) int64 of images on the grid to codes (B, Z), means of the posterior. 15,000 votes are
            nearly a million images: where that is more than the grid holds, encode all of them once and look them up;
            the same table with its rows shuffled gives the null.
        grid: the factors; one that has a single value never votes.
        circles: how many of the first latents are angles.
        active: (Z,) bool, latents that may vote; an unused angle changes as much as a used one, so leave such out. In
            any case only those vote whose standard deviation is at least .05. None for all of them.
        learnt: votes that decide which latent stands for which factor.
        judged: votes that the score is the accuracy of; its error is at most 1 / 2√judged.
        seed: of the images and the factors.

    Raises:
        ValueError: codes are not (B, Z) finite floats, there are not two factors that change, votes are not whole
            numbers from 1 on, or `circles` or `active` do not fit the codes.

    Source: Kim and Mnih 2018, arXiv:1802.05983; the least deviation is that of Locatello et al. 2019, arXiv:1811.12359.
    """
    sizes = torch.tensor(list(grid.sizes.values()))
    voters = (sizes > 1).nonzero()[:, 0]
    if len(voters) < 2:
        raise ValueError(f"{dict(grid.sizes)}: expected two factors at least that have more than one value")
    rounds = whole("learnt", learnt), whole("judged", judged)
    generator = torch.Generator().manual_seed(seed_from("FactorVAE's votes", seed))

    def draw(n: int) -> Tensor:
        return (torch.rand(n, len(sizes), generator=generator, dtype=torch.float64) * sizes).long()

    def variances(values: Tensor) -> Tensor:
        """(B, M, F) values to (B, Z)."""
        with torch.no_grad():
            codes = here(finite_rows("codes", encode(grid.index_of(values.flatten(0, 1))))).double()
        if len(codes) != values.shape[:2].numel():
            raise ValueError(f"encode: {len(codes)} codes for {values.shape[:2].numel()} indices: expected one each")
        latents = codes.shape[1]
        x = coordinates(codes, checked_circles(circles, latents)).view(*values.shape[:2], -1).var(1)
        return torch.zeros(len(x), latents, dtype=x.dtype).index_add_(1, owners(latents, circles), x)

    overall = variances(draw(10_000)[None])[0]
    counts = overall.sqrt() >= LEAST
    if active is not None:
        counts &= checked_mask("active", active, tuple(counts.shape))

    def votes(n: int) -> Tensor:
        ballots = torch.zeros(len(sizes), len(counts), dtype=torch.int64)
        for part in torch.split(torch.arange(n), VOTES) if bool(counts.any()) else ():
            held = voters[torch.randint(len(voters), (len(part),), generator=generator)]
            values = draw(len(part) * IMAGES).view(len(part), IMAGES, -1)
            rows = torch.arange(len(part))
            values[rows, :, held] = values[rows, :1, held]
            least = (variances(values) / overall).where(counts, torch.inf).argmin(1)
            ballots.index_put_((held, least), torch.ones_like(held), accumulate=True)
        return ballots

    return Votes(votes(rounds[0]), votes(rounds[1]))
