import pytest
import torch

from lazyartist.probes.unit_selectivity import explain_variance, unit_selectivity


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_interval_covers_what_was_put_in():
    labels = torch.arange(1000) % 10
    groups_ = normal(10, 1)
    groups_ = (groups_ - groups_.mean()) / groups_.std(correction=0)
    found = [explain_variance(groups_[labels] + normal(1000, 1, seed=seed), labels, seed=seed) for seed in range(1, 21)]
    covered = sum(bool(e.low <= 0.5 <= e.high) for e in found)  # half of the variance is the groups'
    assert covered >= 16
    assert all(bool(e.low < e.value < e.high) for e in found)


def test_units_are_called_after_what_explains_them():
    classes, colours = torch.arange(400) % 10, torch.arange(400) // 10 % 10
    noise = 0.1 * normal(400, 5)
    nothing = torch.zeros(400)
    activity = noise + torch.stack([colours.float(), classes.float(), (colours + classes).float(), nothing, nothing], 1)
    activity[:, 4] = 0.3
    found = unit_selectivity(activity, classes, colours)
    assert found.kinds == ("attribute", "class", "both", "neither", "dead")
    assert found.counts == {"attribute": 1, "class": 1, "both": 1, "neither": 1, "dead": 1}
    assert found.by_attribute.value[4] == 0
    assert float(found.by_attribute.value[2]) == pytest.approx(0.5, abs=0.01)
    assert not found.by_class.high.isnan().any()


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="at least two groups"):
        explain_variance(normal(4, 2), torch.zeros(4, dtype=torch.long))
    with pytest.raises(ValueError, match=r"expected a tensor \(4,\)"):
        explain_variance(normal(4, 2), torch.arange(3))


@pytest.mark.parametrize("least", [float("nan"), -0.1, 1.5])
def test_a_share_that_is_none_is_refused(least):
    with pytest.raises(ValueError, match="expected a share of the variance"):
        unit_selectivity(normal(20, 2), torch.arange(20) % 2, torch.arange(20) % 3, least=least)


def test_an_activation_that_is_no_number_is_refused():
    activations = normal(20, 2)
    activations[3, 1] = torch.nan
    with pytest.raises(ValueError, match="got NaN"):
        unit_selectivity(activations, torch.arange(20) % 2, torch.arange(20) % 3)
