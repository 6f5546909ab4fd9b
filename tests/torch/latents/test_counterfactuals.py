import math

import pytest
import torch

from lazyartist.latents import counterfactual_quality
from lazyartist.latents.angles import offsets, wrapped
from lazyartist.latents.counterfactual_quality import judge_counterfactuals, judge_factors
from lazyartist.latents.counterfactuals import MOVES, counterfactuals, gaps
from lazyartist.latents.outliers import learn_normal
from lazyartist.latents.posterior import Posterior
from lazyartist.registry import UnknownNameError


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def batch(seed=0):
    """300 images of three latents: an angle is shared, the second latent is minus the third; the first 9 are off."""
    free = drawn(300, seed=seed)
    mean = torch.stack([3.1 + 0.05 * drawn(300, seed=seed + 1), -free, free], 1)
    mean[:, 1] += 0.05 * drawn(300, seed=seed + 2)
    mean[:3, 0] -= 1.5
    mean[3:6, 1] += 2
    mean[6:9, :2] += torch.tensor([1.0, 2.5])
    mean[:, :1] = wrapped(mean[:, :1])
    posterior = Posterior(mean, torch.full_like(mean, 100), 1)
    return posterior, learn_normal(posterior, torch.ones(3, dtype=torch.bool))


@pytest.mark.parametrize("move", MOVES)
def test_the_latent_that_is_off_is_moved_and_no_other_one(move):
    posterior, normal = batch()
    made = counterfactuals(normal, posterior, torch.arange(3), move=move)
    assert made.moved.tolist() == [[True, False, False]] * 3
    assert torch.equal(made.z[:, 1:], posterior.mean[:3, 1:])
    middle = torch.tensor(3.1)
    assert offsets(made.z[:, :1], middle, 1).abs().max() < 0.2
    assert not normal.judge(made.z).flagged.any()
    assert made.sigmas.tolist() == pytest.approx([15, 15, 15], abs=3)


def test_a_latent_goes_to_where_the_others_let_expect_it_not_to_the_median():
    posterior, normal = batch()
    which = torch.arange(3, 6)
    expected, median, nearest = (
        counterfactuals(normal, posterior, which, move=move, most=1) for move in ("conditional", "median", "nearest")
    )
    for made in (expected, nearest):
        assert not normal.judge(made.z).flagged.any()
        assert torch.allclose(made.z[:, 1], -made.z[:, 2], atol=0.3)
    assert torch.allclose(median.z[median.moved], torch.tensor(0.0), atol=0.2)
    assert normal.judge(median.z).flagged.any()


def test_as_many_latents_are_moved_as_it_takes_and_no_more():
    posterior, normal = batch()
    one, two = (counterfactuals(normal, posterior, torch.arange(9), most=most) for most in (1, 3))
    assert one.moved.sum(1).tolist() == [1] * 9
    assert two.moved.sum(1).tolist() == [1] * 6 + [2] * 3
    assert normal.judge(one.z).flagged[6:].all()
    assert not normal.judge(two.z).flagged.any()


def test_without_a_move_nothing_changes_and_nothing_is_mended():
    posterior, normal = batch()
    made = counterfactuals(normal, posterior, torch.arange(9), move="none")
    assert torch.allclose(made.z, posterior.mean[:9])
    assert not made.moved.any()
    assert made.sigmas.max() < 1e-4
    assert normal.judge(made.z).flagged.all()


def test_of_a_normal_image_no_free_latent_is_moved():
    """Its free angle is as far from expected as it can be, which is nothing odd."""
    mean = torch.stack([wrapped(6.28 * torch.arange(200) / 200), 0.05 * drawn(200)], 1)
    posterior = Posterior(mean, torch.full_like(mean, 100), 2)
    normal = learn_normal(posterior, torch.ones(2, dtype=torch.bool))
    assert not normal.judge(mean).flagged.any()
    made = counterfactuals(normal, posterior, torch.arange(200))
    assert made.moved.tolist() == [[False, True]] * 200


