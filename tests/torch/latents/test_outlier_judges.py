"""Our distances against those of PyOD and scikit-learn."""

import pytest
import torch

from sklearn.covariance import MinCovDet

from lazyartist.data.grid import Grid
from lazyartist.latents.batches import Protocol, draw_batches
from lazyartist.latents.detection import judge_detection
from lazyartist.latents.normal import Outliers
from lazyartist.latents.outliers import find_outliers
from lazyartist.latents.posterior import Posterior


def codes(count=6, seed=0):
    """Latents of batches with 25 odd images of 350, each off in one of three factors: six lines, one per factor."""
    grid = Grid(dict.fromkeys("abcdef", 10))
    generator = torch.Generator().manual_seed(seed)
    batches = draw_batches(Protocol(tuple("abc")), grid, count, generator)
    mean = (batches.factors - 4.5) / 3
    mean = mean + 0.15 * mean.roll(1, 2) + 0.05 * torch.randn(mean.shape, generator=generator)
    return Posterior(mean, torch.full_like(mean, 1e6), 0), batches.odd


def scored(distance):
    distance = torch.as_tensor(distance)
    return Outliers(distance, 0.0, distance[..., None], distance[..., None])


def test_the_least_determinant_finds_what_pyod_finds(judge):
    mcd = judge("pyod.models.mcd").MCD
    posterior, odd = codes()
    active = torch.ones(6, dtype=torch.bool)
    ours = judge_detection(find_outliers(posterior, active, detector="mcd"), odd)
    best = judge_detection(find_outliers(posterior, active), odd)
    fitted = [
        mcd(contamination=25 / 350, support_fraction=0.85, random_state=0).fit(x) for x in posterior.mean.cpu().numpy()
    ]
    theirs = judge_detection(scored(torch.stack([torch.as_tensor(one.decision_scores_) for one in fitted])), odd)
    assert theirs.auroc.mean() > 0.98
    for quality in (ours, best):
        assert float(quality.auroc.mean()) >= float(theirs.auroc.mean()) - 1e-3
        assert float(quality.average_precision.mean()) >= float(theirs.average_precision.mean()) - 1e-2
    flagged = torch.stack([torch.as_tensor(one.labels_).bool() for one in fitted])  # it is told how many there are
    assert ours.precision > 0.95
    assert ours.recall > float((flagged & odd).sum() / odd.sum()) - 0.02


def test_fast_mcd_is_pyods_on_lines(judge):
    mcd = judge("pyod.models.mcd").MCD
    posterior, _ = codes(2)
    ours = find_outliers(posterior, torch.ones(6, dtype=torch.bool), detector="fast_mcd")
    for distance, x in zip(ours.distance, posterior.mean, strict=True):
        x = (x.double() - x.double().median(0).values).cpu().numpy()
        theirs = mcd(support_fraction=0.85, random_state=0).fit(x).decision_scores_
        assert torch.allclose(distance.square(), torch.as_tensor(theirs), rtol=1e-3)


@pytest.mark.parametrize("seed", [0, 1])
def test_order_is_scikit_learns(seed):
    posterior, _ = codes(1, seed)
    x = posterior.mean[0].cpu().numpy()
    theirs = MinCovDet(support_fraction=0.85, random_state=0).fit(x)
    ours = find_outliers(posterior, torch.ones(6, dtype=torch.bool), detector="mcd").distance[0].square()
    both = torch.stack([ours, torch.as_tensor(theirs.mahalanobis(x)).to(ours)]).argsort(1).argsort(1).double()
    assert float(torch.corrcoef(both)[0, 1]) > 0.97
