import numpy as np
import pytest
import torch

from lazyartist.sae import SAES
from lazyartist.sae.batch_topk import BatchTopK
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.jump_relu import JumpReLU
from lazyartist.sae.matryoshka import Matryoshka
from lazyartist.sae.metrics import explained_variance, l0
from lazyartist.sae.relu_l1 import ReluL1
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
    assert [(one.features, one.seed) for one in together] == [(16, 0), (16, 1), (40, 0), (40, 1)]
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
        ({"vectors": torch.zeros(10, 4).long()}, r"expected \(N, D\) finite floats, got \(10, 4\) torch\.int64"),
        ({"vectors": np.zeros((10, 4))}, r"expected a torch tensor, got ndarray: pass torch\.as_tensor\(vectors\)"),
        ({"vectors": torch.zeros(0, 4)}, "vectors: expected at least two"),
        ({"features": 0}, "features=0: expected a whole number from 1 on"),
        ({"features": (16, 2.5)}, "features=2.5"),
        ({"features": ()}, "at least one size"),
        ({"seeds": ()}, "at least one seed"),
        ({"seeds": 2}, "seeds=2: expected a list of seeds"),
        ({"seeds": (-1,)}, "seeds=-1: expected a whole number from 0 on"),
        ({"features": 7}, "k=8: there are only 7 features; choose a smaller k, or more features"),
        ({"features": (64, 7)}, "k=8: there are only 7 features"),
        ({"variant": BatchTopK(k=257)}, "k=257: there are only 256 features"),
        ({"variant": Matryoshka(k=100), "features": 8}, "k=100: there are only 8 features"),
        ({"variant": JumpReLU(k=100), "features": 8}, "k=100: there are only 8 features"),
    ],
)
def test_nonsense_is_refused(change, message, truth):
    arguments = {"variant": TopK(), "vectors": truth[1], **change}
    with pytest.raises(ValueError, match=message):
        train(**arguments, budget=BRIEF)


@pytest.mark.parametrize("name", list(SAES))
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_floats_of_any_precision_are_taken(name, dtype, truth):
    x = truth[1][:512].to(dtype)
    own, plain = (train(SAES[name](), part, features=24, budget=BRIEF)[0] for part in (x, x.float()))
    assert own.directions.dtype == torch.float32
    assert torch.equal(own.encode(x), own.encode(x.float()))
    assert explained_variance(x, own(x)) > 0.1
    assert torch.allclose(own.directions, plain.directions, atol=1e-3)


def test_numpy_integers_name_sizes_and_seeds(truth):
    x = truth[1][:512]
    (a,) = train(TopK(k=np.int64(3)), x, features=np.int64(16), seeds=np.arange(1), budget=BRIEF)
    (b,) = train(TopK(k=3), x, features=16, budget=BRIEF)
    assert (a.features, a.seed) == (16, 0)
    assert same(a, b)


def test_few_vectors_are_enough():
    x = torch.randn(10, 4, generator=torch.Generator().manual_seed(0))
    (autoencoder,) = train(TopK(k=2), x, features=16, budget=BRIEF)
    assert autoencoder(x).isfinite().all()


def test_a_loss_that_diverges_is_an_error_that_names_variant_and_step(truth):
    message = r"sparse autoencoder ReluL1\(strength=0\.03\) has a loss of \w+ at step \d"
    with pytest.raises(FloatingPointError, match=message):
        train(ReluL1(), truth[1], features=24, budget=SaeBudget(steps=60, batch_size=64, learning_rate=1e30))