def test_latents_that_are_not_in_use_are_never_moved():
    posterior, _ = batch()
    mean = torch.cat([posterior.mean, 10 * drawn(300, 1, seed=9)], 1)
    wide = Posterior(mean, torch.full_like(mean, 100), 1)
    normal = learn_normal(wide, torch.tensor([True, True, True, False]))
    for move in MOVES:
        made = counterfactuals(normal, wide, torch.arange(9), move=move, most=9)
        assert not made.moved[:, 3].any()
        assert torch.equal(made.z[:, 3], mean[:9, 3])


@pytest.mark.parametrize("move", [*MOVES, "none"])
def test_many_batches_are_each_on_their_own(move):
    (first, _), (second, alone) = batch(), batch(seed=20)
    both = Posterior(torch.stack([first.mean, second.mean]), torch.stack([first.precision, second.precision]), 1)
    normal = learn_normal(both, torch.ones(3, dtype=torch.bool))
    which = torch.tensor([[0, 4, 7], [1, 5, 8]])
    together = counterfactuals(normal, both, which, move=move)
    single = counterfactuals(alone, second, which[1], move=move)
    assert torch.equal(together.moved[1], single.moved)
    assert torch.allclose(together.z[1], single.z, atol=1e-5)


def test_moves_that_cannot_be_made_are_refused():
    posterior, normal = batch()
    with pytest.raises(UnknownNameError, match="Did you mean median"):
        counterfactuals(normal, posterior, torch.arange(3), move="medium")
    for which in (torch.tensor([300]), torch.tensor([-1]), torch.ones(300, dtype=torch.bool), torch.zeros(1, 2).long()):
        with pytest.raises(ValueError, match="places of images from 0 to 299"):
            counterfactuals(normal, posterior, which)
    with pytest.raises(ValueError, match="most=0"):
        counterfactuals(normal, posterior, torch.arange(3), most=0)
    everything = Posterior(posterior.mean[:3], posterior.precision[:3], 1)
    with pytest.raises(ValueError, match="no image of a batch counts as normal"):
        counterfactuals(normal, everything, torch.arange(3), move="nearest")


class Case:
    """120 lamps of hue 1, of which the first 6 have another hue; levels are free."""

    def __init__(self, lamps):
        self.model, self.grid = lamps.model, lamps.images.grid
        generator = torch.Generator().manual_seed(0)
        level = torch.randint(3, (120,), generator=generator)
        hue = torch.where(torch.arange(120) < 6, (2 + torch.arange(120) % 3) % 4, 1)
        self.factors = torch.stack([hue, level], 1)
        self.images = lamps.images.render(self.grid.index_of(self.factors))
        self.posterior = self.model.encode(self.images)
        self.normal = learn_normal(self.posterior, self.model.active)
        self.every = lamps.every

    def read(self, pictures):
        """The factors of the nearest of all images."""
        return self.grid.factors_of((pictures[:, None] - self.every).square().sum((2, 3, 4)).argmin(1))

    def judged(self, move):
        made = counterfactuals(self.normal, self.posterior, torch.arange(6), move=move)
        quality = judge_counterfactuals(self.model, self.normal, self.posterior, made)
        changes = judge_factors(
            self.read(quality.pictures),
            self.factors[:6],
            torch.zeros(6, dtype=torch.int64),
            torch.tensor([[1, 0]]).expand(6, 2),
            self.grid,
        )
        return quality, changes


def test_a_hue_that_is_off_is_restored_and_the_level_kept(lamps):
    case = Case(lamps)
    quality, changes = case.judged("conditional")
    assert quality.valid.all()
    assert quality.plausible.all()
    assert quality.latents.tolist() == [1] * 6
    assert changes.restored.all()
    assert changes.kept.all()
    assert changes.exactly_kept.all()
    wanted = torch.stack([torch.ones(6, dtype=torch.int64), case.factors[:6, 1]], 1)
    assert torch.allclose(quality.pictures, lamps.every[case.grid.index_of(wanted)], atol=1e-2)
    changed = (quality.pictures - case.images[:6]).abs().flatten(1).mean(1)
    assert torch.allclose(quality.pixels, changed, atol=1e-3)


