import pytest
import torch

from sklearn.linear_model import LogisticRegression
from torch.nn.functional import one_hot

from lazyartist.sae.erasure import erase_means, leace


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


def test_leace_is_that_of_its_authors(vectors, judge):
    peer = judge("concept_erasure")
    x, groups = vectors
    x = x[:, [0, 1, 2, 3, 4, 6, 7]].double()
    plain = {"shrinkage": False, "constrain_cov_trace": False}  # as in the paper
    theirs = peer.LeaceFitter.fit(x, one_hot(groups).double(), **plain).eraser(x)
    assert torch.allclose(leace(x, groups)(x.float()), theirs.float(), atol=1e-4)


def test_groups_are_checked(vectors):
    x, groups = vectors
    for wrong in (groups[:-1], torch.zeros_like(groups)):
        with pytest.raises(ValueError, match="expected one per vector, and at least two different"):
            leace(x, wrong)


@pytest.mark.parametrize("erase", [erase_means, leace])
def test_what_is_no_group_or_no_vector_is_refused(erase, vectors):
    x, groups = vectors
    with pytest.raises(ValueError, match=r"groups: expected int64 from 0 on, got torch.int64 from -1 on"):
        erase(x, groups - 1)
    with pytest.raises(ValueError, match=r"groups: expected int64 from 0 on, got torch.float32"):
        erase(x, groups.float())
    with pytest.raises(ValueError, match="NaN or infinity in 1 of 600 rows"):
        erase(x.where(torch.arange(600)[:, None] != 5, float("nan")), groups)


@pytest.mark.parametrize("values", [2, 4, 7])
@pytest.mark.parametrize("erase", [erase_means, leace])
def test_any_number_of_groups_is_erased(erase, values):
    generator = torch.Generator().manual_seed(1)
    groups = torch.arange(500) % values
    x = torch.randn(500, 12, generator=generator) + 2 * torch.randn(values, 12, generator=generator)[groups]
    assert covariance(erase(x, groups)(x), groups).abs().max() < 1e-5
