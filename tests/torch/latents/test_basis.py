import torch

from lazyartist.data.room3d import Room3D
from lazyartist.latents.basis import principal_axes
from lazyartist.latents.pictures import Pictures


ROOMS = Room3D(size=16)


class Few:
    """A hundred rooms."""

    factors, sizes, fingerprint = {}, {}, "few"

    def __len__(self):
        return 100

    def render(self, index):
        return ROOMS.render(index * 4799)


def test_the_axes_are_orthonormal_and_hold_the_most_variance_first():
    basis = principal_axes(Pictures(ROOMS), 24, seed=0)
    assert torch.allclose(basis.axes @ basis.axes.T, torch.eye(24), atol=1e-4)
    assert (basis.spread[:-1] >= basis.spread[1:]).all()


def test_the_spread_is_that_of_the_coefficients():
    basis = principal_axes(Pictures(Few()), 8, seed=0)
    flat = Few().render(torch.arange(100)).flatten(1)
    coefficients = flat @ basis.axes.T - basis.mean
    assert torch.allclose(coefficients.mean(0), torch.zeros(8), atol=1e-4)
    assert torch.allclose(coefficients.std(0), basis.spread, rtol=1e-3)


def test_it_agrees_with_a_whole_singular_value_decomposition():
    flat = Few().render(torch.arange(100)).flatten(1)
    singular = torch.linalg.svdvals(flat - flat.mean(0))
    basis = principal_axes(Pictures(Few()), 10, seed=0)
    assert torch.allclose(basis.spread, singular[:10] / 99**0.5, rtol=1e-3)


def test_images_are_put_together_again():
    flat = Few().render(torch.arange(100)).flatten(1)
    basis = principal_axes(Pictures(Few()), 99, seed=0)
    again = torch.addmm(basis.rest, flat @ basis.axes.T, basis.axes)
    assert torch.allclose(again, flat, atol=2e-3)


def test_there_are_no_more_axes_than_images_allow():
    assert len(principal_axes(Pictures(Few()), 500, seed=0).axes) == 99
