"""Cross-examination: what witnesses' mistakes say, edits that are learnt, and the cure that is made of both."""

import math

import pytest
import torch

from lazyartist.data.make import make_task
from lazyartist.strategies import STRATEGIES, edits
from lazyartist.strategies.cross_examination import CrossExamination, balance
from lazyartist.strategies.edits import learn_edit
from lazyartist.strategies.groups import reweighing
from lazyartist.strategies.witnesses import error_agreement, mistake_evenness
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit, training_view


def split_of(task, **changes):
    return training_view(CrossExamination(**changes), task, "simple_cnn:width=4", Budget(epochs=1), 0)


def of(*numbers):
    return torch.tensor(numbers)


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        ((0, 1, 2, 3), (0, 1, 2, 3), 0.0),  # no mistake
        ((1, 1, 2, 3), (1, 1, 2, 3), 1.0),  # the same one
        ((1, 1, 2, 3), (2, 1, 2, 3), 0.0),  # another answer
        ((1, 0, 2, 3), (1, 1, 2, 0), 1 / 3),  # one in common, two of their own
    ],
)
def test_agreement_counts_mistakes_with_the_same_answer(first, second, agreement):
    assert error_agreement(of(*first), of(*second), of(0, 1, 2, 3)) == pytest.approx(agreement)
    assert error_agreement(of(*second), of(*first), of(0, 1, 2, 3)) == pytest.approx(agreement)


def test_evenness_is_one_where_every_class_is_mistaken_for_every_other_alike():
    labels = torch.arange(3).repeat_interleave(20)
    everywhere = labels.clone()
    for label in range(3):
        everywhere[20 * label : 20 * label + 8] = (label + 1 + torch.arange(8) % 2) % 3
    assert mistake_evenness(everywhere, everywhere, labels, 3) == pytest.approx(1)
    one_way = torch.where(labels == 0, 1, labels)
    assert mistake_evenness(one_way, one_way, labels, 3) == 0
    two_ways = torch.where(labels == 2, 2, 1 - labels.clamp_max(1))
    assert mistake_evenness(two_ways, two_ways, labels, 3) == pytest.approx(math.log(2) / math.log(6))
    assert mistake_evenness(labels, labels, labels, 3) == 0


def test_evenness_weighs_small_classes_like_large_ones():
    labels = torch.tensor([0] * 90 + [1] * 10)
    wrong = labels.clone()
    wrong[:45], wrong[90:95] = 1, 0  # half of either class
    assert mistake_evenness(wrong, wrong, labels, 2) == pytest.approx(1)


def test_answers_of_other_images_are_refused():
    with pytest.raises(ValueError, match=r"the same images, \(N,\) each, got \(2,\), \(3,\), \(3,\)"):
        error_agreement(torch.zeros(2).long(), torch.zeros(3).long(), torch.zeros(3).long())


def left_undone(task, edit, index):
    """The share of the change from the images' own attribute to another that an edit does not make."""
    start = task.train.attribute[index]
    end = (start + 1 + index % 9) % 10
    before, after = task.train.render(index), task.train.render(index, end)
    return float((edit.apply(before, start, end) - after).square().sum() / (before - after).square().sum())


@pytest.mark.parametrize("bias", ["colour", "corner_glyphs", "wave"])
def test_an_edit_that_is_learnt_draws_the_attribute_that_it_was_learnt_from(bias):
    task = make_task("digits", bias=bias, correlation=0.5)
    split, index = split_of(task), torch.arange(200)
    edit = learn_edit(split, task.train.attribute)
    # under the strokes a faint wave is hard to see
    assert left_undone(task, edit, index) < (0.25 if bias == "wave" else 0.05)
    assert edit.lost(split) < CrossExamination().loss_of_edits
    before, start = task.train.render(index), task.train.attribute[index]
    assert torch.equal(edit.apply(before, start, start), before)


def test_of_a_faint_wave_more_is_left_undone_where_fewer_images_contradict_it():
    left = []
    for correlation in (0.5, 0.9):
        task = make_task("digits", bias="wave", correlation=correlation)
        left.append(left_undone(task, learn_edit(split_of(task), task.train.attribute), torch.arange(200)))
    assert 1.5 * left[0] < left[1] < 0.6


def cells(mean, n, variance):
    """Moments of cells (classes, answers) with these means and variances of a pixel: (C, K, 1, 1, P) each."""
    mean = mean[:, :, None, None, :]
    return mean, mean.square() + variance, n.float()


