import math

import pytest
import torch

from lazyartist.latents.angles import wrapped
from lazyartist.latents.outliers import DETECTORS, find_outliers, learn_normal
from lazyartist.latents.posterior import Posterior
from lazyartist.registry import UnknownNameError


QUICK = [name for name in DETECTORS if name != "fast_mcd"]  # which fits one batch at a time


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def anywhere(*shape, seed=0):
    return 2 * math.pi * torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) - math.pi


def sharp(mean, circles=0, sd=0.1):
    return Posterior(mean, torch.full_like(mean, sd**-2), circles)


def every(posterior):
    return torch.ones(posterior.mean.shape[-1], dtype=torch.bool)


def rooms(turn=0.0, seed=0):
    """350 images: angle 0 is shared and angle 1 free; the first 25 are off by a tenth of a turn or more in angle 0."""
    mean = torch.stack([0.02 * drawn(350, seed=seed), anywhere(350, seed=seed + 1)], 1)
    mean[:25, 0] += 2 * math.pi / 10 * (1 + torch.arange(25) % 9)
    return sharp(wrapped(mean + turn), 2)


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("turn", [0.0, 3.0])
def test_who_is_off_is_found_and_in_which_latent(name, turn):
    odd = find_outliers(rooms(turn), torch.ones(2, dtype=torch.bool), detector=name)
    assert not odd.flagged[25:].any()
    if name in ("conditional", "mcd", "fast_mcd"):
        assert odd.flagged[:25].all()
        assert odd.distance[:25].min() > 2 * odd.distance[25:].max()
        assert (odd.latent[:25] == 0).all()
    else:
        assert odd.flagged[:25].float().mean() < 0.9  # they widen what they are measured by


@pytest.mark.parametrize("name", QUICK)
def test_false_alarms_are_as_many_as_were_asked_for(name):
    normal = sharp(drawn(20, 500, 4), sd=0.01)
    for asked in (0.05, 0.01):
        found = find_outliers(normal, every(normal), detector=name, false_alarms=asked).flagged.double().mean()
        assert 0.5 * asked < float(found) < 1.3 * asked


def test_latents_that_are_free_raise_none():
    free = sharp(anywhere(20, 350, 3), 3)
    assert not find_outliers(free, every(free)).flagged.any()


def test_an_odd_combination_of_common_halves_is_found():
    """Both latents go from -2 to 2, the second one is the first one's negative, and of one image it is not."""
    mean = drawn(200, 1).clamp(-2, 2) @ torch.tensor([[1.0, -1.0]]) + 0.1 * drawn(200, 2, seed=1)
    mean[0] = torch.tensor([1.0, 1.0])
    for name in QUICK:
        odd = find_outliers(sharp(mean), torch.ones(2, dtype=torch.bool), detector=name)
        assert odd.flagged[0], name
        assert int(odd.distance.argmax()) == 0
        assert odd.expected[0].tolist() == pytest.approx([-1, -1], abs=0.35)


def two_ways(seed=0):
    """An angle is in one of two places, 200 images here and 100 there; the first 10 are in neither."""
    mean = torch.stack([0.05 * drawn(300, seed=seed), anywhere(300, seed=seed + 1)], 1)
    mean[200:, 0] += 2.2
    mean[:10, 0] = 1.1
    return mean


def test_what_lies_between_two_modes_is_odd_and_goes_to_one_of_them():
    mean = two_ways()
    posterior = sharp(mean, 2, sd=0.05)
    found = find_outliers(posterior, every(posterior))
    assert found.flagged[:10].all()
    assert not found.flagged[10:].any()
    assert (found.latent[:10] == 0).all()
    assert torch.minimum(found.expected[:10, 0].abs(), (found.expected[:10, 0] - 2.2).abs()).max() < 0.2
    assert not find_outliers(posterior, every(posterior), detector="mcd").flagged.any()


def test_where_another_latent_tells_the_mode_an_image_in_the_other_one_is_odd():
    """A second mode does not excuse it: each group has its own place in both latents, and it belongs to the first."""
    mean = 0.05 * drawn(300, 3)
    mean[200:, 0] += 2.2
    mean[200:, 1] -= 1.5
    mean[:10, 0] += 2.2
    posterior = sharp(mean, 2, sd=0.05)
    found = find_outliers(posterior, every(posterior))
    assert found.flagged[:10].all()
    assert found.flagged[10:].sum() <= 2
    assert (found.latent[:10] == 0).all()
    assert found.expected[:10, 0].abs().max() < 0.2


def bent(seed=0):
    """An angle goes once round and the other latents bend with it; of the first 20 images they do not."""
    angle = anywhere(350, seed=seed)
    mean = torch.stack([angle, wrapped(2 * angle), 1.5 * angle.cos()], 1) + 0.05 * drawn(350, 3, seed=seed + 1)
    mean[:20, 2] = -mean[:20, 2].sign() * (0.3 + mean[:20, 2].abs())
    return sharp(torch.cat([wrapped(mean[:, :2]), mean[:, 2:]], 1), 2)


