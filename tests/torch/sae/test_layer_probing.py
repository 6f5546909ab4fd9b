import pytest
import torch

from lazyartist.sae.layer_probing import probe_layer


def test_colour_is_present_in_the_hidden_layer_of_a_lazy_model(pair, fair_hidden, fair):
    half = len(fair) // 2
    x, colours, classes = fair_hidden, fair.attribute, fair.labels
    colour = probe_layer(pair[0], (x[:half], colours[:half]), (x[half:], colours[half:]))
    shape = probe_layer(pair[0], (x[:half], classes[:half]), (x[half:], classes[half:]))
    assert colour.probe.shape == colour.feature.shape == colour.channel.shape == (10,)
    assert float(colour.probe.min()) > 0.99
    assert float(colour.feature.min()) > 0.8
    assert float(shape.feature.mean()) < 0.75 < float(colour.feature.mean())


@pytest.mark.parametrize("values", [2, 3])
def test_any_number_of_groups_is_told_apart(values, by_hand):
    groups = torch.arange(120) % values
    x = torch.rand(120, 4, generator=torch.Generator().manual_seed(0))
    x[:, 0] += 3 * (groups == 0)
    x[:, 1] += 3 * (groups == 1)
    told = probe_layer(by_hand(), (x[:60], groups[:60]), (x[60:], groups[60:]))
    for scores in (told.feature, told.channel, told.probe):
        assert scores.shape == (values,)
        assert scores[:2].tolist() == pytest.approx([1, 1], abs=1e-3)


def test_a_missing_group_is_an_error(by_hand):
    x, groups = torch.rand(20, 4, generator=torch.Generator().manual_seed(0)), torch.arange(20) % 2
    for wrong, counts in ((groups * 2, r"\[10, 0, 10\]"), (groups * 0, r"\[20\]")):
        with pytest.raises(ValueError, match=f"groups of `train` have {counts} vectors"):
            probe_layer(by_hand(), (x, wrong), (x, groups))
