import numpy as np
import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from lazyartist.attribution.insertion_deletion import deletion, insertion, ranks
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.road import fill, road
from lazyartist.attribution.randomisation import sanity, spearman
from lazyartist.attribution.relevance_mass import pointing, regions, where


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_regions_share_out_the_image(task):
    masks = regions(task.easy.images[:50])
    assert torch.equal(masks["stroke"], ~masks["background"])
    assert not (masks["edge"] & masks["interior"]).any()
    assert not (masks["interior"] & masks["background"]).any()
    assert all(mask.flatten(1).any(1).all() for name, mask in masks.items() if name != "interior")


def test_a_thick_bar_has_its_edges_where_they_are():
    grey = torch.zeros(1, 28, 28, dtype=torch.uint8)
    grey[:, :, 10:18] = 255
    masks = regions(grey)
    columns = {name: mask[0, 14].nonzero()[:, 0].tolist() for name, mask in masks.items()}
    assert columns["stroke"] == list(range(10, 18))
    assert columns["edge"] == [9, 10, 17, 18]
    assert columns["interior"] == list(range(11, 17))


def test_a_map_lies_where_it_lies(task):
    masks = regions(task.easy.images[:6])
    for name in ("stroke", "background", "edge"):
        found = where(masks[name].float(), masks)
        torch.testing.assert_close(found.share[name], torch.ones(6))
        assert found.mean(name) == pytest.approx(1)
    even = where(torch.ones(6, 7, 7), masks)
    for name in masks:
        torch.testing.assert_close(even.share[name], even.area[name])
    # what speaks against the target is not where the model looks
    signed = where(masks["stroke"].float() - 5 * masks["background"].float(), masks)
    torch.testing.assert_close(signed.share["stroke"], torch.ones(6))


def test_blank_maps_are_counted_and_in_no_mean(task):
    masks = regions(task.easy.images[:3])
    maps = masks["stroke"].float()
    maps[1], maps[2] = 0, -1
    found = where(maps, masks)
    assert found.blank.tolist() == [False, True, True]
    assert found.share["stroke"].tolist() == [1, 0, 0]
    assert found.mean("stroke") == 1
    assert pointing(maps, masks["stroke"]).tolist() == [True, False, False]
    assert pointing(maps, masks["background"]).tolist() == [False, False, False]


def test_ranks_go_from_the_highest_pixel_down():
    assert ranks(torch.tensor([[[0.1, 0.9], [0.5, 0.5]]]), (2, 2)).tolist() == [[[3, 0], [1, 2]]]


@settings(max_examples=6)
@given(seed=st.integers(0, 1000), baseline=st.sampled_from(["black", "mean", "blur"]))
def test_taking_the_highest_first_is_putting_in_the_lowest_first_backwards(nets, seed, baseline):
    x = noise(2, 3, 28, 28, seed=seed)
    maps = torch.randperm(1568, generator=torch.Generator().manual_seed(seed))
    maps = maps.view(2, 28, 28).float()
    model = nets.Linear()
    out = deletion(model, x, maps, 1, baseline=baseline, steps=4)
    back = insertion(model, x, -maps, 1, baseline=baseline, steps=4)
    torch.testing.assert_close(out.probability, back.probability.flip(0))
    assert out.baseline == baseline
    torch.testing.assert_close(out.probability[0], model(x).softmax(1)[:, 1].detach())


def test_a_pixel_that_decides_is_found_at_the_first_step(nets):
    model, x = nets.Linear(2), torch.full((1, 3, 28, 28), 0.5)
    with torch.no_grad():
        model.weight.zero_()
        model.weight[1, :, 3, 4] = 10
    maps = Saliency()(model, x, 1)
    assert ranks(maps, (28, 28))[0, 3, 4] == 0
    assert deletion(model, x, maps, 1).probability[:2, 0].tolist() == pytest.approx([1, 0.5], abs=1e-6)
    assert insertion(model, x, maps, 1).probability[:2, 0].tolist() == pytest.approx([0.5, 1], abs=1e-6)
    assert float(insertion(model, x, maps, 1).area) > 0.95 > float(deletion(model, x, maps, 1).area)
    found = road(model, x, maps, 1)
    assert found.most.shape == (9, 1)
    with pytest.raises(ValueError, match="expected 'black', 'mean' or 'blur'"):
        deletion(model, x, maps, 1, baseline="white")


def test_road_finds_what_counts(nets):
    model, x = nets.Linear(2), noise(4, 3, 28, 28)
    with torch.no_grad():
        model.weight.zero_()
        model.weight[1] = (x[0] - 0.5) / 60
    good = road(model, x[:1], model.weight[1].sum(0, keepdim=True).detach().abs(), 1)
    bad = road(model, x[:1], -model.weight[1].sum(0, keepdim=True).detach().abs(), 1)
    assert float(good.score) > 0.02
    torch.testing.assert_close(good.score, -bad.score)


def test_holes_are_filled_by_the_solution_of_their_linear_system():
    x, missing = noise(2, 3, 6, 5).double(), noise(2, 1, 6, 5, seed=1) < 0.7
    found = fill(x, missing, tolerance=1e-10)
    offsets = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    for n, c, i, j in np.ndindex(2, 3, 6, 5):
        if not missing[n, 0, i, j]:
            assert found[n, c, i, j] == x[n, c, i, j]
            continue
        beside = [(i + a, j + b, 1 / 12 if a and b else 1 / 6) for a, b in offsets]
        beside = [(a, b, weight) for a, b, weight in beside if 0 <= a < 6 and 0 <= b < 5]
        mean = sum(weight * found[n, c, a, b] for a, b, weight in beside) / sum(weight for *_, weight in beside)
        assert float(found[n, c, i, j]) == pytest.approx(float(mean), abs=1e-8)
    assert torch.equal(fill(x, torch.zeros_like(missing)), x)
    with pytest.raises(ValueError, match="at least one to fill from"):
        fill(x, torch.ones_like(missing))


def test_maps_change_with_the_weights_and_the_weights_come_back(nets):
    model, x = nets.settled(), nets.batch(4)
    before = nets.trace(model)
    weights = [parameter.clone() for parameter in model.parameters()]
    found = sanity(model, x, 0, GradCam("conv2"))
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
        sanity(model, x, fail_later, GradCam("conv2"))
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))


@given(seed=st.integers(0, 100))
def test_rank_correlation_is_scipys(seed):
    a, b = (noise(3, 5, 4, seed=seed + i).mul(6).round() for i in (0, 1))
    expected = [spearmanr(x.flatten(), y.flatten()).statistic for x, y in zip(a, b, strict=True)]
    assert spearman(a, b).tolist() == pytest.approx(expected, abs=1e-6)
    assert spearman(a, torch.zeros_like(a)).tolist() == [0, 0, 0]


def test_a_hole_that_is_filled_early_waits_for_the_others():
    x = torch.zeros(2, 3, 28, 28)
    x[0, :, 0, 0] = 1e-3  # solved in a few steps, while the noise beside it takes dozens
    x[1] = noise(1, 3, 28, 28)[0]
    missing = torch.ones(2, 1, 28, 28, dtype=torch.bool)
    missing[0, :, :2] = missing[1, :, ::9, ::9] = False
    assert fill(x, missing).isfinite().all()
