import pytest
import torch

from torch import nn

from lazyartist.activations import activations, editing
from lazyartist.sae.base import Autoencoder, Weights
from lazyartist.sae.steering import ablate, add, clamp, dials, scale, turned
from lazyartist.sae.directions import (
    along,
    difference_of_means,
    random_directions,
    random_features,
    raw_channel,
    set_channels,
)
from lazyartist.sae.labelling import best
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import Training, train
from lazyartist.inference import predict


@pytest.fixture(scope="module")
def x(task):
    return task.hard["other"].render(slice(0, 40))


def logits(model, x):
    with torch.no_grad():
        return model(x)


def by_hand(dead=()):
    """Three features along three axes of four dimensions; the autoencoder misses the fourth."""
    eye = torch.eye(3, 4)
    bias = torch.zeros(1, 3)
    bias[:, list(dead)] = -100
    weights = Weights(eye.T.contiguous(), bias, eye, torch.zeros(1, 4), torch.zeros(1, 3), (3,))
    return Autoencoder(TopK(k=3), weights, 0, {})


def test_a_turn_changes_what_it_says_and_keeps_the_error():
    x = torch.tensor([[1.0, 2.0, 0.0, 9.0]])
    found = by_hand()
    assert turned(found, ablate([1]))(x).tolist() == [[1, 0, 0, 9]]
    assert turned(found, scale([0, 1], 3))(x).tolist() == [[3, 6, 0, 9]]
    assert turned(found, clamp([2], 5))(x).tolist() == [[1, 2, 5, 9]]
    assert turned(found, add([0], -0.5))(x).tolist() == [[0.5, 2, 0, 9]]
    assert turned(found, ablate([0, 1]), add([0], 4))(x).tolist() == [[4, 0, 0, 9]]


@pytest.mark.parametrize("where", ["pooled", "positions"])
def test_a_scale_of_one_gives_the_same_logits(where, lazy, task, x):
    vectors = activations(lazy, "conv2", task.train.subset(slice(0, 64)), where).vectors
    (found,) = train(TopK(k=4), vectors, features=32, training=Training(steps=20, batch_size=64))
    before = logits(lazy, x)
    with dials(lazy, "conv2", where, found, scale(range(32), 1)):
        assert (logits(lazy, x) - before).abs().max() <= 1e-5
    with dials(lazy, "conv2", where, found, ablate(range(32))):
        assert (logits(lazy, x) - before).abs().max() > 0.01


def test_silencing_a_dead_feature_changes_nothing_and_hooks_are_gone():
    model, x = (
        nn.Sequential(nn.Identity(), nn.Softmax(1)),
        torch.rand(5, 4, generator=torch.Generator().manual_seed(0)),
    )
    before = logits(model, x)
    with dials(model, "0", "pooled", by_hand(dead=[1]), ablate([1]), scale([1], 7)):
        assert torch.equal(logits(model, x), before)
    with dials(model, "0", "pooled", by_hand(), ablate([1])):
        assert not torch.equal(logits(model, x), before)
    with pytest.raises(RuntimeError, match="on the way"), dials(model, "0", "pooled", by_hand(), ablate([0])):
        raise RuntimeError("on the way")
    assert torch.equal(logits(model, x), before)
    assert not any(module._forward_hooks for module in model.modules())


def test_an_autoencoder_of_another_layer_is_refused(lazy, pair, x):
    with pytest.raises(ValueError, match=r"expected \(N, 64\)"), dials(lazy, "conv1", "pooled", pair[0], ablate([0])):
        logits(lazy, x)


def test_a_colour_turned_up_becomes_the_answer_and_random_features_do_not(lazy, pair, cards, fair_hidden, fair):
    amount = 4 * float(fair_hidden.vectors.std(0).norm())  # four times as far as vectors usually lie from their mean
    living = [card.index for card in cards[0] if card.density > 0]
    said, control = [], []
    for colour, word in enumerate(fair.palette.words):
        others = fair.subset((fair.colours != colour) & (fair.labels != colour)).subset(slice(0, 50))
        feature = best(cards[0], word).index
        with dials(lazy, "conv3", "pooled", pair[0], add([feature], amount)):
            said.append(float((predict(lazy, others) == colour).float().mean()))
        for other in random_features(living, 5, seed=colour):  # a tenth of them is of this very colour, by chance
            with dials(lazy, "conv3", "pooled", pair[0], add([other], amount)):
                control.append(float((predict(lazy, others) == colour).float().mean()))
    assert sum(share >= 0.9 for share in said) >= 9
    assert sum(control) / len(control) < 0.25


def test_directions_of_known_answers():
    holds = torch.arange(100) % 2 == 0
    vectors = torch.randn(100, 5, generator=torch.Generator().manual_seed(0)) / 10
    vectors[:, 3] -= 2.0 * holds
    channel, direction = raw_channel(vectors, holds)
    assert channel == 3
    assert direction.tolist() == [0, 0, 0, -1, 0]
    assert float(difference_of_means(vectors, holds) @ direction) > 0.99
    drawn = random_directions(5, 7)
    assert torch.allclose(drawn.norm(dim=1), torch.ones(7))
    assert torch.equal(drawn, random_directions(5, 7))
    assert not torch.equal(drawn, random_directions(5, 7, seed=1))
    assert sorted(random_features([4, 8, 9], 3)) == [4, 8, 9]
    with pytest.raises(ValueError, match="only 3 features are alive"):
        random_features([4, 8, 9], 4)
    with pytest.raises(ValueError, match="100 of 100 vectors"):
        difference_of_means(vectors, torch.ones(100, dtype=torch.bool))
    with pytest.raises(ValueError, match="means with and without"):
        difference_of_means(torch.ones(100, 5), holds)


def test_edits_do_what_they_say():
    vectors = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert along(torch.tensor([0.0, 1.0]), 2)(vectors).tolist() == [[1, 4], [3, 6]]
    assert set_channels([0], torch.tensor([9.0, 9.0]))(vectors).tolist() == [[9, 2], [9, 4]]
    assert vectors.tolist() == [[1, 2], [3, 4]]
    model = nn.Sequential(nn.Identity())
    with editing(model, "0", "pooled", along(torch.tensor([1.0, 0.0]), 1)):
        assert model(vectors).tolist() == [[2, 2], [4, 4]]
