import math

import pytest
import torch

from lazyartist.latents.posterior import Posterior, coordinates, posterior_of


def one(mean, precision, circles):
    return Posterior(torch.tensor([mean]), torch.tensor([precision]), circles)


@pytest.mark.parametrize("kappa", [0.01, 0.5, 2.0, 10.0, 90.0])
def test_an_angle_s_divergence_is_the_integral(kappa):
    posterior = one([0.7], [kappa], 1)
    t = torch.linspace(-math.pi, math.pi, 20_001, dtype=torch.float64)[:-1]
    log_q = Posterior(torch.tensor([[0.7]], dtype=torch.float64), torch.tensor([[kappa]], dtype=torch.float64), 1)
    log_density = log_q.log_density(t[:, None])[:, 0]
    width = 2 * math.pi / 20_000
    assert float(log_density.exp().sum() * width) == pytest.approx(1, abs=1e-9)
    integral = float((log_density.exp() * (log_density + math.log(2 * math.pi))).sum() * width)
    assert float(posterior.kl()) == pytest.approx(integral, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("mean", "precision"), [(0.0, 1.0), (1.5, 4.0), (-2.0, 0.5)])
def test_a_line_s_divergence_is_torch_s(mean, precision):
    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, precision**-0.5), torch.distributions.Normal(0.0, 1.0)
    )
    assert float(one([mean], [precision], 0).kl()) == pytest.approx(float(expected), abs=1e-6)


def test_draws_have_the_mean_and_the_spread_that_are_said():
    posterior = Posterior(torch.tensor([3.0, -1.0]).expand(40_000, 2), torch.tensor([20.0, 4.0]).expand(40_000, 2), 1)
    drawn = posterior.sample(torch.Generator().manual_seed(0))
    assert torch.allclose(drawn.std(0), posterior.sd[0], rtol=0.02)
    assert torch.allclose(drawn.mean(0), posterior.mean[0], atol=0.01)
    # the resultant length of a von Mises distribution with concentration 20 is I1(20) / I0(20) = .9747
    assert float((drawn[:, 0] - 3.0).cos().mean()) == pytest.approx(0.9747, abs=0.002)


def test_an_encoder_s_pair_is_a_direction_and_how_sure_it_is():
    outputs = torch.tensor([[0.0, -3.0, 0.5, 2.0, 0.0, -1.0]])  # first numbers of three latents, then second ones
    posterior = posterior_of(outputs, circles=2)
    assert posterior.mean[0].tolist() == pytest.approx([math.pi / 2, math.pi, 0.5])
    assert posterior.precision[0].tolist() == pytest.approx([2 * 1.4, 3 * 1.6, math.e], rel=1e-5)


def test_a_latent_that_says_nothing_is_the_prior_and_can_wake_up():
    outputs = torch.zeros(1, 4, requires_grad=True)
    posterior = posterior_of(outputs, circles=1)
    assert posterior.kl().detach().abs().max() < 1e-6
    (coordinates(posterior.sample(torch.Generator().manual_seed(1)), 1) * torch.ones(3)).sum().backward()
    assert outputs.grad.isfinite().all()


def test_a_bound_on_the_precision_bounds_what_a_latent_holds():
    outputs = torch.tensor([[1e4, 0.0, 0.0, -40.0]])
    posterior = posterior_of(outputs, circles=1, sharpest=100)
    assert posterior.precision.max() <= 100
    assert float(posterior.kl()[0, 0]) == pytest.approx(2.71, abs=0.02)


def test_a_decoder_sees_no_seam():
    near = coordinates(torch.tensor([[math.pi - 1e-4, 2.0], [-math.pi + 1e-4, 2.0]]), 1)
    assert near.shape == (2, 3)
    assert torch.allclose(near[0], near[1], atol=1e-3)
