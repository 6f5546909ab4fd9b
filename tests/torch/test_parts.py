"""The pieces that strategies are made of, against what they say they are."""

import colorsys

import pytest
import torch

from torch.nn.functional import cross_entropy

from lazyartist.edges import sobel_edges
from lazyartist.networks.head import head_of, with_features
from lazyartist.strategies.base import Batch
from lazyartist.strategies.channel_permutation import permute_channels
from lazyartist.strategies.colour_penalty import ColourPenalty
from lazyartist.strategies.fg_ccdb import surest
from lazyartist.strategies.gradient_reversal import ramp, reverse
from lazyartist.strategies.double_backprop import DoubleBackprop
from lazyartist.strategies.cutout import occlude
from lazyartist.strategies.losses import (
    count_pairs,
    divergence,
    environment_risks,
    generalised_cross_entropy,
    independence_weights,
)
from lazyartist.strategies.selecmix import contradicting
from lazyartist.strategies.augmentations import jitter, turn_hues
from lazyartist.training.fit import build


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_gradient_of_generalised_cross_entropy_is_that_of_cross_entropy_times_p_to_the_q():
    z = torch.randn(6, 4, generator=generator(), requires_grad=True)
    y = torch.tensor([0, 1, 2, 3, 0, 1])
    (own,) = torch.autograd.grad(generalised_cross_entropy(z, y, q=0.7).sum(), z)
    (plain,) = torch.autograd.grad(cross_entropy(z, y, reduction="sum"), z)
    p = z.softmax(1).gather(1, y[:, None])
    assert torch.allclose(own, plain * p**0.7, atol=1e-6)


def test_generalised_cross_entropy_has_a_gradient_where_a_probability_underflows():
    z = torch.tensor([[0.0, 200.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(generalised_cross_entropy(z, torch.tensor([0])).sum(), z)
    assert torch.equal(gradient, torch.zeros(1, 2))


def test_divergence_is_symmetric_and_zero_for_equals():
    log_p, log_q = torch.randn(2, 5, 3, generator=generator()).log_softmax(2)
    kl = torch.nn.functional.kl_div
    halves = [kl(b, a, log_target=True, reduction="batchmean") / 2 for a, b in ((log_p, log_q), (log_q, log_p))]
    assert torch.allclose(divergence(log_p, log_q), halves[0] + halves[1], atol=1e-6)
    assert divergence(log_p, log_p) == 0


def test_under_independence_weights_label_and_attribute_are_independent():
    labels = torch.randint(0, 3, (900,), generator=generator())
    attribute = torch.where(torch.rand(900, generator=generator(1)) < 0.8, labels, (labels + 1) % 3)
    weights = independence_weights(labels, attribute, 3)
    table = torch.zeros(3, 3).index_put((labels, attribute), weights, accumulate=True) / weights.sum()
    seen = count_pairs(labels, attribute, 3) > 0
    expected = torch.outer(*(torch.bincount(x, minlength=3) / 900 for x in (labels, attribute)))
    assert torch.allclose((table / expected)[seen], (table / expected)[seen][0].expand(int(seen.sum())), rtol=1e-4)


def test_environments_are_conflicting_and_aligned():
    z, y = torch.randn(4, 3, generator=generator()), torch.tensor([0, 1, 2, 0])
    losses = cross_entropy(z, y, reduction="none")
    risks, _ = environment_risks(z, y, torch.tensor([0, 1, 2, 1]))
    assert torch.allclose(risks, torch.stack([losses[3], losses[:3].mean()]))
    risks, _ = environment_risks(z, y, y)
    assert risks[0] == 0


def test_the_colour_penalty_is_blind_to_brightness_and_sees_the_paint():
    x = torch.zeros(2, 3, 4, 4)
    x[:, 0, 1:3, 1:3] = 1  # red
    brighter, greener = torch.zeros(2, 3, 4, 4).unbind(0)
    brighter[0], greener[1] = x[0, 0], x[0, 0]
    assert ColourPenalty().penalty(torch.stack([brighter, greener]), x).tolist() == [0, 16]


def test_a_gradient_penalty_is_of_each_images_own_gradient_and_can_be_trained_through(task):
    model = build("simple_cnn:width=4", 10, seed=0).eval()
    index = torch.arange(4)
    x, y = task.train.render(index), task.train.labels[index]
    found = DoubleBackprop(weight=0.5).loss(model, Batch(x, y, None, index, 0.0, generator()))
    alone = x.clone().requires_grad_()
    gradients = [torch.autograd.grad(cross_entropy(model(alone[i : i + 1]), y[i : i + 1]), alone)[0][i] for i in index]
    expected = torch.stack([g.square().sum() for g in gradients]).mean()
    assert torch.allclose(found, cross_entropy(model(x), y) + 0.5 * expected, rtol=1e-4)
    found.backward()
    assert model.head.weight.grad.abs().sum() > 0


def test_jitter_moves_shape_and_keeps_colour():
    x = torch.zeros(8, 3, 28, 28)
    x[:, :, 8:20, 10:18] = torch.tensor([1.0, 0.5, 0.25]).view(3, 1, 1)
    moved = jitter(x, generator())
    assert not torch.allclose(moved, x)
    assert moved.sum((1, 2, 3)) == pytest.approx(x.sum((1, 2, 3)), rel=0.3)
    assert torch.allclose(moved[:, 1], moved[:, 0] / 2, atol=1e-6)
    assert torch.allclose(jitter(x, generator(), degrees=0, shift=0, scale=0), x, atol=1e-5)


def test_occlusion_hides_one_square_wholly_inside():
    hidden = occlude(torch.ones(20, 3, 28, 28), 12, generator()) == 0
    assert hidden.sum((2, 3)).unique().tolist() == [144]
    assert (occlude(torch.ones(2, 3, 8, 8), 12, generator()) == 0).all()


def test_sobel_sees_edges_and_no_colour():
    x = torch.zeros(2, 3, 28, 28)
    x[0, 0, 8:20, 8:20] = x[1, 1, 8:20, 8:20] = 1
    edges = sobel_edges(x)
    assert torch.equal(edges[0], edges[1])
    assert edges[0, 14, 8] > 0.5
    assert edges[0, 14, 14] == edges[0, 2, 2] == 0


def test_a_reversed_gradient_comes_back_with_the_other_sign():
    x = torch.ones(3, requires_grad=True)
    y = reverse(x, 0.5)
    assert torch.equal(y, x)
    y.sum().backward()
    assert torch.allclose(x.grad, torch.full((3,), -0.5))
    assert ramp(0) == 0 < ramp(0.1) < ramp(1) < 1


def test_channels_change_places_and_nothing_else():
    x = torch.rand(50, 3, 4, 4, generator=generator())
    permuted = permute_channels(x, generator())
    assert torch.equal(permuted.sort(1).values, x.sort(1).values)
    assert not torch.equal(permuted, x)


def test_contradicting_pairs_are_unlike_of_a_class_or_alike_of_two():
    features = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [0.1, 1.0]]))
    y = torch.tensor([0, 0, 1, 1])
    mates = {tuple(contradicting(features, y, generator(seed)).tolist()) for seed in range(40)}
    choices = [{mate[i] for mate in mates} for i in range(4)]
    assert choices == [{1, 2}, {0, 3}, {3, 0}, {2, 1}]


