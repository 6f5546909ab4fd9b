import pytest
import torch

from lazyartist.sae.base import SparseAutoencoder, Weights
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.scr import Pairs, effects, spurious_correlation_removal
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train


@pytest.fixture(scope="module")
def two_attributes():
    """Vectors in which a strong spurious and a weak intended attribute each have a direction of their own."""

    def make(seed):
        generator = torch.Generator().manual_seed(seed)
        intended, spurious = torch.arange(400) % 2 == 0, torch.arange(400) % 4 < 2
        x = torch.randn(400, 6, generator=generator) / 3
        x[:, 0] += 2.0 * intended - 1
        x[:, 1] += 6.0 * spurious - 3  # about zero: published as it is, a probe has no steps to spare for a bias
        return Pairs(x, intended, spurious)

    return make(0), make(1)


def test_removing_the_spurious_features_cures_a_biased_probe(two_attributes):
    training, test = two_attributes
    axes = torch.eye(6)[[0, 0, 1, 1]] * torch.tensor([[1.0], [-1], [1], [-1]])
    weights = Weights(axes.T.contiguous(), torch.zeros(1, 4), axes, training.x.mean(0, True), torch.zeros(1, 4), (4,))
    autoencoder = SparseAutoencoder(TopK(k=2), weights, 0, SaeBudget())
    scores = spurious_correlation_removal(autoencoder, training, test, counts=(0, 2))
    assert scores[0] == 0
    assert scores[2] > 0.7
    assert scores == spurious_correlation_removal(autoencoder, training, test, counts=(0, 2))
    with pytest.raises(ValueError, match="no vector of `train` has intended=True and spurious=False"):
        spurious_correlation_removal(autoencoder, Pairs(training.x, training.intended, training.intended), test)


def test_the_effect_of_a_feature_is_difference_times_projection(two_attributes):
    training, _ = two_attributes
    (autoencoder,) = train(TopK(k=2), training.x, features=6, budget=SaeBudget(steps=5, batch_size=128))
    probe = torch.arange(6.0)
    z = autoencoder.encode(training.x)
    b = training.spurious
    for f in range(6):
        gap = float(z[b, f].mean() - z[~b, f].mean())
        wanted = abs(gap * float(autoencoder.directions[f] @ probe))
        assert float(effects(autoencoder, training.x, b, probe)[f]) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": (-1,)}, "counts=-1"),
        ({"counts": (2.5,)}, "counts=2.5"),
        ({"test": float("nan")}, "test.x: expected"),
    ],
)
def test_nonsense_is_refused(change, message, two_attributes):
    training, test = two_attributes
    (autoencoder,) = train(TopK(k=2), training.x, features=6, budget=SaeBudget(steps=2, batch_size=32))
    if "test" in change:
        test = Pairs(test.x * change.pop("test"), test.intended, test.spurious)
    with pytest.raises(ValueError, match=message):
        spurious_correlation_removal(autoencoder, training, test, **{"counts": (2,), **change})
