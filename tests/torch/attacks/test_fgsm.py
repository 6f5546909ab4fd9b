import torch

from lazyartist.attacks.fgsm import FGSM


def test_one_step_is_epsilon_along_the_sign(plane):
    found = FGSM()(plane.model, plane.images, plane.criterion, 0.1)
    moved = found.images - plane.images
    tried = moved.abs().amax((1, 2, 3)) > 0
    assert tried.any()
    assert torch.allclose(moved[tried], (0.1 * plane.weights.sign()).expand_as(moved)[tried], atol=1e-6)
