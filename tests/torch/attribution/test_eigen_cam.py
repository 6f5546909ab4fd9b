import torch

from lazyartist.attribution.eigen_cam import EigenCam
from lazyartist.attribution.layer import activation


def test_it_is_bright_where_the_layer_is_active(nets):
    x = torch.zeros(2, 3, 28, 28)
    x[0, :, 5:9, 5:9], x[1, :, 20:25, 10:14] = 1, 1
    model = nets.Plain(inplace=True)
    with torch.no_grad():
        for conv in (model.conv1, model.conv2):
            conv.weight.abs_()
            conv.bias.zero_()
    maps = EigenCam("conv1")(model, x, 0)
    assert maps[0, 6, 6] > 0
    assert maps[1, 22, 12] > 0
    assert maps[0, 20, 20] < 0
    positions = activation(model, "conv1", x)[0].flatten(1).T
    first = torch.linalg.svd(positions - positions.mean(0)).S[0]
    torch.testing.assert_close(maps[0].norm(), first)
