import math

import pytest
import torch

from sklearn.covariance import MinCovDet

from lazyartist.latents.covariance import (
    ESTIMATORS,
    deterministic_mcd,
    least_determinant,
    plain,
    squared_distance,
    weighted,
)


TRUTH = torch.tensor([[1.0, 0.8, 0.0], [0.8, 1.0, 0.3], [0.0, 0.3, 0.5]], dtype=torch.float64)
NOTHING = torch.full((3,), 1e-12, dtype=torch.float64)


def batch(odd, seed=0, images=300, at=(4.0, -4.0, 2.0)):
    """Normal images with a known covariance, the first ones moved far away in one direction."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(images, 3, generator=generator, dtype=torch.float64) @ torch.linalg.cholesky(TRUTH).T
    x[:odd] += torch.tensor(at)
    return x


def test_weights_count_images():
    x = batch(0)
    twice = torch.cat([x[:100], x[:50]])
    weight = torch.ones(100, dtype=torch.float64)
    weight[:50] = 2
    for ours, theirs in zip(weighted(x[:100], weight), (twice.mean(0), twice.T.cov()), strict=True):
        assert torch.allclose(ours, theirs)


def test_distances_are_mahalanobis():
    x, (centre, covariance) = batch(0), plain(batch(0), torch.zeros(3))
    off = x - centre
    assert torch.allclose(squared_distance(x, centre, covariance), (off @ covariance.inverse() * off).sum(1))
    assert float(squared_distance(x, centre, covariance).mean()) == pytest.approx(3 * 299 / 300)


@pytest.mark.parametrize("name", ["fast_mcd", "mcd"])
@pytest.mark.parametrize("odd", [0, 20, 60])
def test_robust_estimators_find_the_covariance_of_the_normal_images(name, odd):
    _, covariance = ESTIMATORS[name](batch(odd), NOTHING)
    assert float((covariance - TRUTH).norm() / TRUTH.norm()) < 0.25


@pytest.mark.parametrize("name", ["plain", "ledoit_wolf"])
def test_others_are_pulled_along(name):
    x = batch(60)
    _, covariance = ESTIMATORS[name](x, NOTHING)
    assert float((covariance - TRUTH).norm() / TRUTH.norm()) > 1
    hidden = squared_distance(x, *ESTIMATORS[name](x, NOTHING))[:60].mean()
    shown = squared_distance(x, *deterministic_mcd(x, NOTHING))[:60].mean()
    assert hidden < 10 < 50 < shown


@pytest.mark.parametrize("odd", [0, 40, 70])
def test_the_determinant_is_as_low_as_that_of_scikit_learn(odd):
    for seed in range(2):
        x = batch(odd, seed)
        theirs = MinCovDet(support_fraction=0.75, random_state=0).fit(x.cpu().numpy())
        _, own = least_determinant(x, NOTHING, 0.75)
        # theirs has 225 images too, and divides by their number
        low = math.log(float(torch.linalg.det(torch.as_tensor(theirs.raw_covariance_)))) + 3 * math.log(225 / 224)
        assert float(torch.logdet(own)) < low - 3 * math.log(stretched(theirs, x)) + 0.02


def stretched(fitted, x):
    """By how much scikit-learn stretches the covariance of the images that it is of."""
    members = x[torch.as_tensor(fitted.raw_support_)]
    return float((torch.as_tensor(fitted.raw_covariance_) / members.T.cov(correction=0)).mean())


def test_many_batches_are_each_on_their_own():
    many = torch.stack([batch(30, seed, images=100) for seed in range(3)])
    for name, estimator in ESTIMATORS.items():
        together, alone = estimator(many, NOTHING.expand(3, 3)), estimator(many[1], NOTHING)
        for a, b in zip(together, alone, strict=True):
            assert torch.allclose(a[1], b, atol=1e-9), name


def test_growing_wins_back_what_is_not_of_the_densest_part():
    """An angle that goes once round: 85 % of it are not the whole, but nothing of it is odd."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(350, 2, generator=generator, dtype=torch.float64) * 0.05
    x[:, 1] = torch.rand(350, generator=generator, dtype=torch.float64) * 6 - 3
    centre, covariance = deterministic_mcd(x, torch.full((2,), 0.01, dtype=torch.float64))
    assert float(squared_distance(x, centre, covariance).max()) < 10
    assert float(covariance[1, 1]) == pytest.approx(3, rel=0.15)


def test_latents_that_all_images_share_can_be_estimated():
    same = torch.zeros(50, 2, dtype=torch.float64)
    same[:, 1] = torch.arange(50) / 50
    for estimator in (plain, deterministic_mcd):
        centre, covariance = estimator(same, torch.full((2,), 0.01, dtype=torch.float64))
        assert float(centre[0]) == 0
        assert float(covariance[0, 0]) == pytest.approx(0.01)
