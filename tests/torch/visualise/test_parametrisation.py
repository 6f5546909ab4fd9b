import pytest
import torch

from lazyartist.visualise import Parametrisation, colour_directions


@pytest.mark.parametrize("basis", ["pixels", "fourier"])
def test_a_parametrisation_goes_both_ways(nets, colours, basis):
    parametrisation, images = Parametrisation((28, 28), basis, colours), nets.batch(3)
    torch.testing.assert_close(parametrisation.image(parametrisation.parameters(images)), images, rtol=1e-4, atol=1e-5)
    one = parametrisation.noise(0.05, torch.Generator().manual_seed(0))
    assert parametrisation.image(one).shape == (1, 3, 28, 28)
    assert parametrisation.image(0 * one).unique().tolist() == pytest.approx([0.5])


def test_in_its_own_directions_the_training_sets_colours_are_uncorrelated(task, colours):
    images = task.train.render(slice(0, 300))
    plain = torch.linalg.inv(colours) @ images.transpose(0, 1).flatten(1)
    covariance = torch.cov(plain)
    torch.testing.assert_close(covariance / covariance[0, 0], torch.eye(3), rtol=0, atol=1e-3)
    with pytest.raises(ValueError, match="do not vary in all three directions"):
        colour_directions(images[:, :1].expand(-1, 3, -1, -1))


@pytest.mark.parametrize("basis", ["pixels", "fourier"])
@pytest.mark.parametrize("size", [(20, 30), (31, 12), (7, 7)])
def test_images_may_be_of_any_size(basis, size):
    parametrisation = Parametrisation(size, basis, torch.eye(3))
    images = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(parametrisation.image(parametrisation.parameters(images)), images, rtol=1e-4, atol=1e-5)
    assert parametrisation.image(parametrisation.noise(0.05, torch.Generator().manual_seed(0))).shape == (1, 3, *size)
