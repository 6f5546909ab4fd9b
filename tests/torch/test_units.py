import math

import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_selection import f_classif

from lazyartist.probes.polysemantic import entropy, groups, polysemantic
from lazyartist.probes.unit_selectivity import explained, units


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 1000))
def test_eta_squared_is_that_of_the_analysis_of_variance(seed):
    labels = torch.arange(60) % 4
    values = normal(60, 5, seed=seed) + 0.5 * labels[:, None] + 100
    found = explained(values, labels, resamples=2)
    f = torch.as_tensor(f_classif(values.double().numpy(), labels.numpy())[0])
    torch.testing.assert_close(found.value.double(), f * 3 / (f * 3 + 56), rtol=1e-4, atol=1e-6)


def test_the_interval_covers_what_was_put_in():
    labels = torch.arange(1000) % 10
    groups_ = normal(10, 1)
    groups_ = (groups_ - groups_.mean()) / groups_.std(correction=0)
    found = [explained(groups_[labels] + normal(1000, 1, seed=seed), labels, seed=seed) for seed in range(1, 21)]
    covered = sum(bool(e.low <= 0.5 <= e.high) for e in found)  # half of the variance is the groups'
    assert covered >= 16
    assert all(bool(e.low < e.value < e.high) for e in found)


def test_units_are_called_after_what_explains_them():
    classes, colours = torch.arange(400) % 10, torch.arange(400) // 10 % 10
    noise = 0.1 * normal(400, 5)
    nothing = torch.zeros(400)
    activity = noise + torch.stack([colours.float(), classes.float(), (colours + classes).float(), nothing, nothing], 1)
    activity[:, 4] = 0.3
    found = units(activity, classes, colours)
    assert found.kinds == ("colour", "shape", "both", "neither", "dead")
    assert found.counts == {"colour": 1, "shape": 1, "both": 1, "neither": 1, "dead": 1}
    assert found.colour.value[4] == 0
    assert found.colour.value[2] == pytest.approx(0.5, abs=0.01)
    assert not found.shape.high.isnan().any()


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="at least two groups"):
        explained(normal(4, 2), torch.zeros(4, dtype=torch.long))
    with pytest.raises(ValueError, match=r"expected \(4,\)"):
        explained(normal(4, 2), torch.arange(3))


def test_entropy_counts_bits():
    shares = torch.tensor([[1.0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4])
    assert entropy(shares).tolist() == [0, 1, 2]


def test_groups_are_linked_by_class_or_colour():
    cells = torch.zeros(10, 10, dtype=torch.bool)
    assert groups(cells) == 0
    cells[3, 0] = True  # red 3s
    cells[5, 0] = True  # red 5s
    assert groups(cells) == 1
    cells[7, 2] = True  # blue 7s
    assert groups(cells) == 2
    cells[5, 2] = True  # blue 5s link the two
    assert groups(cells) == 1


def test_a_unit_of_two_things_is_told_from_a_unit_of_one():
    classes, colours = torch.arange(1000) % 10, torch.arange(1000) // 10 % 10
    one = ((classes == 3) & (colours == 0)) * 2.0 + (colours == 0)
    two = ((classes == 3) & (colours == 0)) * 1.0 + ((classes == 7) & (colours == 2)) * 1.0
    any_red = (colours == 0) * 1.0
    found = polysemantic(torch.stack([one, two, any_red], 1) + 0.01 * normal(1000, 3), classes, colours, count=20)
    assert found.groups.tolist()[:2] == [1, 2]
    assert found.classes[1] == pytest.approx(1)
    assert found.colours.tolist() == pytest.approx([0, 1, 0], abs=1e-6)
    assert found.classes[2] > math.log2(5)
