import math

import pytest
import torch

from scipy.integrate import quad

from lazyartist.latents.metrics.active import active_latents
from lazyartist.latents.metrics.mig import mig, mig_sampled, sampled_information
from lazyartist.latents.metrics.null import null
from lazyartist.latents.posterior import Posterior


def test_a_perfect_code_scores_one_and_noise_nothing(made):
    factors = made.every(10, 15, 4)
    assert mig(factors.double(), factors) == pytest.approx(1)
    factors = made.drawn(10_000, 10, 15, 4)
    assert mig(made.noise(10_000, 6), factors) < 0.01
    assert null(lambda v: mig(factors.double(), v), factors, repeats=5).max() < 0.01


def test_unused_angles_lower_it_until_they_are_left_out(made):
    """An unused circle's angle is some function of the image."""
    factors = made.drawn(4000, 10, 8)
    used = torch.cat([factors[:, :1] * (2 * math.pi / 10) - 3, factors[:, 1:] * (2 * math.pi / 8) - 3], 1)
    angle = torch.atan2((used.sin() @ torch.tensor([1.0, 0.5])), (used.cos() @ torch.tensor([1.0, -0.5])))
    precision = torch.tensor([50.0, 50, 0.05]).expand(4000, 3)
    posterior = Posterior(torch.cat([used, angle[:, None]], 1), precision, circles=3)
    assert mig(posterior.mean, factors) < 0.7
    assert mig(posterior.mean, factors, active=active_latents(posterior)) > 0.98
    assert mig_sampled(posterior, factors, samples=300) > 0.9  # a draw of what is unused says nothing anyway


def told_by_a_line(separation):
    """Nats that a normal draw about ±separation tells of its sign."""

    def density(z, mean):
        return math.exp(-((z - mean) ** 2) / 2) / math.sqrt(2 * math.pi)

    def integrand(z):
        a, b = density(z, separation), density(z, -separation)
        return -(a + b) / 2 * math.log((a + b) / 2)

    return quad(integrand, -20, 20, points=[-separation, separation])[0] - 0.5 * math.log(2 * math.pi * math.e)


def told_by_a_circle(kappa, values):
    """Nats that a von Mises draw about one of some evenly spread angles tells of which."""
    norm = quad(lambda t: math.exp(kappa * (math.cos(t) - 1)), -math.pi, math.pi)[0]

    def entropy(angles):
        def integrand(t):
            p = sum(math.exp(kappa * (math.cos(t - a) - 1)) for a in angles) / norm / len(angles)
            return -p * math.log(p)

        return quad(integrand, -math.pi, math.pi, limit=200)[0]

    return entropy([2 * math.pi * k / values for k in range(values)]) - entropy([0.0])


@pytest.mark.parametrize("separation", [0.3, 1.0, 5.0])
def test_a_normal_draw_tells_what_an_integral_says(made, separation):
    factors = made.drawn(3000, 2, 3)
    mean = torch.stack([(2 * factors[:, 0] - 1) * separation, torch.zeros(3000)], 1)
    posterior = Posterior(mean, torch.ones(3000, 2))
    found = [sampled_information(posterior, factors, samples=500, seed=seed) for seed in range(4)]
    matrix, expected = torch.stack([each.matrix for each in found]).mean(0), told_by_a_line(separation)
    assert matrix[0, 0] == pytest.approx(expected, abs=0.03)
    assert matrix[1].max() < 1e-5  # the prior, for all images
    assert matrix[:, 1].max() < 0.003
    torch.testing.assert_close(found[0].entropies, torch.tensor([2.0, 3]).double().log(), rtol=2e-3, atol=0)
    torch.testing.assert_close(found[0].gaps[0], found[0].matrix[0, 0] / found[0].entropies[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize("kappa", [4.0, 60.0])
def test_a_drawn_angle_tells_what_an_integral_says(made, kappa):
    factors = made.drawn(4000, 10, 2)
    mean = torch.stack([factors[:, 0] * (2 * math.pi / 10) - 3, made.noise(4000)], 1)
    posterior = Posterior(mean, torch.tensor([kappa, 1.0]).expand(4000, 2), circles=1)
    found = sampled_information(posterior, factors, samples=1500)
    # draws are wrapped normal, which differs a little from what their density says where they are broad
    assert found.matrix[0, 0] == pytest.approx(told_by_a_circle(kappa, 10), abs=0.06)


def test_sharp_draws_tell_as_much_as_means_and_more_by_as_much_as_is_foretold(made):
    factors = made.drawn(1500, 10, 8)
    codes = factors + 0.05 * made.noise(1500, 2)
    posterior = Posterior(codes, torch.full((1500, 2), 400.0))
    assert mig_sampled(posterior, factors) == pytest.approx(mig(codes, factors), abs=0.03)
    shuffles = [made.drawn(1500, 10, 8, seed=i) for i in range(1, 6)]
    chance = torch.stack([sampled_information(posterior, v, samples=500).matrix for v in shuffles]).mean()
    # draws are as broad as one value's codes, so that 1 + χ² is two per value; latents hold 10 and 8, and so do factors
    foretold = ((20 - 1) + (16 - 1)) / 2 * ((10 - 1) + (8 - 1)) / 2 / (2 * 1500)
    assert chance == pytest.approx(foretold, rel=0.15)


def test_the_same_seed_draws_the_same(made):
    factors = made.drawn(400, 4, 3)
    posterior = Posterior(factors + made.noise(400, 2), torch.ones(400, 2))
    first, again, other = (sampled_information(posterior, factors, samples=100, seed=s).matrix for s in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_what_cannot_be_drawn_is_refused(made):
    factors = made.drawn(50, 2, 3)
    mean, precision = made.noise(50, 2), torch.ones(50, 2)
    with pytest.raises(ValueError, match="samples=0: expected a whole number from 1 on"):
        mig_sampled(Posterior(mean, precision), factors, samples=0)
    with pytest.raises(ValueError, match="expected means and precisions of one shape"):
        mig_sampled(Posterior(mean, precision[:, :1]), factors)
    with pytest.raises(ValueError, match="NaN or infinity in 50 of 50 rows"):
        mig_sampled(Posterior(mean, precision * torch.nan), factors)
    with pytest.raises(ValueError, match="50 codes and the factors of 49 images"):
        mig_sampled(Posterior(mean, precision), factors[1:])
    with pytest.raises(ValueError, match="there is only one latent"):
        mig_sampled(Posterior(mean[:, :1], precision[:, :1]), factors)