def test_the_surest_of_each_answer_are_kept():
    logits = torch.tensor([[3.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 2.0], [0.0, 3.0], [0.0, 0.5]])
    assert surest(logits, 0.5).tolist() == [1, 0, 0, 1, 1, 0]


@pytest.mark.parametrize("name", ["simple_cnn:width=4", "deeper_cnn:width=4", "mlp", "resnet18"])
def test_features_are_what_the_last_layer_sees(name):
    model = build(name, 10, seed=0).eval()
    x = torch.rand(2, 3, 28, 28, generator=generator())
    logits, features = with_features(model, x)
    assert torch.allclose(head_of(model)(features), logits)
    assert not head_of(model)._forward_pre_hooks


def test_a_network_without_a_linear_layer_has_no_head():
    with pytest.raises(ValueError, match="Flatten has no linear layer"):
        head_of(torch.nn.Flatten())


def test_turned_hues_are_those_of_the_standard_library():
    pixels = torch.rand(50, 3, 1, 1, generator=generator(1))
    angles = torch.rand(50, 1, 1, generator=generator(2)).flatten()
    turned = turn_hues(pixels, generator(2)).flatten(1)
    for pixel, angle, found in zip(pixels.flatten(1).tolist(), angles.tolist(), turned.tolist(), strict=True):
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        assert found == pytest.approx(colorsys.hsv_to_rgb((h + angle) % 1, s, v), abs=1e-5)


def test_grey_stays_grey_and_black_stays_black():
    grey = torch.full((2, 3, 4, 4), 0.5)
    grey[0] = 0
    assert torch.allclose(turn_hues(grey, torch.Generator()), grey)