def test_the_reconstruction_alone_restores_nothing(lamps):
    quality, changes = Case(lamps).judged("none")
    assert not quality.valid.any()
    assert not quality.plausible.any()
    assert not changes.restored.any()
    assert changes.exactly_kept.all()
    assert quality.pixels.max() < 1e-6


def test_a_batch_in_which_nothing_is_odd_has_no_counterfactuals(lamps):
    case = Case(lamps)
    made = counterfactuals(case.normal, case.posterior, torch.empty(0, dtype=torch.int64))
    quality = judge_counterfactuals(case.model, case.normal, case.posterior, made)
    assert quality.pictures.shape == (0, 1, 2, 2)
    assert quality.valid.shape == quality.plausible.shape == quality.pixels.shape == (0,)


def test_neighbours_are_looked_for_a_few_at_a_time(monkeypatch):
    """Of N images no N × N distances are ever in memory, and the answer is that of all at once."""
    posterior, normal = batch()
    usual = ~normal.judge(posterior.mean).flagged
    codes = posterior.mean[:40] + 0.1 * drawn(40, 3, seed=9)
    among = torch.tensor([True, True, False])
    near = counterfactual_quality._near(codes, posterior, usual, among)
    assert near.tolist() == expected_near(codes, posterior, usual, among).tolist()
    assert 0 < int(near.sum()) < 40
    asked = []
    monkeypatch.setattr(counterfactual_quality, "AT_ONCE", 7 * 900)
    monkeypatch.setattr(counterfactual_quality, "gaps", lambda z, *rest: asked.append(len(z)) or gaps(z, *rest))
    assert torch.equal(near, counterfactual_quality._near(codes, posterior, usual, among))
    assert max(asked) == 7
    assert sum(asked) == 340
    asked.clear()
    monkeypatch.setattr(counterfactual_quality, "COMPARED", 60)
    assert (near == counterfactual_quality._near(codes, posterior, usual, among)).float().mean() > 0.9
    assert sum(asked) == 100


def expected_near(codes, posterior, usual, among):
    def apart(a, b):
        return (offsets(a[:, None], b[None], 1) * among).square().sum(-1).sqrt()

    normal = posterior.mean[usual]
    others = apart(normal, normal).fill_diagonal_(math.inf).amin(1)
    unsure = (posterior.sd.square().mean(0) * among).sum().sqrt()
    return apart(codes, normal).amin(1) <= torch.maximum(others.quantile(0.99), unsure)


def test_factors_one_step_away_are_kept_where_steps_are_hardly_seen(lamps):
    grid = lamps.images.grid
    read, factors = torch.tensor([[1, 1], [1, 2], [2, 0]]), torch.tensor([[3, 0], [3, 0], [3, 0]])
    off, normal = torch.tensor([0, 0, 0]), torch.tensor([[1, 0]] * 3)
    exact, gradual = (judge_factors(read, factors, off, normal, grid, gradual=names) for names in ((), ("level",)))
    assert exact.restored.tolist() == gradual.restored.tolist() == [True, True, False]
    assert exact.kept.tolist() == [False, False, True]
    assert gradual.kept.tolist() == [True, False, True]
    assert gradual.exactly_kept.tolist() == [False, False, True]


def test_factors_that_cannot_be_compared_are_refused(lamps):
    grid, two = lamps.images.grid, torch.zeros(3, 2, dtype=torch.int64)
    off = torch.zeros(3, dtype=torch.int64)
    with pytest.raises(ValueError, match=r"expected \(K, F\) three times"):
        judge_factors(two[:2], two, off, two, grid)
    with pytest.raises(ValueError, match="gradual=\\['size'\\]: expected some of hue, level"):
        judge_factors(two, two, off, two, grid, gradual=["size"])
    with pytest.raises(ValueError, match="off in several cannot"):
        judge_factors(two, two, off - 1, two, grid)


def test_angles_come_back_in_one_turn():
    posterior, normal = batch()
    made = counterfactuals(normal, posterior, torch.arange(9))
    assert float(made.z[:, 0].abs().max()) <= math.pi
