import torch

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.hires_cam import HiResCam
from lazyartist.attribution.layer import activation


def test_behind_a_mean_and_a_linear_layer_grad_cam_is_the_head_applied_to_each_position(nets):
    model, x, y = nets.settled(), nets.batch(5), torch.arange(5)
    a = activation(model, "conv3", x)
    expected = torch.einsum("nkhw,nk->nhw", a, model.head.weight[y].detach()) / 49
    torch.testing.assert_close(GradCam("conv3")(model, x, y), expected)
    maps = HiResCam("conv3")(model, x, y)
    torch.testing.assert_close(maps, expected)
    score = model(x).detach()[torch.arange(5), y] - model.head.bias[y].detach()
    torch.testing.assert_close(maps.sum((1, 2)), score)