def test_a_pattern_is_what_an_answer_adds_whatever_the_class_and_however_few_the_images():
    generator = torch.Generator().manual_seed(0)
    of_class, of_answer = (torch.randn(5, 50, generator=generator) for _ in range(2))
    n = torch.randint(1, 40, (5, 5), generator=generator)
    n[2, 3] = 0
    mean = (of_class[:, None] + of_answer) * (n > 0)[:, :, None]
    patterns = edits._patterns(*cells(mean, n, 0.0))
    expected = of_answer - of_answer[:, None]
    torch.testing.assert_close(patterns[:, :, 0, 0], expected, atol=1e-4, rtol=1e-4)


def test_of_noise_two_thirds_of_the_numbers_are_nothing():
    generator = torch.Generator().manual_seed(0)
    n = torch.randint(5, 200, (5, 5), generator=generator)
    mean = torch.randn(5, 5, 4000, generator=generator) / n[:, :, None].sqrt()
    patterns = edits._patterns(*cells(mean, n, 1.0))[:, :, 0, 0]
    kept = (patterns != 0)[~torch.eye(5, dtype=torch.bool)].float().mean(1)  # of a standard normal, outside ±1: 31.7 %
    assert kept.mean() == pytest.approx(0.317, abs=0.02)
    assert ((kept - 0.317).abs() < 0.05).all()  # and so between any two answers


@pytest.mark.parametrize("bias", ["position", "size", "stroke_grating"])
def test_what_moves_or_reshapes_a_stroke_cannot_be_undone(bias):
    task = make_task("digits", bias=bias, correlation=0.5)
    split = split_of(task)
    edit = learn_edit(split, task.train.attribute)
    assert edit.lost(split) > CrossExamination().loss_of_edits


def test_shuffled_images_show_every_answer_alike():
    task = make_task("digits", correlation=0.5)
    edit = learn_edit(split_of(task), task.train.attribute)
    index = torch.zeros(2000, dtype=torch.long)
    shown = edit.shuffle(task.train.render(index), index, torch.Generator().manual_seed(0))
    kinds, counts = shown.flatten(1).unique(dim=0, return_counts=True)
    assert len(kinds) == 10
    assert 140 < int(counts.min()) <= int(counts.max()) < 260


def test_answers_that_no_class_shares_cannot_be_compared():
    task = make_task("digits", correlation=1.0)
    assert learn_edit(split_of(task), task.train.attribute) is None


def test_more_pairs_than_memory_holds_are_not_learnt(monkeypatch):
    task = make_task("digits", correlation=0.5)
    monkeypatch.setattr(edits, "MOST", 10 * 10 * 3 * 28 * 28 - 1)
    assert learn_edit(split_of(task), task.train.attribute) is None


def test_one_lie_is_balanced_by_weights_alone_and_two_by_half():
    task = make_task("digits", bias="colour_and_mark", correlation=0.6)
    split = split_of(task)
    y = split.labels
    first, second = (task.train.factor(name) for name in task.train.bias)
    assert balance(split, []) == (None, None)
    weights, correction = balance(split, [first])
    assert torch.allclose(weights, reweighing(y, first, 10, 10), rtol=1e-5)
    assert float(correction.std(0).max()) < 1e-4  # the classes' own frequencies, whatever the answer
    weights, correction = balance(split, [first, second])
    product = reweighing(y, first, 10, 10) * reweighing(y, second, 10, 10)
    assert torch.allclose(weights, product.sqrt(), rtol=1e-5)
    own = correction[torch.arange(len(y)), y]
    agreeing = (first == y) & (second == y)
    assert float(own[agreeing].mean()) > float(own[~agreeing].mean())  # what lies say already is given for nothing


def test_where_no_witness_may_be_asked_it_is_plain_training():
    task = make_task("digits")
    budget = Budget(epochs=0.5, batch_size=32)
    plain = fit(STRATEGIES.build("erm"), task, "simple_cnn:width=4", budget=budget).model.state_dict()
    unasked = fit(CrossExamination(lies=0), task, "simple_cnn:width=4", budget=budget).model.state_dict()
    assert all(torch.equal(plain[name], unasked[name]) for name in plain)


def test_a_strict_judge_finds_no_lie():
    task = make_task("digits")
    plan = CrossExamination(score=1.0, length=0.02).plan(split_of(task))
    assert plan.weights is None


@pytest.mark.parametrize("knob", [{"score": 0.0}, {"lies": -1}, {"lies": 1.5}, {"length": 0}, {"loss_of_edits": 2}])
def test_knobs_out_of_range_are_refused(knob):
    with pytest.raises(ValueError, match=next(iter(knob))):
        CrossExamination(**knob)
