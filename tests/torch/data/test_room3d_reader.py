"""The reader of rooms: exact, whatever the picture."""

import pytest
import torch

from lazyartist.data import room3d_reader
from lazyartist.data.room3d import GRID, HUES, MAPS, Room3D
from lazyartist.data.room3d_reader import read_factors


ROOMS = Room3D()


def generator():
    return torch.Generator().manual_seed(0)


def test_the_factors_of_all_maps_are_read_at_some_hues():
    index = torch.arange(MAPS) + MAPS * torch.randint(HUES**3, (MAPS,), generator=generator())
    assert torch.equal(read_factors(ROOMS.render(index)), GRID.factors_of(index))


@pytest.mark.parametrize("size", [32, 64])
def test_noise_does_not_mislead_it(size):
    index = torch.randint(len(GRID), (150,), generator=generator())
    pictures = Room3D(size).render(index)
    noisy = pictures + 0.05 * torch.randn(pictures.shape, generator=generator())
    assert torch.equal(read_factors(noisy), GRID.factors_of(index))


def test_the_nearest_image_is_the_nearest_of_all():
    """Against the distance to every image, one by one; of pictures of whatever kind."""
    rooms, random = Room3D(8), generator()
    clean = rooms.render(torch.randint(len(GRID), (4, 5), generator=random).flatten())
    given = torch.cat(
        [
            clean[:5] + 0.3 * torch.randn(5, 3, 8, 8, generator=random),
            clean[5:10].flip(3),
            clean[10:15].mean((2, 3), keepdim=True).expand(-1, -1, 8, 8),
            torch.rand(5, 3, 8, 8, generator=random),
            torch.stack([torch.zeros(3, 8, 8), torch.ones(3, 8, 8)]),
        ]
    )
    nearest = torch.full((len(given),), torch.inf)
    for part in torch.arange(len(GRID)).split(4000):
        distance = torch.cdist(
            given.flatten(1), rooms.render(part).flatten(1), compute_mode="donot_use_mm_for_euclid_dist"
        )
        nearest = torch.minimum(nearest, distance.amin(1))
    read = rooms.render(GRID.index_of(read_factors(given)))
    assert torch.allclose((read - given).flatten(1).norm(dim=1), nearest, atol=1e-4)


def test_what_is_not_ruled_out_at_once_is_looked_at_again(monkeypatch):
    index = torch.randint(len(GRID), (10,), generator=generator())
    blurred = torch.nn.functional.avg_pool2d(ROOMS.render(index), 7, 1, 3)
    expected = read_factors(blurred)
    monkeypatch.setattr(room3d_reader, "FIRST", 1)
    assert torch.equal(read_factors(blurred), expected)


def test_a_repainted_picture_is_read_as_it_was_painted():
    index = torch.randint(len(GRID), (20,), generator=generator())
    read = read_factors(ROOMS.paint(index, {"wall_hue": torch.full((20,), 4)}))
    expected = GRID.factors_of(index)
    expected[:, 1] = 4
    assert torch.equal(read, expected)


def test_no_pictures_have_no_factors():
    assert read_factors(torch.empty(0, 3, 32, 32)).shape == (0, 6)


@pytest.mark.parametrize("shape", [(3, 32, 32), (2, 1, 32, 32), (2, 3, 32, 31), (2, 32, 32, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"pictures: expected \(B, 3, size, size\), got"):
        read_factors(torch.zeros(shape))


def test_pictures_without_numbers_are_refused():
    with pytest.raises(ValueError, match=r"expected finite floats in \[0, 1\], got torch.float32"):
        read_factors(torch.full((1, 3, 32, 32), torch.nan))
    with pytest.raises(ValueError, match=r"expected finite floats in \[0, 1\], got torch.uint8"):
        read_factors(torch.zeros(1, 3, 32, 32, dtype=torch.uint8))
    with pytest.raises(ValueError, match="size=4: expected"):
        read_factors(torch.zeros(1, 3, 4, 4))
