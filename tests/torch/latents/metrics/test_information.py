import math

import pytest
import torch

from lazyartist.latents.metrics.information import bins, mutual_information, plug_in_bias


def test_a_code_that_holds_each_factor_in_a_latent_of_its_own(made):
    factors = made.every(10, 8, 4)
    found = mutual_information(factors.double(), factors)
    torch.testing.assert_close(found.entropies, torch.tensor([10.0, 8, 4]).double().log())
    torch.testing.assert_close(found.normalised, torch.eye(3).double(), rtol=0, atol=1e-12)
    torch.testing.assert_close(found.largest, torch.ones(3).double())
    torch.testing.assert_close(found.gaps, torch.ones(3).double())
    assert found.mig == pytest.approx(1)


def test_two_factors_turned_by_45_degrees(made):
    """z = v ± w: both latents tell H(v + w) − H(w) of either factor, so the gap is nothing, in nats that are known."""
    factors = made.every(4, 4)
    v, w = factors.double().unbind(1)
    found = mutual_information(torch.stack([v + w, v - w], 1), factors)
    shares = torch.tensor([1.0, 2, 3, 4, 3, 2, 1]).double() / 16
    expected = -(shares * shares.log()).sum() - math.log(4)
    torch.testing.assert_close(found.matrix, expected.expand(2, 2))
    assert found.mig == pytest.approx(0, abs=1e-12)


def test_a_second_latent_that_takes_one_bit(made):
    factors = made.every(10, 3)
    v = factors[:, :1].double()
    found = mutual_information(torch.cat([v, v % 2, factors[:, 1:]], 1), factors)
    torch.testing.assert_close(found.gaps, torch.tensor([1 - math.log(2) / math.log(10), 1]).double())
    assert found.gaps[0] == pytest.approx(0.70, abs=0.002)


def test_order_sign_scale_and_the_names_of_values_do_not_count(made):
    factors = made.drawn(2000, 10, 6)
    codes = torch.cat([factors, factors[:, :1]], 1) + made.noise(2000, 3)
    found = mutual_information(codes, factors)
    same = mutual_information(-3 * codes[:, [2, 0, 1]] + 7, factors)
    # a code on the edge of two bins may change sides with the sign; few do
    torch.testing.assert_close(same.matrix, found.matrix[[2, 0, 1]], rtol=0, atol=0.005)
    renamed = mutual_information(codes, 1000 - 7 * factors)
    torch.testing.assert_close(renamed.matrix, found.matrix, rtol=0, atol=1e-12)


def test_what_chance_tells_is_foretold(made):
    factors = made.drawn(1000, 15, 4)
    codes = made.noise(1000, 40)
    found, foretold = mutual_information(codes, factors).matrix.mean(0), plug_in_bias(codes, factors).mean(0)
    torch.testing.assert_close(found, foretold.double(), rtol=0.1, atol=0)
    uniform = torch.rand(1000, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(plug_in_bias(uniform, factors), torch.tensor([[14.0, 3]] * 2) * 19 / 2000)
    torch.testing.assert_close(plug_in_bias(factors.double(), factors)[1], torch.tensor([14.0, 3]) * 3 / 2000)


def test_a_latent_that_is_not_active_counts_as_constant(made):
    factors = made.every(10, 8)
    twice = torch.cat([factors, 1e-6 * factors], 1).double()  # what nobody uses has a tiny range, and 20 bins
    assert mutual_information(twice, factors).mig == pytest.approx(0, abs=1e-12)
    found = mutual_information(twice, factors, active=torch.tensor([True, True, False, False]))
    assert found.mig == pytest.approx(1)
    assert torch.equal(found.matrix[2:], torch.zeros(2, 2).double())


def test_what_no_code_can_tell_is_left_out(made):
    """Orientations of an ellipse and a heart: half a turn of the ellipse is the same picture."""
    shape, orientation = made.every(2, 8).unbind(1)
    seen = torch.where(shape == 0, orientation % 4, orientation)
    codes, factors = torch.stack([shape, seen], 1).double(), torch.stack([shape, orientation], 1)
    capped = mutual_information(codes, factors)
    assert capped.largest[1] < 0.8
    telling = torch.stack([torch.ones(16), shape], 1).bool()
    found = mutual_information(codes, factors, telling=telling)
    torch.testing.assert_close(found.largest, torch.ones(2).double())
    torch.testing.assert_close(found.entropies, torch.tensor([2.0, 8]).double().log())
    torch.testing.assert_close(found.matrix[:, 0], capped.matrix[:, 0])


def test_bins_are_of_equal_width_and_the_greatest_value_is_in_the_last():
    codes = torch.tensor([[0.0, 5], [0.99, 5], [1.0, 5], [19.99, 5], [20.0, 5]]).double()
    assert bins(codes)[:, 0].tolist() == [0, 0, 1, 19, 19]
    assert len(bins(codes)[:, 1].unique()) == 1


def test_what_cannot_be_measured_is_refused(made):
    factors = made.every(3, 2)
    codes = factors.float()
    broken = codes.clone()
    broken[2, 0] = float("nan")
    for wrong, message in (
        ((broken, factors), "codes: expected .* NaN or infinity in 1 of 6 rows"),
        ((codes.cpu().numpy(), factors), "codes: expected a torch tensor, got ndarray"),
        ((codes, factors.float()), r"factors: expected .* int64, a column per factor, got \(6, 2\) torch.float32"),
        ((codes, factors[:, 0]), r"a column per factor, got \(6,\)"),
        ((codes[:4], factors), "4 codes and the factors of 6 images"),
        ((codes, factors * torch.tensor([1, 0])), "column 1 never changes"),
        ((codes[:0], factors[:0]), "column 0 never changes"),
    ):
        with pytest.raises(ValueError, match=message):
            mutual_information(*wrong)
    with pytest.raises(ValueError, match=r"active: expected a bool tensor \(2,\), got \(3,\)"):
        mutual_information(codes, factors, active=torch.ones(3, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"telling: expected a bool tensor \(6, 2\), got \(6,\)"):
        mutual_information(codes, factors, telling=torch.ones(6, dtype=torch.bool))
    never = torch.ones(6, 2, dtype=torch.bool)
    never[:, 1] = factors[:, 1] == 0
    with pytest.raises(ValueError, match="column 1 never changes where `telling` holds"):
        mutual_information(codes, factors, telling=never)
    with pytest.raises(ValueError, match="there is only one latent"):
        mutual_information(codes[:, :1], factors).mig  # noqa: B018
