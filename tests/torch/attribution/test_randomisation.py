import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.randomisation import randomise_layers, spearman


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_maps_change_with_the_weights_and_the_weights_come_back(nets):
    model, x = nets.settled(), nets.batch(4)
    before = nets.trace(model)
    weights = [parameter.clone() for parameter in model.parameters()]
    found = randomise_layers(model, x, 0, GradCam("conv2"))
    assert found.layers[0] == "head"
    assert found.layers[-1] == "conv1.0"
    assert found.correlation.shape == (7, 4)
    assert found.correlation[-1].mean() < 0.7
    assert nets.trace(model) == before
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))

    left = [2, 1, 0]

    def fail_later(logits):
        return logits[:, left.pop()]

    with pytest.raises(IndexError):
        randomise_layers(model, x, fail_later, GradCam("conv2"))
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))


@given(seed=st.integers(0, 100))
def test_rank_correlation_is_scipys(seed):
    a, b = (noise(3, 5, 4, seed=seed + i).mul(6).round() for i in (0, 1))
    expected = [spearmanr(x.flatten(), y.flatten()).statistic for x, y in zip(a, b, strict=True)]
    assert spearman(a, b).tolist() == pytest.approx(expected, abs=1e-6)
    assert spearman(a, torch.zeros_like(a)).tolist() == [0, 0, 0]
