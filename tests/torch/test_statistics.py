import itertools

import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_selection import f_classif
from sklearn.metrics import roc_auc_score

from lazyartist.statistics import auroc, eta_squared


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 1000))
def test_eta_squared_is_that_of_the_analysis_of_variance(seed):
    labels = torch.arange(60) % 4
    values = normal(60, 5, seed=seed) + 0.5 * labels[:, None] + 100
    eta = eta_squared(values, labels)
    f = torch.as_tensor(f_classif(values.double().cpu().numpy(), labels.cpu().numpy())[0])
    torch.testing.assert_close(eta, f * 3 / (f * 3 + 56), rtol=1e-4, atol=1e-6)


def test_eta_squared_is_one_for_the_group_itself_and_nothing_for_a_constant():
    groups = torch.arange(200) % 4
    scores = torch.stack([groups.float(), torch.full((200,), 7.0), torch.full((200,), 0.1)], 1)
    assert eta_squared(scores, groups).tolist() == pytest.approx([1, 0, 0])


def test_resamples_count_an_image_as_often_as_they_hold_it():
    scores, groups = normal(30, 3), torch.arange(30) % 3
    counts = torch.randint(3, (4, 30), generator=torch.Generator().manual_seed(0)).double()
    eta = eta_squared(scores, groups, counts)
    for row, times in zip(eta, counts.long(), strict=True):
        again = eta_squared(scores.repeat_interleave(times, 0), groups.repeat_interleave(times))
        torch.testing.assert_close(row, again)


def test_auroc_is_that_of_scikit_learn_ties_and_all():
    scores = normal(300, 5).relu().round(decimals=1)
    holds = normal(4, 300, seed=1) > 0.3
    ours = auroc(scores, holds)
    for a, f in itertools.product(range(4), range(5)):
        assert float(ours[a, f]) == pytest.approx(roc_auc_score(holds[a].cpu(), scores[:, f].cpu()))
    assert auroc(scores, torch.ones(1, 300, dtype=torch.bool)).isnan().all()


@pytest.mark.parametrize(
    "measure", [lambda x: auroc(x, torch.ones(1, 4, dtype=torch.bool)), lambda x: eta_squared(x, torch.arange(4))]
)
def test_scores_that_are_no_numbers_and_sizes_that_differ_are_refused(measure):
    with pytest.raises(ValueError, match="got NaN"):
        measure(torch.tensor([[1.0], [2], [torch.nan], [3]]))
    with pytest.raises(ValueError, match="expected scores"):
        measure(torch.zeros(3, 2))
