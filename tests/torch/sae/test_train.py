import pytest
import torch

from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.metrics import explained_variance, l0
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train


QUICK = SaeBudget(steps=200, batch_size=64, learning_rate=4e-3)


BRIEF = SaeBudget(steps=12, batch_size=64)


def same(a, b):
    return all(torch.equal(x, y) for (_, x), (_, y) in zip(a.weights.named(), b.weights.named(), strict=True))


@pytest.mark.parametrize("name", list(SAES))
def test_a_variant_reconstructs_and_is_sparse(name, truth):
    _, x = truth
    (autoencoder,) = train(SAES[name](), x, features=48, budget=QUICK)
    z = autoencoder.encode(x)
    assert z.shape == (4096, 48)
    assert float(z.min()) >= 0
    assert explained_variance(x, autoencoder(x)) > 0.8
    assert l0(z) < 24
    assert torch.allclose(autoencoder.directions.norm(dim=1), torch.ones(48), atol=1e-5)
    assert torch.allclose(autoencoder.encode(x[:1]), z[:1], atol=1e-5)


@pytest.mark.parametrize("name", list(SAES))
def test_same_seed_same_bits_and_another_seed_others(name, truth):
    _, x = truth
    (a,), (b,), (c,) = (train(SAES[name](), x, features=24, seeds=[s], budget=BRIEF) for s in (0, 0, 1))
    assert same(a, b)
    assert not torch.equal(a.directions, c.directions)


@pytest.mark.parametrize("name", list(SAES))
def test_seeds_and_sizes_trained_as_one_are_those_trained_alone(name, truth):
    _, x = truth
    variant = SAES[name]()
    together = train(variant, x, features=(16, 40), seeds=(0, 1), budget=BRIEF)
    assert [(autoencoder.features, autoencoder.seed) for autoencoder in together] == [(16, 0), (16, 1), (40, 0), (40, 1)]
    for autoencoder in together:
        (alone,) = train(variant, x, features=autoencoder.features, seeds=[autoencoder.seed], budget=BRIEF)
        assert torch.allclose(autoencoder.directions, alone.directions, atol=1e-3)
        assert torch.allclose(autoencoder(x), alone(x), atol=1e-2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vectors": torch.zeros(10, 4)}, "all are the same"),
        ({"vectors": torch.full((10, 4), float("nan"))}, "finite floats"),
        ({"vectors": torch.zeros(10)}, r"expected \(N, D\)"),
        ({"features": 0}, "positive sizes"),
        ({"seeds": ()}, "at least one seed"),
    ],
)
def test_nonsense_is_refused(change, message, truth):
    arguments = {"vectors": truth[1], **change}
    with pytest.raises(ValueError, match=message):
        train(TopK(), **arguments, budget=BRIEF)
