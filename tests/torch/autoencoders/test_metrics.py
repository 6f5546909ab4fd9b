import itertools

import pytest
import torch

from scipy.stats import f_oneway
from sklearn.metrics import roc_auc_score

from lazyartist.sae.matching import match
from lazyartist.sae.metrics import dead_share, density, explained_variance, l0, loss_recovered
from lazyartist.sae.layer_probing import presence
from lazyartist.sae.selectivity import strokes
from lazyartist.statistics import auroc, eta_squared
from lazyartist.sae.sparse_probe import linear_probe, sparse_probe
from lazyartist.data.coloured import ColouredImages


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_explained_variance_on_known_answers():
    x = drawn(500, 6).relu() + 3
    assert explained_variance(x, x) == 1
    assert explained_variance(x, x.mean(0).expand_as(x)) == pytest.approx(0, abs=1e-6)
    assert explained_variance(x, x + 1) < 0  # a constant error is an error: one library calls this a perfect score
    centre = x.double().mean(0)
    assert explained_variance(x.double(), centre + (x - centre) / 2) == pytest.approx(0.75)
    with pytest.raises(ValueError, match="no variance to explain"):
        explained_variance(torch.ones(5, 2), torch.ones(5, 2))
    with pytest.raises(ValueError, match="same shape"):
        explained_variance(x, x[:, :2])


def test_l0_density_and_dead_share_count():
    z = torch.tensor([[1.0, 0, 0, 2], [3.0, 0, 0, 0], [0.0, 0, 0, 1], [1.0, 0, 0, 1]])
    assert l0(z) == 1.5
    assert density(z).tolist() == [0.75, 0, 0, 0.75]
    assert dead_share(z) == 0.5


def test_loss_recovered_is_one_for_the_identity_and_zero_for_the_mean(lazy, hidden, task, pair):
    mean = hidden.vectors.mean(0)

    def recovered(reconstruct):
        return loss_recovered(lazy, "conv3", "pooled", task.easy, reconstruct, mean)

    assert recovered(lambda x: x) == 1
    assert recovered(lambda x: mean.expand_as(x)) == 0
    assert 0.9 < recovered(pair[0]) < 1.05
    with pytest.raises(ValueError, match="does not help the model"):
        loss_recovered(lazy, "conv3", "pooled", task.hard["rotated"], pair[0], mean)


def test_auroc_is_that_of_scikit_learn_ties_and_all():
    scores = drawn(300, 5).relu().round(decimals=1)
    holds = drawn(4, 300, seed=1) > 0.3
    ours = auroc(scores, holds)
    for a, f in itertools.product(range(4), range(5)):
        assert float(ours[a, f]) == pytest.approx(roc_auc_score(holds[a], scores[:, f]))
    assert auroc(scores, torch.ones(1, 300, dtype=torch.bool)).isnan().all()


def test_eta_squared_is_that_of_an_analysis_of_variance():
    x, groups = drawn(200, 3), torch.arange(200) % 4
    x[:, 1] = groups.float()
    x[:, 2] = 7
    eta = eta_squared(x, groups)
    f = f_oneway(*(x[groups == g, 0].double().numpy() for g in range(4))).statistic
    assert float(eta[0]) == pytest.approx(f * 3 / (f * 3 + 196))
    assert eta[1:].tolist() == pytest.approx([1, 0])


def test_matching_is_the_best_of_all_assignments():
    a, b = drawn(5, 4), drawn(5, 4, seed=1)
    found = match(a, b)
    cosine = torch.nn.functional.cosine_similarity(a[:, None].double(), b[None].double(), dim=2)
    best = max(sum(float(cosine[i, j]) for i, j in enumerate(p)) for p in itertools.permutations(range(5)))
    assert float(found.cosine.sum()) == pytest.approx(best)


def test_a_shuffled_dictionary_agrees_wholly_and_an_unrelated_one_does_not():
    a = drawn(40, 64)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(3))
    found = match(a, 2 * a[order])
    assert found.agreement == pytest.approx(1)
    assert found.shared == 1
    assert torch.equal(order[found.right], found.left)
    assert match(a, drawn(40, 64, seed=5)).shared == 0
    with pytest.raises(ValueError, match=r"expected \(F, D\) and \(G, D\)"):
        match(a, drawn(40, 3))


def test_a_sparse_probe_finds_what_was_planted():
    groups = torch.arange(600) % 3
    z = drawn(600, 20).abs()
    z[:, 7] += 4 * (groups == 1)
    z[:, 3] += 4 * ((groups == 2) & (torch.arange(600) % 2 == 0))
    z[:, 4] += 4 * ((groups == 2) & (torch.arange(600) % 2 == 1))
    train, test = (z[:400], groups[:400]), (z[400:], groups[400:])
    one, two = (sparse_probe(train, test, k) for k in (1, 2))
    assert one[1] > 0.99
    assert one[2] < 0.9 < 0.97 < two[2]
    assert 0.35 < sparse_probe((drawn(400, 20), groups[:400]), (drawn(200, 20, seed=2), groups[400:]), 1)[0] < 0.65
    assert linear_probe(train, test)[1] > 0.99
    with pytest.raises(ValueError, match="k=0"):
        sparse_probe(train, test, 0)
    with pytest.raises(ValueError, match="group 0 has 0 of"):
        sparse_probe((z[groups > 0], groups[groups > 0]), test, 1)


def test_colour_is_present_in_the_hidden_layer_of_a_lazy_model(pair, hidden, fair_hidden, task, fair):
    half = len(fair) // 2
    x, colours, classes = fair_hidden.vectors, fair.colours, fair.labels
    found = presence(pair[0], (x[:half], colours[:half]), (x[half:], colours[half:]))
    shape = presence(pair[0], (x[:half], classes[:half]), (x[half:], classes[half:]))
    assert found.probe.shape == found.feature.shape == found.channel.shape == (10,)
    assert float(found.probe.min()) > 0.99
    assert float(found.feature.min()) > 0.8
    assert float(shape.feature.mean()) < 0.75 < float(found.feature.mean())


def test_strokes_are_what_they_are_called():
    images = torch.zeros(8, 28, 28, dtype=torch.uint8)
    images[0, 4:24, 13:15] = 255  # upright
    images[1, 13:15, 4:24] = 255  # level
    steps = torch.arange(4, 24)
    for shift in (0, 1):
        images[2, steps, steps + shift] = 255  # falls to the right
        images[3, 27 - steps, steps + shift] = 255
    images[4:] = 40
    images[4:, 8:20, 8:20] = 90
    images[7] = 200
    images[7, 8:20, 8:20] = 255
    zeros = torch.zeros(8, dtype=torch.long)
    found = strokes(ColouredImages(images, zeros, zeros))
    held = {name: row.nonzero()[:, 0].tolist() for name, row in zip(found.names, found.holds, strict=True)}
    assert 7 in held["ink"]
    assert 0 in held["vertical strokes"]
    assert 1 in held["horizontal strokes"]
    assert 2 in held["falling strokes"]
    assert 3 in held["rising strokes"]
    assert 3 not in held["falling strokes"]
