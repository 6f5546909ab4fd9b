import math

import pytest
import torch

from lazyartist.latents.beta_tcvae import BetaTcVae, kl_parts, log_weights
from lazyartist.latents.posterior import Posterior


IMAGES = 480_000


def gaussians(batch, covariance, variance, seed):
    """Posteriors of one variance, and means such that all latents together are normal with this covariance."""
    generator = torch.Generator().manual_seed(seed)
    covariance = torch.as_tensor(covariance)
    of_means = torch.linalg.cholesky(covariance - variance * torch.eye(len(covariance)))
    mean = torch.randn(batch, len(covariance), generator=generator) @ of_means.T
    posterior = Posterior(mean, torch.full_like(mean, 1 / variance))
    return posterior, posterior.sample(generator)


def total_correlation(drawn, sampling):
    posterior, z = drawn
    return float(kl_parts(posterior, z, IMAGES, sampling)[1])


@pytest.mark.parametrize("sampling", ["weighted", "stratified"])
@pytest.mark.parametrize("circles", [0, 2])
def test_the_parts_sum_to_the_whole(sampling, circles):
    generator = torch.Generator().manual_seed(0)
    posterior = Posterior(torch.randn(16, 4, generator=generator), torch.rand(16, 4, generator=generator) * 20, circles)
    z = posterior.sample(generator)
    parts = kl_parts(posterior, z, 1000, sampling)
    whole = (posterior.log_density(z) - posterior.log_prior(z)).sum(1).mean()
    assert float(sum(parts)) == pytest.approx(float(whole), abs=1e-4)


def test_stratified_weights_sum_to_one_and_give_the_own_image_its_share():
    weights = log_weights(8, 480_000, "stratified").exp()
    assert torch.allclose(weights.sum(1), torch.ones(8), atol=1e-6)
    assert torch.allclose(weights.diagonal(), torch.full((8,), 1 / 480_000))
    others = weights[~torch.eye(8, dtype=torch.bool)].view(8, 7)
    assert torch.allclose(others, torch.full((8, 7), 1 / 7), atol=1e-3)


def test_weighted_weights_are_all_the_same():
    assert torch.allclose(log_weights(8, 1000, "weighted"), torch.full((8, 8), -math.log(8000)))


@pytest.mark.parametrize(("sampling", "offset"), [("stratified", 0.0), ("weighted", math.log(IMAGES))])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_the_total_correlation_of_gaussians_is_known(sampling, offset, correlation):
    """Of D latents, weights of 1 / (batch · images) leave (D − 1) log(images) in, a constant that no gradient sees."""
    covariance = [[1.0, correlation], [correlation, 1.0]]
    estimates = [total_correlation(gaussians(512, covariance, 0.3, seed), sampling) for seed in range(10)]
    truth = -0.5 * math.log(1 - correlation**2)
    assert sum(estimates) / len(estimates) - offset == pytest.approx(truth, abs=0.04)


def test_a_batch_cannot_see_the_correlation_of_many_nats():
    """Six latents of two nats each are more than a batch of 128 knows: the estimate is far from 0, the truth."""
    narrow = gaussians(128, torch.eye(6), 0.01, 0)
    assert abs(total_correlation(narrow, "stratified")) > 1


@pytest.mark.parametrize(("batch", "images"), [(1, 10), (11, 10), (0, 10)])
def test_a_batch_that_cannot_be_weighted_is_refused(batch, images):
    with pytest.raises(ValueError, match=f"a batch of {batch} of {images} images"):
        log_weights(batch, images, "weighted")


def test_an_unknown_sampling_is_refused():
    with pytest.raises(ValueError, match="expected 'weighted' or 'stratified'"):
        BetaTcVae(sampling="wighted")
