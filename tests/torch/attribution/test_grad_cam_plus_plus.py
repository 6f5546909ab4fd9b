import torch

from lazyartist.attribution.grad_cam_plus_plus import GradCamPlusPlus
from lazyartist.attribution.layer import activation_and_gradient


def test_it_is_the_papers_formula(nets):
    model, x = nets.settled(), nets.batch(3)
    a, g = (t.double() for t in activation_and_gradient(model, "conv2", x, 1))
    alpha = torch.where(g == 0, 0, g**2 / (2 * g**2 + a.sum((2, 3), keepdim=True) * g**3))
    expected = ((alpha * g.relu()).sum((2, 3), keepdim=True) * a).sum(1)
    torch.testing.assert_close(GradCamPlusPlus("conv2")(model, x, 1).double(), expected, rtol=1e-4, atol=1e-6)
