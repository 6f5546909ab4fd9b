import torch

from lazyartist.visualise import Transforms


STILL = Transforms(jitter=0, degrees=0, scale=0)


def test_to_move_by_nothing_changes_nothing(nets):
    x, generator = nets.batch(2), torch.Generator().manual_seed(0)
    torch.testing.assert_close(STILL(x, generator), x, rtol=0, atol=1e-4)
    moved = Transforms()(x, generator)
    assert not torch.allclose(moved, x, atol=0.01)
    assert 0 <= float(moved.min()) <= float(moved.max()) <= 1


def test_a_turn_keeps_right_angles_on_images_that_are_not_square():
    x = torch.zeros(1, 3, 28, 84)
    x[..., 41:43] = 1  # a vertical line
    for seed in range(20):
        moved = Transforms(jitter=0, degrees=10, scale=0)(x, torch.Generator().manual_seed(seed))[0, 0]
        middle = (moved * torch.arange(84.0)).sum(1) / moved.sum(1)
        assert abs(float(middle[20] - middle[8])) <= 12 * 0.18  # tan 10°
