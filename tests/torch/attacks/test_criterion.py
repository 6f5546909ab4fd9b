"""The margin of success, and what an attack cannot be run on."""

import math

import numpy as np
import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.criterion import TargetedConfidence, check
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.square import Square
from lazyartist.networks import build


@given(
    logits=st.lists(st.floats(-8, 8), min_size=3, max_size=6),
    confidence=st.floats(0.05, 0.99),
)
def test_the_margin_is_positive_just_where_the_probability_exceeds(logits, confidence):
    z = torch.tensor([logits], dtype=torch.float64)
    criterion = TargetedConfidence(torch.tensor([1]), confidence)
    p = float(z.softmax(1)[0, 1])
    margin = float(criterion.margin(z))
    assert margin == pytest.approx(math.log(p / (1 - p)) - math.log(confidence / (1 - confidence)), abs=1e-6)
    assert bool(criterion.holds(z)) == (margin > 0)
    if abs(p - confidence) > 1e-9:
        assert bool(criterion.holds(z)) == (p > confidence)


def test_without_a_confidence_success_is_the_highest_logit():
    z = torch.tensor([[1.0, 2.0, 0.0], [1.0, -1.0, 3.0]])
    criterion = TargetedConfidence(torch.tensor([1, 0]), None)
    assert criterion.margin(z).tolist() == [1.0, -2.0]
    assert criterion.holds(z).tolist() == [True, False]


@pytest.mark.parametrize("confidence", [0, 1, 90, float("nan"), "0.9"])
def test_a_confidence_is_a_probability(confidence):
    with pytest.raises(ValueError, match="expected a probability"):
        TargetedConfidence(torch.tensor([1]), confidence)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": torch.tensor([[1.0]])}, r"target: expected \(N,\) integers"),
        ({"target": torch.tensor([1], dtype=torch.int32)}, "expected .* int64, got .* torch.int32"),
        ({"target": [1, 2]}, r"target: expected a tensor .* got \[1, 2\]: pass torch.tensor"),
        ({"target": torch.tensor([1, 2]), "labels": [1, 3]}, r"labels: expected a tensor .* got \[1, 3\]"),
        ({"target": torch.tensor([1, 2]), "labels": torch.tensor([1, 3])}, "1 of 2 targets are the image's own"),
        ({"target": torch.tensor([1, 2]), "labels": torch.tensor([1])}, "2 targets need as many labels"),
    ],
)
def test_targets_and_labels_are_tensors_of_integers(arguments, message):
    with pytest.raises(ValueError, match=message):
        TargetedConfidence(**arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": torch.rand(12, 3, 28, 28, generator=torch.Generator()) + 0.5}, r"expected \[0, 1\]"),
        ({"images": torch.full((12, 3, 28, 28), float("nan"))}, "images run from nan"),
        ({"images": torch.zeros(12, 3, 28, 28, dtype=torch.uint8)}, "float32 or float64, got"),
        ({"images": torch.zeros(12, 3, 28, 28, dtype=torch.bfloat16)}, "float32 or float64, got"),
        ({"images": torch.zeros(12, 28, 28)}, r"expected \(N, C, H, W\)"),
        (
            {"images": np.zeros((12, 3, 28, 28), np.float32)},
            "expected a tensor .*, got a ndarray: pass torch",
        ),
        ({"images": [[0.5]]}, "expected a tensor .*, got a list"),
        ({"images": torch.zeros(5, 3, 28, 28)}, "5 images need as many targets, got 12"),
        ({"criterion": TargetedConfidence(torch.full((12,), 10))}, "targets run from 10 to 10, .* 10 classes"),
        ({"criterion": TargetedConfidence(torch.full((12,), -1))}, "expected targets from 0 to 9"),
        ({"criterion": torch.zeros(12)}, r"expected TargetedConfidence\(target\), got a Tensor"),
    ],
)
@pytest.mark.parametrize("attack", [BIM(), FMN()], ids=repr)
def test_nonsense_is_refused_with_a_way_out(attack, model, images, criterion, change, message):
    with pytest.raises(ValueError, match=message):
        attack(model, **{"images": images, "criterion": criterion, **change})


class Percent(nn.Module):
    """One of many ways to end in a probability per class."""

    def forward(self, logits):
        return (logits.tanh() + 1) / 2


@pytest.mark.parametrize("end", [nn.Softmax(1), nn.Sigmoid(), Percent(), nn.Hardsigmoid()], ids=repr)
@pytest.mark.parametrize("attack", [BIM(), FMN(), Square()], ids=repr)
def test_a_model_that_returns_probabilities_is_refused(attack, model, images, criterion, end):
    with pytest.raises(ValueError, match=r"returns probabilities.*without the softmax or sigmoid"):
        attack(nn.Sequential(model, end), images, criterion)


def test_logits_that_lie_between_0_and_1_by_chance_are_logits(nets):
    grey = torch.full((2, 3, 6, 6), 0.5)
    model = nets.Linear(weight=torch.ones(2, 3, 6, 6) * torch.tensor([0.01, 0.015]).view(2, 1, 1, 1), bias=-0.1)
    with torch.no_grad():
        assert 0 <= float(model(grey).min()) < float(model(grey).max()) <= 1
    check(model, grey, TargetedConfidence(torch.zeros(2, dtype=torch.long)))
    constant = nets.Linear(weight=torch.zeros(2, 3, 6, 6))
    check(constant, grey, TargetedConfidence(torch.zeros(2, dtype=torch.long)))


def test_log_probabilities_are_logits(model, images, criterion):
    found = FMN(steps=5)(nn.Sequential(model, nn.LogSoftmax(1)), images, criterion)
    assert torch.allclose(found.distance, FMN(steps=5)(model, images, criterion).distance, atol=1e-3)


def test_a_model_of_one_number_or_without_finite_logits_is_refused(nets, images, criterion):
    with pytest.raises(ValueError, match="one number per image: expected one logit for each of two classes"):
        FMN()(nets.Linear(1), images, criterion)
    broken = build("simple_cnn:width=4", 10, seed=0)
    nn.init.constant_(broken.head.weight, float("nan"))
    with pytest.raises(ValueError, match="not finite"):
        FMN()(broken, images, criterion)