def test_what_bends_is_told_by_the_conditional_detector_alone():
    posterior = bent()
    straight = find_outliers(posterior, every(posterior), detector="mcd")
    curved = find_outliers(posterior, every(posterior))
    assert straight.flagged[:20].sum() == 0
    assert curved.flagged[:20].all()
    assert curved.flagged[20:].sum() <= 2
    assert (curved.latent[:20] == 2).float().mean() > 0.9
    assert torch.allclose(curved.expected[20:, 2], 1.5 * posterior.mean[20:, 0].cos().double(), atol=0.3)


def test_what_is_a_little_odd_in_every_latent_is_found():
    mean = drawn(350, 6)
    mean[:5] = 2.7 * mean[:5].sign()
    odd = find_outliers(sharp(mean, sd=0.01), torch.ones(6, dtype=torch.bool))
    assert odd.z[:5].abs().max() < odd.threshold
    assert odd.flagged[:5].all()
    assert odd.flagged[5:].sum() <= 2


def test_z_scores_say_how_much_nearer_a_move_would_be():
    """Of a Mahalanobis distance: moving one latent to where it is expected takes its z² off d²."""
    posterior = sharp(drawn(100, 3) @ drawn(3, 3, seed=1))
    normal = learn_normal(posterior, every(posterior), detector="mcd")
    before = normal.judge(posterior.mean)
    for latent in range(3):
        moved = posterior.mean.double()
        moved[:, latent] = before.expected[:, latent]
        fall = before.distance.square() - normal.judge(moved).distance.square()
        assert torch.allclose(fall, before.z[:, latent].square())


def test_latents_that_are_not_in_use_do_not_count():
    live = rooms()
    mean = torch.cat([live.mean[:, :1], anywhere(350, 1, seed=5), live.mean[:, 1:], drawn(350, 1, seed=6)], 1)
    dead = Posterior(mean, torch.full_like(mean, 100), 3)
    active = torch.tensor([True, False, True, False])
    with_dead, without = find_outliers(dead, active), find_outliers(live, every(live))
    assert torch.equal(with_dead.distance, without.distance)
    assert torch.equal(with_dead.z[:, [0, 2]], without.z)
    assert with_dead.z[:, [1, 3]].isnan().all()
    assert torch.equal(with_dead.expected[:, 3], mean[:, 3].double())
    assert (with_dead.latent[:25] == 0).all()


@pytest.mark.parametrize("name", DETECTORS)
def test_neither_order_nor_neighbouring_batches_matter(name):
    first, second = rooms(), rooms(seed=7)
    both = sharp(torch.stack([first.mean, second.mean]), 2)
    active, order = torch.ones(2, dtype=torch.bool), torch.randperm(350, generator=torch.Generator().manual_seed(0))
    alone = find_outliers(second, active, detector=name)
    together = find_outliers(both, active, detector=name)
    assert torch.allclose(together.distance[1], alone.distance)
    if name != "fast_mcd":  # its random subsets are of places
        shuffled = find_outliers(second[order], active, detector=name)
        assert torch.allclose(shuffled.distance, alone.distance[order])


def test_up_to_a_fifth_may_be_odd():
    for odd in (3, 35, 70):
        mean = torch.stack([0.02 * drawn(350), anywhere(350, seed=1), 0.05 * drawn(350, seed=2)], 1)
        mean[:odd, 0] = wrapped(mean[:odd, 0] + 0.7 + 0.6 * (torch.arange(odd) % 8))
        flagged = find_outliers(sharp(mean, 2), torch.ones(3, dtype=torch.bool)).flagged
        assert flagged[:odd].all(), odd
        assert not flagged[odd:].any(), odd


def test_the_smallest_batch_works_and_a_smaller_one_says_what_to_do():
    posterior = sharp(drawn(16, 2))
    assert find_outliers(posterior, every(posterior)).distance.isfinite().all()
    with pytest.raises(ValueError, match="15 images is too small for 2 active latents: expected 16 or more"):
        find_outliers(posterior[:15], every(posterior))
    assert find_outliers(posterior[:8], torch.tensor([True, False])).distance.shape == (8,)


def test_a_batch_of_copies_has_nothing_odd():
    same = sharp(drawn(1, 3).expand(40, 3).contiguous(), 1)
    for name in QUICK:
        assert not find_outliers(same, every(same), detector=name).flagged.any()


def test_what_cannot_be_judged_is_refused():
    posterior = sharp(drawn(50, 2))
    for active in ([True, True], torch.ones(3, dtype=torch.bool), torch.ones(2)):
        with pytest.raises(ValueError, match=r"active: expected a bool tensor \(2,\)"):
            find_outliers(posterior, active)
    with pytest.raises(ValueError, match="no latent is active"):
        find_outliers(posterior, torch.zeros(2, dtype=torch.bool))
    with pytest.raises(UnknownNameError, match="Did you mean mcd"):
        find_outliers(posterior, every(posterior), detector="mcds")
    for share in (0, 0.5, math.nan, True, "0.1"):
        with pytest.raises(ValueError, match="false_alarms"):
            find_outliers(posterior, every(posterior), false_alarms=share)
    broken = sharp(posterior.mean.clone())
    broken.mean[3, 1] = math.nan
    with pytest.raises(ValueError, match="all finite"):
        find_outliers(broken, every(posterior))
    normal = learn_normal(posterior, every(posterior))
    for codes in (torch.zeros(5, 3), torch.zeros(2), broken.mean):
        with pytest.raises(ValueError, match="codes: expected"):
            normal.judge(codes)
