import pytest
import torch

from sklearn.linear_model import LogisticRegression
from torch.nn.functional import one_hot

from lazyartist.sae.base import Autoencoder, Weights
from lazyartist.sae.erasure import erase_means, leace
from lazyartist.sae.scr import Pairs, effects, spurious_correlation_removal
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import Training, train


@pytest.fixture(scope="module")
def vectors():
    """600 vectors of 8 correlated dimensions in three groups, one dimension constant."""
    generator = torch.Generator().manual_seed(0)
    groups = torch.arange(600) % 3
    x = torch.randn(600, 8, generator=generator) @ torch.randn(8, 8, generator=generator)
    x = x + 3 * torch.randn(3, 8, generator=generator)[groups]
    x[:, 5] = 2
    return x, groups


def covariance(x, groups):
    x, z = x.double(), one_hot(groups).double()
    return (x - x.mean(0)).T @ (z - z.mean(0)) / len(x)


@pytest.mark.parametrize("erase", [erase_means, leace])
def test_nothing_linear_is_left(erase, vectors):
    x, groups = vectors
    y = erase(x, groups)(x)
    assert covariance(x, groups).abs().max() > 0.3
    assert covariance(y, groups).abs().max() < 1e-5
    assert torch.allclose(y.mean(0), x.mean(0), atol=1e-5)
    before, after = (LogisticRegression(max_iter=500).fit(part, groups).score(part, groups) for part in (x, y))
    assert before > 0.8
    assert after < 0.4
    twice = erase(x, groups)(y)
    assert torch.allclose(twice, y, atol=1e-4)


def test_leace_changes_least_of_all_that_erase(vectors):
    x, groups = vectors
    eraser = leace(x, groups)
    least = (eraser(x) - x).square().sum()
    assert least < (erase_means(x, groups)(x) - x).square().sum()
    # other maps that leave no covariance either: what is added to the eraser must not see the groups' means
    span = torch.linalg.qr(covariance(x, groups)[:, :2]).Q.float()
    blind = torch.eye(8) - span @ span.T
    for seed in range(5):
        other = blind @ torch.randn(8, 8, generator=torch.Generator().manual_seed(seed)) / 100
        y = eraser(x) + (x - x.mean(0)) @ other
        assert covariance(y, groups).abs().max() < 1e-5
        assert (y - x).square().sum() > least


def test_leace_is_that_of_its_authors(vectors):
    peer = pytest.importorskip("concept_erasure", reason="the judge: pip install --no-deps concept-erasure")
    x, groups = vectors
    x = x[:, [0, 1, 2, 3, 4, 6, 7]].double()
    plain = {"shrinkage": False, "constrain_cov_trace": False}  # as in the paper
    theirs = peer.LeaceFitter.fit(x, one_hot(groups).double(), **plain).eraser(x)
    assert torch.allclose(leace(x, groups)(x.float()), theirs.float(), atol=1e-4)


def test_groups_are_checked(vectors):
    x, groups = vectors
    for wrong in (groups[:-1], torch.zeros_like(groups)):
        with pytest.raises(ValueError, match="expected one a vector, and two different ones"):
            leace(x, wrong)


@pytest.fixture(scope="module")
def two_attributes():
    """Vectors in which a strong spurious and a weak intended attribute each have a direction of their own."""

    def make(seed):
        generator = torch.Generator().manual_seed(seed)
        intended, spurious = torch.arange(400) % 2 == 0, torch.arange(400) % 4 < 2
        x = torch.randn(400, 6, generator=generator) / 3
        x[:, 0] += 2.0 * intended - 1
        x[:, 1] += 6.0 * spurious - 3  # about zero: published as it is, a probe has no steps to spare for a bias
        return Pairs(x, intended, spurious)

    return make(0), make(1)


def test_removing_the_spurious_features_cures_a_biased_probe(two_attributes):
    training, test = two_attributes
    axes = torch.eye(6)[[0, 0, 1, 1]] * torch.tensor([[1.0], [-1], [1], [-1]])
    weights = Weights(axes.T.contiguous(), torch.zeros(1, 4), axes, training.x.mean(0, True), torch.zeros(1, 4), (4,))
    found = Autoencoder(TopK(k=2), weights, 0, {})
    scores = spurious_correlation_removal(found, training, test, counts=(0, 2))
    assert scores[0] == 0
    assert scores[2] > 0.7
    assert scores == spurious_correlation_removal(found, training, test, counts=(0, 2))
    with pytest.raises(ValueError, match="no vector of `train` has intended=True and spurious=False"):
        spurious_correlation_removal(found, Pairs(training.x, training.intended, training.intended), test)


def test_the_effect_of_a_feature_is_difference_times_projection(two_attributes):
    training, _ = two_attributes
    (found,) = train(TopK(k=2), training.x, features=6, training=Training(steps=5, batch_size=128))
    probe = torch.arange(6.0)
    z = found.encode(training.x)
    b = training.spurious
    for f in range(6):
        gap = float(z[b, f].mean() - z[~b, f].mean())
        wanted = abs(gap * float(found.directions[f] @ probe))
        assert float(effects(found, training.x, b, probe)[f]) == pytest.approx(wanted, abs=1e-5)
