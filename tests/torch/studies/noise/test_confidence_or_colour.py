import math

from types import SimpleNamespace

import pytest
import torch

from torch import nn

from lazyartist.studies import TABLES
from lazyartist.studies.noise.confidence_or_colour import SURE, Tempered, confidence_scale, recolour_epsilon


def test_plain_training_is_asked_at_full_correlation_too(measured):
    rows = measured("confidence_or_colour").rows
    (table,) = TABLES["confidence_or_colour"](rows)
    assert sorted((line[2], line[3]) for line in table.rows) == [("erm", "0.95"), ("erm", "1"), ("lazy", "0.95")]
    by_key = {(row.at["strategy"], row.at["correlation"], row.metric): row for row in rows}
    for name, correlation in (("erm", 0.95), ("erm", 1.0), ("lazy", 0.95)):
        flip, sure, matched = (by_key[name, correlation, f"{m}_epsilon"] for m in ("flip", "minimal", "matched"))
        pairs = list(zip(flip.detail, sure.detail, strict=True))
        assert len(pairs) == 4
        assert all(a is b is None or 0 < a <= b for a, b in pairs)  # what makes it sure makes it answer
        # multiplied logits flip at the same noise, so that equal confidence takes no less than that
        known = [(a, b) for a, b in zip(flip.detail, matched.detail, strict=True) if a is not None]
        assert all(b >= 0.5 * a for a, b in known)
        assert by_key[name, correlation, "scale"].value > 0


def test_plain_training_with_a_knob_of_the_dataset_keeps_its_correlation(little):
    runs = little("confidence_or_colour", datasets="digits:correlation=0.9", seeds=1).runs()
    assert [run.data for run in runs] == [()] * 4
    runs = little("confidence_or_colour", seeds=1).runs()
    assert [(run.strategy, run.data) for run in runs if run.data] == [("erm", (("correlation", 1.0),))]


def test_confidences_are_made_equal():
    class Fixed(nn.Module):
        def forward(self, x):
            return x[:, 0, 0, :3]

    x = torch.rand(6, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    labels = Fixed()(x).argmax(1)
    for sure in (SURE, 0.5):
        scale = confidence_scale(Fixed(), x, labels, sure)
        assert float(Tempered(Fixed(), scale)(x).softmax(1).amax(1).mean()) == pytest.approx(sure, abs=1e-4)
    assert confidence_scale(Fixed(), x, (labels + 1) % 3) == 1.0


def test_the_way_to_another_colour_is_measured():
    class Reads(nn.Module):
        """Says 1 where green exceeds red."""

        def forward(self, x):
            red, green, _ = x.mean((2, 3)).unbind(1)
            return torch.stack([red, green], 1)

    red, green = (torch.zeros(1, 3, 2, 2) for _ in range(2))
    red[:, 0], green[:, 1] = 0.8, 0.8
    assert float(recolour_epsilon(Reads(), red, green, 1)) == pytest.approx(0.4, abs=0.01)
    assert float(recolour_epsilon(Reads(), red, green, 1, points=2)) == pytest.approx(0.8)
    assert float(recolour_epsilon(Reads(), red, red, 1)) == math.inf


def test_images_that_cannot_be_repainted_have_no_way_to_another_colour(little, run_on, fixed_task):
    weight = torch.randn(10, 3, 28, 28, generator=torch.Generator().manual_seed(0))

    class Linear(nn.Module):
        def forward(self, x):
            return torch.einsum("bchw,kchw->bk", x, weight)

    facts = list(little("confidence_or_colour").measure(run_on(fixed_task), SimpleNamespace(model=Linear())))
    assert {fact.metric for fact in facts} == {
        "clean_confidence", "scale", "flip_epsilon", "minimal_epsilon", "matched_epsilon"
    }  # fmt: skip
