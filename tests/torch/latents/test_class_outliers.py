import torch

from lazyartist.latents.class_outliers import class_outliers, learn_briefly, posterior_of_all
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.posterior import Posterior
from lazyartist.probes.conflict_detection import judge_detection


def lines(*means):
    mean = torch.stack([torch.as_tensor(one, dtype=torch.float32) for one in means], 1)
    return Posterior(mean, torch.full_like(mean, 100.0))


def test_what_is_usual_in_another_class_is_odd_in_this_one():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(2).repeat_interleave(200)
    place = 4.0 * labels + 0.3 * torch.randn(400, generator=generator)
    place[[0, 1]], place[[200, 201]] = 4.0, 0.0
    odd = class_outliers(lines(place), torch.ones(1, dtype=torch.bool), labels) > 1
    assert odd.nonzero()[:, 0].tolist()[:2] == [0, 1]
    assert {200, 201} <= set(odd.nonzero()[:, 0].tolist())
    assert int(odd.sum()) <= 8


def test_of_a_class_of_few_nothing_is_said_nor_of_latents_that_are_not_in_use():
    labels = torch.tensor([0] * 30 + [1] * 3)
    odd = class_outliers(lines(torch.linspace(-1, 1, 33)), torch.ones(1, dtype=torch.bool), labels)
    assert odd[30:].tolist() == [0, 0, 0]
    assert class_outliers(lines(torch.zeros(33)), torch.zeros(1, dtype=torch.bool), labels).tolist() == [0] * 33


def test_conflicting_digits_are_the_odd_ones_of_their_class(task):
    pictures = Pictures(task.train)
    model = learn_briefly(pictures, steps=300, seed=0)
    odd = class_outliers(posterior_of_all(model, pictures), model.active, task.train.labels)
    conflicting = ~task.aligned(task.train)
    assert judge_detection(odd, conflicting).average_precision > 0.9
    assert float(conflicting[odd > 1].double().mean()) > 0.7
