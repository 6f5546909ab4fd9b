import math

import pytest
import torch

from sklearn.metrics import average_precision_score, roc_auc_score

from lazyartist.latents.detection import judge_detection
from lazyartist.latents.normal import Outliers


def judged(distance, odd, threshold=1.0):
    distance = torch.as_tensor(distance)
    return judge_detection(
        Outliers(distance, threshold, distance[..., None], distance[..., None]), torch.as_tensor(odd)
    )


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_numbers_are_those_of_scikit_learn_in_every_batch():
    odd = drawn(5, 200) > 1
    distance = drawn(5, 200, seed=1) + odd
    found = judged(distance, odd)
    for batch in range(5):
        truth, score = odd[batch].cpu().numpy(), distance[batch].cpu().numpy()
        assert float(found.auroc[batch]) == pytest.approx(roc_auc_score(truth, score))
        assert float(found.average_precision[batch]) == pytest.approx(average_precision_score(truth, score))
    flagged = distance > 1
    assert found.precision == pytest.approx(float(odd[flagged].double().mean()))
    assert found.recall == pytest.approx(float(flagged[odd].double().mean()))
    assert found.false_alarms == pytest.approx(float(flagged[~odd].double().mean()))


def test_ties_are_no_merit():
    tied = judged([[0.0, 0, 0, 0]], [[True, False, True, False]])
    assert float(tied.auroc) == 0.5
    assert float(tied.average_precision) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_where_nothing_is_flagged_there_is_no_precision():
    none = judged([[0.2, 0.1]], [[True, False]])
    assert math.isnan(none.precision)
    assert (none.recall, none.false_alarms, float(none.auroc)) == (0, 0, 1)


def test_what_cannot_be_judged_is_refused():
    for odd in ([[False, False]], [[True, True]]):
        with pytest.raises(ValueError, match="nothing to tell apart"):
            judged([[1.0, 2]], odd)
    for odd in ([True, False], [[True, False, True]], [[1, 0]]):
        with pytest.raises(ValueError, match=r"odd: expected \(1, 2\) bool"):
            judged([[1.0, 2]], odd)
