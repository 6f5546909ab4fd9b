import pytest
import torch

from lazyartist.sae.base import Step, Weights, keep_largest
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.matching import match
from lazyartist.sae.metrics import dead_share, explained_variance
from lazyartist.sae.topk import TopK, reviving_loss
from lazyartist.sae.train import train


def test_topk_finds_the_directions_that_the_data_are_made_of(truth):
    directions, x = truth
    (autoencoder,) = train(TopK(k=3), x, features=32, budget=SaeBudget(steps=600, batch_size=128, learning_rate=5e-3))
    assert explained_variance(x, autoencoder(x)) > 0.9
    assert match(directions, autoencoder.directions).stable_share > 0.9
    assert dead_share(autoencoder.encode(x)) <= 1 / 32


def test_topk_fires_at_most_k_times():
    z = keep_largest(torch.tensor([[3.0, 1.0, 2.0, 0.0], [0.0, 0.0, 5.0, 0.0]]), 2)
    assert z.tolist() == [[3, 0, 2, 0], [0, 0, 5, 0]]
    assert keep_largest(torch.tensor([[1.0, 2.0]]), 5).tolist() == [[1, 2]]


def test_next_to_nothing_is_dead_in_the_few_dimensions_of_a_lazy_layer(pair, hidden):
    for autoencoder in pair:
        assert dead_share(autoencoder.encode(hidden)) <= 0.05
        assert explained_variance(hidden, autoencoder(hidden)) > 0.95


def test_the_auxiliary_loss_is_about_the_dead_and_the_residual_alone():
    eye = torch.eye(3, 4)[None]
    encoder = eye.mT.clone().requires_grad_()
    weights = Weights(encoder, torch.zeros(1, 1, 3), eye, torch.zeros(1, 1, 4), torch.zeros(1, 1, 3), (3,))
    x = torch.tensor([[[2.0, 0.0, 1.0, 1.0]]])
    z = torch.tensor([[[2.0, 0.0, 0.0]]])  # the third axis is dead, the fourth has no feature

    def loss(dead):
        step = Step(x, weights.before(x), z, weights.decode(z), torch.tensor([[dead]]), 0.0)
        return reviving_loss(weights, step, 2)

    assert float(loss([False] * 3)) == 0
    value = loss([False, False, True])
    assert value.item() == pytest.approx(0.5)  # half of what is left over lies along the third axis
    (2 * value.sum()).backward()
    assert not encoder.grad[0, :, :2].any()
    with torch.no_grad():
        encoder[0, 2, 2] = 0.5
    assert loss([False, False, True]).item() == pytest.approx(0.625)
