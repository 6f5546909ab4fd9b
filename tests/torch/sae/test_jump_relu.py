import torch

from lazyartist.sae.base import Weights
from lazyartist.sae.jump_relu import JumpReLU


def test_the_gradient_of_a_jump_is_that_of_its_window():
    threshold = torch.tensor([[1.0, 1.0, 1.0]], requires_grad=True)
    weights = Weights(*[torch.zeros(1)] * 4, threshold=threshold, sizes=(3,))
    before = torch.tensor([[0.5, 1.1, 3.0]], requires_grad=True)
    z = JumpReLU(window=0.5).encode(weights, before, training=True)
    assert torch.allclose(z, torch.tensor([[0.0, 1.1, 3.0]]))
    z.sum().backward()
    assert before.grad.tolist() == [[0, 1, 1]]
    assert threshold.grad.tolist() == [[0, -1 / 0.5, 0]]  # −θ / window, inside the window only
