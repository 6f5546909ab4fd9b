from types import SimpleNamespace

import pytest
import torch

from torch import nn

from lazyartist.studies import FIGURES, TABLES
from lazyartist.studies.noise.class_pairs import _matrices
from lazyartist.studies.noise.minimum_noise import MinimumNoise


def test_every_pair_has_its_cell(measured):
    rows = measured("class_pairs").rows
    assert {(row.metric, row.at["paint"]) for row in rows} == {
        (metric, paint) for metric in ("pair_epsilon", "already_target") for paint in ("own", "other")
    }
    for row in rows:
        assert [len(line) for line in row.detail] == [10] * 10
        empty = {(i, j) for i, line in enumerate(row.detail) for j, cell in enumerate(line) if cell is None}
        diagonal = {(i, i) for i in range(10)}
        if row.metric == "already_target":
            assert empty == diagonal  # every pair has an image
        else:
            (already,) = (
                other.detail
                for other in rows
                if other.metric == "already_target" and other.origin.run == row.origin.run and other.at == row.at
            )
            # a pair has no noise exactly where all of its images were the target before
            assert empty - diagonal == {(i, j) for i in range(10) for j in range(10) if already[i][j] == 1}
    summary, *matrices = TABLES["class_pairs"](rows)
    assert len(summary.rows) == len(matrices) == 2
    assert [len(line) for line in matrices[0].rows] == [11] * 10
    assert len(FIGURES["class_pairs"](rows).axes) == 3


def test_the_matrix_has_the_median_of_what_was_not_the_target_before():
    labels, target = torch.tensor([0, 0, 0, 1]), torch.tensor([1, 1, 1, 2])
    already = torch.tensor([False, False, True, True])
    epsilon = torch.tensor([0.1, 0.3, 0.0, 0.0])
    noise = MinimumNoise(~already, already, torch.zeros(4, 3, 2, 2), epsilon, epsilon, epsilon)
    sizes, before = _matrices(noise, labels, target, 3)
    assert sizes[0][1] == pytest.approx(0.1)  # torch's median is the lower one of two
    assert sizes[1][2] is None
    assert before == [[None, pytest.approx(1 / 3, abs=1e-6), None], [None, None, 1.0], [None, None, None]]


def test_images_that_cannot_be_repainted_have_their_pairs_too(little, run_on, fixed_task):
    weight = torch.randn(10, 3, 28, 28, generator=torch.Generator().manual_seed(0))

    class Linear(nn.Module):
        def forward(self, x):
            return torch.einsum("bchw,kchw->bk", x, weight)

    facts = list(little("class_pairs").measure(run_on(fixed_task), SimpleNamespace(model=Linear())))
    assert {fact.at["paint"] for fact in facts} == {"own", "other"}
    own = next(fact for fact in facts if fact.metric == "already_target")
    assert own.n == 90
