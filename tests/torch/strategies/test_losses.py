"""The losses that strategies share, against what they say they are."""

import torch

from torch.nn.functional import cross_entropy, kl_div

from lazyartist.strategies.losses import divergence, environment_risks, generalised_cross_entropy


def test_the_gradient_of_generalised_cross_entropy_is_that_of_cross_entropy_times_p_to_the_q(generator):
    z = torch.randn(6, 4, generator=generator(), requires_grad=True)
    y = torch.tensor([0, 1, 2, 3, 0, 1])
    (own,) = torch.autograd.grad(generalised_cross_entropy(z, y, q=0.7).sum(), z)
    (plain,) = torch.autograd.grad(cross_entropy(z, y, reduction="sum"), z)
    p = z.softmax(1).gather(1, y[:, None])
    assert torch.allclose(own, plain * p**0.7, atol=1e-6)


def test_generalised_cross_entropy_has_a_gradient_where_a_probability_underflows():
    z = torch.tensor([[0.0, 200.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(generalised_cross_entropy(z, torch.tensor([0])).sum(), z)
    assert torch.equal(gradient, torch.zeros(1, 2))


def test_divergence_is_symmetric_and_zero_for_equals(generator):
    log_p, log_q = torch.randn(2, 5, 3, generator=generator()).log_softmax(2)
    halves = [kl_div(b, a, log_target=True, reduction="batchmean") / 2 for a, b in ((log_p, log_q), (log_q, log_p))]
    assert torch.allclose(divergence(log_p, log_q), halves[0] + halves[1], atol=1e-6)
    assert divergence(log_p, log_p) == 0


def test_environments_are_conflicting_and_aligned(generator):
    z, y = torch.randn(4, 3, generator=generator()), torch.tensor([0, 1, 2, 0])
    losses = cross_entropy(z, y, reduction="none")
    risks, masks = environment_risks(z, y, torch.tensor([True, True, True, False]))
    assert torch.allclose(risks, torch.stack([losses[3], losses[:3].mean()]))
    assert masks.tolist() == [[0, 0, 0, 1], [1, 1, 1, 0]]
    risks, _ = environment_risks(z, y, torch.ones(4, dtype=torch.bool))
    assert torch.allclose(risks, losses.mean()[None])  # what was not seen has no risk
