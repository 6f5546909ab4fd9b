import math

import pytest
import torch

from lazyartist.latents.angles import wrapped
from lazyartist.latents.conditional import fit_sheet


FAR = 4.0


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def anywhere(*shape, seed=0):
    return (
        2 * math.pi * torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) - math.pi
    )


def fit(x, circles, noise=1e-4):
    return fit_sheet(x, torch.full_like(x[..., 0, :], noise), torch.ones_like(x[..., 0]), circles, FAR)


@pytest.mark.parametrize("order", [1, 2])
def test_what_an_angle_lets_expect_is_found_round_the_circle(order):
    angle = anywhere(400, 1)
    x = torch.cat([angle, 2 * (order * angle).cos() + 0.1 * drawn(400, 1)], 1)
    sheet = fit(x, 1)
    assert torch.allclose(x[:, 1] - sheet.left(x)[:, 1], 2 * (order * angle[:, 0]).cos(), atol=0.1)
    assert float(sheet.sd[0, 1]) == pytest.approx(0.1, rel=0.15)


def test_an_angle_is_expected_without_a_seam():
    """The second angle goes round with the first one: no straight line has that."""
    angle = anywhere(400, 1)
    x = wrapped(torch.cat([angle, angle + 2 + 0.1 * drawn(400, 1)], 1))
    sheet = fit(x, 2)
    assert sheet.left(x).abs().max() < 0.5
    assert sheet.sd[0].tolist() == pytest.approx([0.1, 0.1], rel=0.15)


def test_what_is_left_is_not_smaller_in_small_batches():
    """Numbers that were fitted are taken off the number of images."""
    x = drawn(300, 48, 6)
    sheet = fit_sheet(x, torch.full((300, 6), 1e-6, dtype=torch.float64), torch.ones(300, 48), 0, math.inf)
    assert float(sheet.sd.square().mean()) == pytest.approx(1, abs=0.05)


def test_noisy_latents_let_expect_less():
    """As in any regression on what is known with errors: the slope is less by the share of noise."""
    x = drawn(2000, 1).expand(2000, 2) + 0.001 * drawn(2000, 2, seed=1)
    for noise, slope in ((1e-6, 1.0), (1.0, 0.5)):
        expected = x - fit(x, 0, noise).left(x)
        assert float((expected[:, 1] * x[:, 0]).mean() / x[:, 0].square().mean()) == pytest.approx(slope, abs=0.05)


def test_what_is_far_out_spoils_no_other_latent():
    x = drawn(300, 1).clamp(-2, 2)
    x = torch.cat([x, x.square() + 0.1 * drawn(300, 1, seed=1)], 1)
    sheet = fit(x, 0)
    outside = torch.tensor([[50.0, 4.0]], dtype=torch.float64)
    left = sheet.left(outside) / sheet.sd
    assert left[0, 0].abs() > 20
    assert left[0, 1].abs() < 6


def test_odd_images_do_not_count():
    """The first guess takes a few of them for normal, and is found wrong."""
    angle = anywhere(300, 1)
    x = torch.cat([angle, angle.cos() + 0.05 * drawn(300, 1)], 1)
    mixed, start = x.clone(), torch.ones(300, dtype=torch.float64)
    mixed[:40, 1] += 1.5
    start[:35] = 0
    noise = torch.full((2,), 1e-4, dtype=torch.float64)
    none, few = fit_sheet(x, noise, start, 1, FAR), fit_sheet(mixed, noise, start, 1, FAR)
    assert torch.allclose(few.left(x)[:, 1], none.left(x)[:, 1], atol=0.05)
    assert few.sd[0, 1] < 0.06


def test_a_latent_on_its_own_is_compared_with_the_mean():
    x = drawn(100, 1)
    sheet = fit(x, 0)
    assert torch.allclose(sheet.left(x), x - x.mean(0))
    assert float(sheet.sd) == pytest.approx(float(x.std()), rel=1e-3)
