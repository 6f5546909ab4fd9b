"""BIM: what it costs, and what more noise buys."""

import torch

from lazyartist.attacks.bim import BIM


def test_success_ends_an_image(model, images, criterion):
    found = BIM()(model, images, criterion, 0.3)
    assert found.success.any()
    assert (found.steps[found.success] <= 40).all()
    assert (found.steps[~found.success] == 40).all()


def test_a_finished_image_is_left_alone(model, images, criterion):
    attack = BIM(random_start=False)
    together = attack(model, images, criterion, 0.3)
    early = together.steps == together.steps.min()
    alone = attack(model, images[early], criterion.at(early), 0.3)
    assert early.any()
    assert (together.steps > together.steps.min()).any()
    assert together.success[early].all()
    assert torch.allclose(together.images[early], alone.images, atol=1e-4)


def test_more_noise_never_fools_fewer(model, images, criterion):
    rates = [int(BIM()(model, images, criterion, e).success.sum()) for e in (0.01, 0.05, 0.2, 0.999)]
    assert rates == sorted(rates)
    assert rates[-1] == len(images)


def test_another_seed_is_other_noise(model, images, criterion):
    one, two = (BIM(steps=5)(model, images, criterion, seed=seed).images for seed in (1, 2))
    assert not torch.equal(one, two)
