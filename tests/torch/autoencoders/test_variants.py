import pytest
import torch

from torch.nn.functional import normalize

from lazyartist.sae import SAES
from lazyartist.sae.base import Step, Weights, keep_largest
from lazyartist.sae.batch_topk import BatchTopK
from lazyartist.sae.jump_relu import JumpReLU
from lazyartist.sae.matching import match
from lazyartist.sae.matryoshka import Matryoshka
from lazyartist.sae.metrics import dead_share, explained_variance, l0
from lazyartist.sae.relu_l1 import ReluL1
from lazyartist.sae.topk import TopK, reviving_loss
from lazyartist.sae.train import Training, train


QUICK = Training(steps=200, batch_size=64, learning_rate=4e-3)
BRIEF = Training(steps=12, batch_size=64)


@pytest.fixture(scope="module")
def truth():
    """24 directions in 16 dimensions, and vectors of three of them each."""
    generator = torch.Generator().manual_seed(0)
    directions = normalize(torch.randn(24, 16, generator=generator))
    on = torch.rand(4096, 24, generator=generator).argsort(1) < 3
    codes = on * (1 + torch.rand(4096, 24, generator=generator))
    return directions, codes @ directions + 5


def same(a, b):
    return all(torch.equal(x, y) for (_, x), (_, y) in zip(a.weights.named(), b.weights.named(), strict=True))


def test_topk_finds_the_directions_that_the_data_are_made_of(truth):
    directions, x = truth
    (found,) = train(TopK(k=3), x, features=32, training=Training(steps=600, batch_size=128, learning_rate=5e-3))
    assert explained_variance(x, found(x)) > 0.9
    assert match(directions, found.directions).shared > 0.9
    assert dead_share(found.encode(x)) <= 1 / 32


@pytest.mark.parametrize("name", list(SAES))
def test_a_variant_reconstructs_and_is_sparse(name, truth):
    _, x = truth
    (found,) = train(SAES[name](), x, features=48, training=QUICK)
    z = found.encode(x)
    assert z.shape == (4096, 48)
    assert float(z.min()) >= 0
    assert explained_variance(x, found(x)) > 0.8
    assert l0(z) < 24
    assert torch.allclose(found.directions.norm(dim=1), torch.ones(48), atol=1e-5)
    assert torch.allclose(found.encode(x[:1]), z[:1], atol=1e-5)


@pytest.mark.parametrize("name", list(SAES))
def test_same_seed_same_bits_and_another_seed_others(name, truth):
    _, x = truth
    (a,), (b,), (c,) = (train(SAES[name](), x, features=24, seeds=[s], training=BRIEF) for s in (0, 0, 1))
    assert same(a, b)
    assert not torch.equal(a.directions, c.directions)


@pytest.mark.parametrize("name", list(SAES))
def test_seeds_and_sizes_trained_as_one_are_those_trained_alone(name, truth):
    _, x = truth
    variant = SAES[name]()
    together = train(variant, x, features=(16, 40), seeds=(0, 1), training=BRIEF)
    assert [(found.features, found.seed) for found in together] == [(16, 0), (16, 1), (40, 0), (40, 1)]
    for found in together:
        (alone,) = train(variant, x, features=found.features, seeds=[found.seed], training=BRIEF)
        assert torch.allclose(found.directions, alone.directions, atol=1e-3)
        assert torch.allclose(found(x), alone(x), atol=1e-2)


def test_topk_fires_at_most_k_times():
    z = keep_largest(torch.tensor([[3.0, 1.0, 2.0, 0.0], [0.0, 0.0, 5.0, 0.0]]), 2)
    assert z.tolist() == [[3, 0, 2, 0], [0, 0, 5, 0]]
    assert keep_largest(torch.tensor([[1.0, 2.0]]), 5).tolist() == [[1, 2]]


def test_next_to_nothing_is_dead_in_the_few_dimensions_of_a_lazy_layer(pair, hidden):
    for found in pair:
        assert dead_share(found.encode(hidden.vectors)) <= 0.05
        assert explained_variance(hidden.vectors, found(hidden.vectors)) > 0.95


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
    found = loss([False, False, True])
    assert found.item() == pytest.approx(0.5)  # half of what is left over lies along the third axis
    (2 * found.sum()).backward()
    assert not encoder.grad[0, :, :2].any()
    with torch.no_grad():
        encoder[0, 2, 2] = 0.5
    assert loss([False, False, True]).item() == pytest.approx(0.625)


def test_the_threshold_of_batch_topk_gives_k_on_average(truth):
    _, x = truth
    (found,) = train(BatchTopK(k=3), x, features=32, training=QUICK)
    z = found.encode(x)
    assert l0(z) == pytest.approx(3, abs=0.01)
    assert int((z > 0).sum(1).max()) > 3
    assert torch.equal(found.encode(x[7:8]) > 0, z[7:8] > 0)


def test_the_gradient_of_a_jump_is_that_of_its_window():
    threshold = torch.tensor([[1.0, 1.0, 1.0]], requires_grad=True)
    weights = Weights(*[torch.zeros(1)] * 4, threshold=threshold, sizes=(3,))
    before = torch.tensor([[0.5, 1.1, 3.0]], requires_grad=True)
    z = JumpReLU(window=0.5).encode(weights, before, training=True)
    assert torch.allclose(z, torch.tensor([[0.0, 1.1, 3.0]]))
    z.sum().backward()
    assert before.grad.tolist() == [[0, 1, 1]]
    assert threshold.grad.tolist() == [[0, -1 / 0.5, 0]]  # −θ / window, inside the window only


def test_a_stronger_penalty_fires_less(truth):
    _, x = truth
    weak, strong = (train(ReluL1(s), x, features=32, training=QUICK)[0] for s in (0.003, 0.1))
    assert l0(strong.encode(x)) < l0(weak.encode(x))


def test_the_first_features_of_a_matryoshka_explain_more(truth):
    _, x = truth
    explained = []
    for variant in (Matryoshka(k=3), BatchTopK(k=3)):
        (found,) = train(variant, x, features=48, training=QUICK)
        z = found.encode(x)
        z[:, 24:] = 0
        explained.append(explained_variance(x, found.decode(z)))
    assert explained[0] > explained[1] + 0.05


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
        train(TopK(), **arguments, training=BRIEF)


def test_knobs_and_shapes_are_checked(pair):
    with pytest.raises(ValueError, match="k=0"):
        TopK(k=0)
    with pytest.raises(ValueError, match="steps=0"):
        Training(steps=0)
    with pytest.raises(ValueError, match=r"expected \(N, 64\)"):
        pair[0].encode(torch.zeros(3, 5))
    assert repr(pair[0]).startswith("Autoencoder(TopK(k=8")
