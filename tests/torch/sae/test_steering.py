import pytest
import torch

from torch import nn

from lazyartist.activations import activations
from lazyartist.inference import predict
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.directions import random_features
from lazyartist.sae.labelling import best
from lazyartist.sae.steering import ablate, add, clamp, intervene, scale, steering
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train


@pytest.fixture(scope="module")
def x(task):
    return task.hard["other"].render(slice(0, 40))


def logits(model, x):
    with torch.no_grad():
        return model(x)


def test_an_intervention_changes_what_it_says_and_keeps_the_error(by_hand):
    x = torch.tensor([[1.0, 2.0, 0.0, 9.0]])
    autoencoder = by_hand()
    assert intervene(autoencoder, ablate([1]))(x).tolist() == [[1, 0, 0, 9]]
    assert intervene(autoencoder, scale([0, 1], 3))(x).tolist() == [[3, 6, 0, 9]]
    assert intervene(autoencoder, clamp([2], 5))(x).tolist() == [[1, 2, 5, 9]]
    assert intervene(autoencoder, add([0], -0.5))(x).tolist() == [[0.5, 2, 0, 9]]
    assert intervene(autoencoder, ablate([0, 1]), add([0], 4))(x).tolist() == [[4, 0, 0, 9]]
    assert intervene(autoencoder)(x).tolist() == x.tolist()


@pytest.mark.parametrize("pooling", ["pooled", "positions"])
def test_a_scale_of_one_gives_the_same_logits(pooling, lazy, task, x):
    vectors = activations(lazy, "conv2", task.train.subset(slice(0, 64)), pooling)
    (autoencoder,) = train(TopK(k=4), vectors, features=32, budget=SaeBudget(steps=20, batch_size=64))
    before = logits(lazy, x)
    with steering(lazy, "conv2", pooling, autoencoder, scale(range(32), 1)):
        assert (logits(lazy, x) - before).abs().max() <= 1e-5
    with steering(lazy, "conv2", pooling, autoencoder, ablate(range(32))):
        assert (logits(lazy, x) - before).abs().max() > 0.01


def test_silencing_a_dead_feature_changes_nothing_and_hooks_are_gone(by_hand):
    model, x = (
        nn.Sequential(nn.Identity(), nn.Softmax(1)),
        torch.rand(5, 4, generator=torch.Generator().manual_seed(0)),
    )
    before = logits(model, x)
    with steering(model, "0", "pooled", by_hand(dead=[1]), ablate([1]), scale([1], 7)):
        assert torch.equal(logits(model, x), before)
    with steering(model, "0", "pooled", by_hand(), ablate([1])):
        assert not torch.equal(logits(model, x), before)
    with pytest.raises(RuntimeError, match="on the way"), steering(model, "0", "pooled", by_hand(), ablate([0])):
        raise RuntimeError("on the way")
    assert torch.equal(logits(model, x), before)
    assert not any(module._forward_hooks for module in model.modules())


def test_an_autoencoder_of_another_layer_is_refused(lazy, pair, x):
    wrong = steering(lazy, "conv1", "pooled", pair[0], ablate([0]))
    with pytest.raises(ValueError, match=r"expected \(N, 64\)"), wrong:
        logits(lazy, x)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ablate([-1]), "features=-1: expected a whole number from 0 on"),
        (lambda: ablate([2.7]), "features=2.7: expected a whole number"),
        (lambda: add(["1"], 1), "features='1': expected a whole number"),
        (lambda: scale(torch.tensor([0.5]), 1), "features=0.5: expected a whole number"),
        (lambda: ablate(1), r"features=1: expected a list of indices, such as \[1\]"),
        (lambda: scale([1], float("nan")), "factor=nan: expected a finite number"),
        (lambda: scale([1], float("inf")), "factor=inf"),
        (lambda: clamp([1], float("nan")), "value=nan"),
        (lambda: clamp([1], None), "value=None"),
        (lambda: add([1], float("-inf")), "amount=-inf"),
    ],
)
def test_nonsense_is_refused_before_any_model_runs(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", [ablate, lambda f: scale(f, 2), lambda f: clamp(f, 1), lambda f: add(f, 1)])
def test_a_feature_that_does_not_exist_is_refused_before_any_model_runs(make, by_hand):
    for index in (3, 64):
        with pytest.raises(ValueError, match=rf"features=\[0, {index}\]: there are only 3 features"):
            intervene(by_hand(), make([0, index]))
    model = nn.Sequential(nn.Identity())
    wrong = steering(model, "0", "pooled", by_hand(), make([3]))
    with pytest.raises(ValueError, match="there are only 3 features"), wrong:
        pass
    assert not model[0]._forward_hooks


def test_features_may_be_named_by_any_integers(by_hand):
    x = torch.tensor([[1.0, 2.0, 3.0, 9.0]])
    one = torch.tensor(1)
    for features in (one, one[None], [one], one[None].cpu().numpy(), [one.cpu().numpy()], (1,), range(1, 2)):
        assert intervene(by_hand(), ablate(features))(x).tolist() == [[1, 0, 3, 9]]


def test_a_colour_turned_up_becomes_the_answer_and_random_features_do_not(lazy, pair, cards, fair_hidden, fair):
    amount = 4 * float(fair_hidden.std(0).norm())  # four times as far as vectors usually lie from their mean
    living = [card.index for card in cards[0] if card.density > 0]
    said, control = [], []
    for colour, word in enumerate(fair.images.palette.words):
        others = fair.subset((fair.attribute != colour) & (fair.labels != colour)).subset(slice(0, 50))
        feature = best(cards[0], word).index
        with steering(lazy, "conv3", "pooled", pair[0], add([feature], amount)):
            said.append(float((predict(lazy, others) == colour).float().mean()))
        for other in random_features(living, 5, seed=colour):  # a tenth of them is of this very colour, by chance
            with steering(lazy, "conv3", "pooled", pair[0], add([other], amount)):
                control.append(float((predict(lazy, others) == colour).float().mean()))
    assert sum(share >= 0.9 for share in said) >= 9
    assert sum(control) / len(control) < 0.25
