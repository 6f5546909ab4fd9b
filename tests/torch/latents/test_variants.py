"""What each way to learn latents adds to the loss, on posteriors and steps made by hand."""

import pytest
import torch

from lazyartist.latents.beta_vae import BetaVae
from lazyartist.latents.circle_vae import CircleVae, kernel_dependence
from lazyartist.latents.dip_vae import DipVae
from lazyartist.latents.factor_vae import FactorVae, shuffled
from lazyartist.latents.gamma_vae import GammaVae
from lazyartist.latents.posterior import Posterior
from lazyartist.latents.vae import Vae


def step_of(make_step, progress=0.0, batch=64, latents=3, circles=0, precision=25.0):
    generator = torch.Generator().manual_seed(0)
    mean = torch.randn(batch, latents, generator=generator)
    return make_step(Posterior(mean, torch.full_like(mean, precision), circles), progress)


def test_vae_and_beta_vae_pay_for_every_nat(make_step):
    step = step_of(make_step)
    held = float(step.posterior.kl().sum(1).mean())
    assert float(Vae().penalty(step, step.posterior.mean)) == pytest.approx(held)
    assert float(BetaVae(beta=3).penalty(step, step.posterior.mean)) == pytest.approx(3 * held)


@pytest.mark.parametrize(("progress", "capacity"), [(0.0, 0.0), (0.375, 7.0), (0.75, 14.0), (0.9, 14.0)])
def test_the_capacity_rises_step_by_step_and_stays(progress, capacity):
    assert GammaVae(capacity=14, rising=0.75).capacity_at(progress) == pytest.approx(capacity)


def test_being_off_the_capacity_costs_on_both_sides(make_step):
    step = step_of(make_step, progress=0.5)
    held = float(step.posterior.kl().sum(1).mean())
    over = GammaVae(gamma=2, capacity=held / 2, rising=0.1).penalty(step, step.posterior.mean)
    under = GammaVae(gamma=2, capacity=held * 2, rising=0.1).penalty(step, step.posterior.mean)
    assert float(over) == pytest.approx(held, rel=1e-5)
    assert float(under) == pytest.approx(2 * held, rel=1e-5)


def test_dip_vae_pays_for_covariance(make_step):
    step = step_of(make_step, batch=4096)
    plain = float(step.posterior.kl().sum(1).mean())
    free = DipVae(off_diagonal=10, diagonal=10, of="means").penalty(step, step.posterior.mean)
    copied = Posterior(step.posterior.mean[:, :1].expand(-1, 3), step.posterior.precision)
    tied = DipVae(off_diagonal=10, diagonal=0, of="means").penalty(make_step(copied, 0.0), copied.mean)
    assert float(free) - plain < 0.1  # the means are independent, with variance 1
    assert float(tied) - float(copied.kl().sum(1).mean()) == pytest.approx(60, rel=0.1)  # six covariances of 1


def test_dip_vae_counts_the_posteriors_own_variance(make_step):
    step = step_of(make_step, batch=4096, precision=1.0)
    of_draws = DipVae(off_diagonal=0, diagonal=1, of="draws").penalty(step, step.posterior.mean)
    assert float(of_draws) - float(step.posterior.kl().sum(1).mean()) == pytest.approx(3, rel=0.15)  # variances of 2


def test_shuffling_keeps_every_latent_s_values_and_breaks_images_apart(make_step):
    step = step_of(make_step)
    z = step.posterior.mean
    dealt = shuffled(z, step)
    assert torch.equal(dealt.sort(0).values, z.sort(0).values)
    assert not (dealt[:, None] == z).all(2).any()


def seeded_plan(variant):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return variant.plan(3)


def test_the_discriminator_does_not_feel_the_latents_penalty(make_step):
    plan = seeded_plan(FactorVae(gamma=1000))
    (discriminator,) = plan.modules
    step = step_of(make_step)
    step.posterior.mean.requires_grad_()
    plan.loss(step).backward()
    with_penalty = [p.grad.clone() for p in discriminator.parameters()]
    other = step_of(make_step)
    discriminator.zero_grad()
    free = seeded_plan(FactorVae(gamma=0))
    free.loss(other).backward()
    for mine, theirs in zip(with_penalty, (p.grad for p in free.modules[0].parameters()), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-6)
    assert step.posterior.mean.grad.abs().max() > 0


def test_dependence_is_small_for_independent_angles_and_one_for_a_copy():
    generator = torch.Generator().manual_seed(0)
    angle = (torch.rand(256, 2, generator=generator) - 0.5) * 6.28
    every = torch.ones(2, dtype=torch.bool)
    assert float(kernel_dependence(Posterior(angle, torch.ones(256, 2), 2), every)) < 0.05
    copied = Posterior(angle[:, :1].expand(256, 2), torch.ones(256, 2), 2)
    assert float(kernel_dependence(copied, every)) == pytest.approx(1, abs=1e-5)
    assert float(kernel_dependence(copied, torch.tensor([True, False]))) == pytest.approx(0, abs=1e-6)


def opened(variant, make_step, latents, precision, steps=100):
    """How many latents are open after each step, where all hold what the precision says."""
    plan, counts = variant.plan(latents), []
    for number in range(steps):
        mean = torch.zeros(8, latents)
        plan.loss(make_step(Posterior(mean, torch.full_like(mean, precision), latents), number / steps))
        counts.append(int(plan.open.sum()))
    return counts


def test_latents_open_two_by_two_when_the_open_ones_are_full_and_the_last_two_one_by_one(make_step):
    counts = opened(CircleVae(independence=0), make_step, 6, precision=100.0)
    assert list(dict.fromkeys(counts)) == [2, 4, 5, 6]


def test_latents_that_never_fill_open_late_one_group_after_the_other(make_step):
    counts = opened(CircleVae(independence=0, most=0.25), make_step, 6, precision=2.0)
    assert [counts.index(n) for n in (4, 5, 6)] == pytest.approx([26, 52, 78], abs=2)


def test_a_closed_latent_costs_nothing(make_step):
    plan = CircleVae(independence=0, beta=1).plan(4)
    mean = torch.zeros(8, 4)
    precision = torch.tensor([1e-6, 1e-6, 50.0, 50.0]).expand(8, 4)
    loss = plan.loss(make_step(Posterior(mean, precision, 4), 0.0))
    assert float(loss) == pytest.approx(
        float(CircleVae().error(make_step(Posterior(mean, precision, 4), 0.0), torch.zeros(8, 5))), abs=1e-3
    )


def test_noise_falls_and_small_structures_are_lifted(make_step):
    step = step_of(make_step)
    variant = CircleVae(first_noise=1.0, noise=0.01, falling=0.5)
    early, late = (float(variant.error(make_step(step.posterior, p), step.x + 1)) for p in (0.0, 0.5))
    assert late / early == pytest.approx(100, rel=1e-4)
    small, large = torch.zeros(64, 5), torch.zeros(64, 5)
    small[:, 4], large[:, 0] = 1, 1
    plain, lifted = CircleVae(lift=0), CircleVae(lift=0.5)
    step = make_step(step.posterior, 0.0)
    assert float(plain.error(step, step.x + small)) == pytest.approx(float(plain.error(step, step.x + large)))
    assert float(lifted.error(step, step.x + small)) > 2 * float(lifted.error(step, step.x + large))
