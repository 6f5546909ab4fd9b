import pytest
import torch

from sklearn.metrics import average_precision_score, roc_auc_score

from lazyartist.probes.conflict_detection import CONFLICT_SCORES, judge_detection, mahalanobis, margin


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_every_score_is_larger_for_images_that_contradict():
    """Conflicting images lie, and are answered, as another class's do."""
    labels, conflicting = torch.arange(400) % 4, torch.arange(400) % 21 == 0
    shown = torch.where(conflicting, (labels + 1) % 4, labels)
    features = drawn(400, 6) + 8 * torch.nn.functional.one_hot(shown, 6)
    logits = 5.0 * torch.nn.functional.one_hot(shown, 4) + drawn(400, 4, seed=1)
    for name, score in CONFLICT_SCORES.items():
        quality = judge_detection(score(logits, features, labels), conflicting)
        assert quality.auroc > 0.9, name
        assert quality.average_precision > 0.8, name
        assert quality.r_precision > 0.8, name


def test_the_robust_distance_is_not_widened_by_what_contradicts():
    labels, conflicting = torch.zeros(200, dtype=torch.int64), torch.arange(200) % 5 == 0
    features = drawn(200, 3) + 6 * conflicting[:, None]
    logits = torch.zeros(200, 2)
    plain, robust = (
        mahalanobis(logits, features, labels, robust=robust)[conflicting].mean() for robust in (False, True)
    )
    assert robust > 2 * plain


def test_margin_is_the_best_other_logit_less_the_own():
    logits = torch.tensor([[1.0, 3, 2], [1, 3, 2]])
    assert margin(logits, logits, torch.tensor([0, 1])).tolist() == [2, -1]


def test_quality_is_that_of_scikit_learn_and_ties_share_their_ranks():
    score, conflicting = drawn(300).round(decimals=1), drawn(300, seed=1) > 1
    quality = judge_detection(score, conflicting)
    assert quality.auroc == pytest.approx(roc_auc_score(conflicting.cpu(), score.cpu()))
    assert quality.average_precision == pytest.approx(average_precision_score(conflicting.cpu(), score.cpu()))
    tied = judge_detection(torch.tensor([2.0, 1, 1, 0]), torch.tensor([False, True, False, True]))
    assert tied.r_precision == pytest.approx(
        0.25
    )  # of two first ranks, one is shared by one that is and one that is not
    assert judge_detection(conflicting.float(), conflicting).r_precision == 1


def test_what_cannot_be_judged_is_refused():
    some = torch.tensor([True, False, False])
    with pytest.raises(ValueError, match="0 of 3 images conflict"):
        judge_detection(torch.zeros(3), torch.zeros(3, dtype=torch.bool))
    with pytest.raises(ValueError, match="or NaN among them"):
        judge_detection(torch.tensor([0, torch.nan, 1]), some)
    with pytest.raises(ValueError, match="expected"):
        judge_detection(torch.zeros(4), some)
