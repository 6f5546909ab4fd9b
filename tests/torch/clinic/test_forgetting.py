import copy

import pytest
import torch

from torch import nn

from lazyartist.clinic.examine import examine
from lazyartist.clinic.forgetting.accuracies import class_accuracies
from lazyartist.clinic.forgetting.case import Forgetting, ForgettingSealed
from lazyartist.clinic.forgetting.collages import collages
from lazyartist.clinic.forgetting.net import CLASSES, OLD
from lazyartist.clinic.forgetting.remedies import FrozenStatistics, divergence, kept
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import generator_of
from lazyartist.clinic.warps import random_affine, warped
from lazyartist.training.store import Store


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    case = Forgetting(**Forgetting.small)
    store = Store(tmp_path_factory.mktemp("store"))
    return case, case.draw(0, Shelf(case, store)), store


class Says(nn.Module):
    """A network that says of each image, in turn, what it is told to say."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def forward(self, images):
        return nn.functional.one_hot(self.classes[: len(images)], CLASSES).float()


def test_the_teacher_knows_old_classes_and_never_says_a_new_one(drawn):
    case, admission, _ = drawn
    patient = admission.patient
    score = case.judge(patient.student(), admission.sealed)
    assert score.parts["old_accuracy"] > 0.6
    assert score.parts["new_accuracy"] == 0
    assert set(patient.labels.tolist()) == {7, 8, 9}
    assert len(patient.labels) == 3 * case.new


def test_collages_help_where_fine_tuning_forgets(drawn):
    case, admission, store = drawn
    found = examine(case, "collages", 0, store)
    base = case.judge(case.baseline(admission.patient, 0), admission.sealed)
    assert base.parts["old_accuracy"] < case.judge(admission.patient.student(), admission.sealed).parts["old_accuracy"]
    assert 0 < found.norm_score < 100


def test_the_mean_over_classes_does_not_ask_how_often_a_class_is_shown():
    labels = torch.arange(CLASSES).repeat(10)
    said = torch.where(labels < OLD, labels, 0)  # knows the old classes, and no new one
    more = torch.cat([labels, labels[labels == 8].repeat(50)])
    said_more = torch.cat([said, torch.zeros(500, dtype=torch.long)])
    for predicted, truth in ((said, labels), (said_more, more)):
        assert class_accuracies(predicted, truth).tolist() == [1] * OLD + [0] * 3


def test_the_defective_judge_praises_who_learnt_nothing_new():
    labels = torch.arange(CLASSES).repeat(10)
    shares = torch.tensor([0.95 / 7] * 7 + [0.05 / 3] * 3)
    sealed = ForgettingSealed(torch.zeros(100, 1, 28, 28), labels, torch.empty(0), torch.empty(0), shares)
    lazy = Says(torch.where(labels < OLD, labels, 0))
    cured = labels.clone()
    cured[:7] = 9  # one in ten of each old class is lost, all new ones are known
    lazy_score, cured_score = (Forgetting().judge(one, sealed) for one in (lazy, Says(cured)))
    assert lazy_score.defective == pytest.approx(0.95)
    assert cured_score.defective == pytest.approx(0.905)
    assert lazy_score.value == pytest.approx(0.7)
    assert cured_score.value == pytest.approx(0.93)
    assert lazy_score.parts == pytest.approx({"old_accuracy": 1, "new_accuracy": 0})


def test_frozen_statistics_stay_as_they_were(drawn):
    patient = drawn[1].patient
    treated = FrozenStatistics(steps=20).treat(patient, 0)
    for (name, before), after in zip(patient.teacher.named_buffers(), treated.buffers(), strict=True):
        assert torch.equal(before, after), name
    assert not torch.equal(patient.teacher.head.weight, treated.head.weight)


def test_collages_are_halves_or_overlays_of_what_is_there():
    light, dark = torch.full((1, 1, 28, 28), 0.8), torch.full((1, 1, 28, 28), 0.2)
    made = collages(torch.cat([light, dark]), 300, generator_of("collages"))
    assert made.shape == (300, 1, 28, 28)
    assert made.min() >= 0
    assert made.max() <= 0.8001
    middle = made[:, 0, 10:18, 10:18]  # far from the rim, where images that are turned leave black
    left, right = middle[:, :, 0].mean(1), middle[:, :, -1].mean(1)
    assert ((left - right).abs() > 0.5).any()
    assert ((middle[:, 0].mean(1) - middle[:, -1].mean(1)).abs() > 0.5).any()


def test_the_divergence_is_zero_for_equals_and_right_for_others():
    student, teacher = torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    assert divergence(teacher, teacher, 2.0) == pytest.approx(0, abs=1e-7)
    p = teacher.softmax(1)[0]
    assert divergence(student, teacher) == pytest.approx(float((p * (2 * p).log()).sum()))
    assert kept(torch.empty(0, CLASSES), torch.empty(0, CLASSES)) == 0
    sure = 20 * torch.eye(CLASSES)[:1]
    says_new = 20 * torch.eye(CLASSES)[8:9]
    assert kept(sure, sure) < 1e-3 < 5 < kept(says_new, sure)


def test_warps_turn_and_shift():
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 4, 7] = 1
    quarter = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
    assert torch.allclose(warped(image, quarter), image.rot90(1, (2, 3)), atol=1e-5)
    still = random_affine(3, generator_of("still"))
    assert torch.allclose(still, torch.eye(3)[:2].expand(3, 2, 3))
    moved = random_affine(200, generator_of("moved"), shift=0.1)
    assert moved[:, :, 2].abs().max() <= 0.2
    with pytest.raises(ValueError, match="one per image"):
        warped(image, still)


def test_nonsense_is_refused(drawn):
    _, _, store = drawn
    with pytest.raises(ValueError, match="no image of class 7, 8, 9"):
        class_accuracies(torch.arange(7), torch.arange(7))
    with pytest.raises(ValueError, match="expected one for each"):
        class_accuracies(torch.arange(7), torch.arange(8))
    case = Forgetting(**{**Forgetting.small, "new": 2000})
    with pytest.raises(ValueError, match=r"new=2000: digits has \d+ images"):
        case.draw(0, Shelf(case, store))
    for knobs in ({"new": 1}, {"effort": 0}, {"data": "letters"}):
        with pytest.raises(ValueError, match="expected"):
            wrong = Forgetting(**{**Forgetting.small, **knobs})
            wrong.draw(0, Shelf(wrong, store))


def test_a_student_is_a_copy(drawn):
    patient = drawn[1].patient
    before = copy.deepcopy(patient.teacher.state_dict())
    with torch.no_grad():
        patient.student().head.weight.zero_()
    assert torch.equal(before["head.weight"], patient.teacher.head.weight)


def test_answers_that_are_no_numbers_are_refused(drawn):
    case, admission, _ = drawn

    class Lost(nn.Module):
        def forward(self, images):
            return torch.full((len(images), CLASSES), torch.nan)

    with pytest.raises(ValueError, match="not finite"):
        case.judge(Lost(), admission.sealed)
