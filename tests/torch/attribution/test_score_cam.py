import torch

from torch.nn.functional import interpolate

from lazyartist.attribution.layer import activation
from lazyartist.attribution.score_cam import ScoreCam


def test_each_channel_is_weighed_by_the_score_of_the_image_masked_by_it(nets):
    model, x, y = nets.settled(), nets.batch(3), torch.tensor([1, 2, 3])
    a = activation(model, "conv3", x)
    weights = torch.empty(3, a.shape[1])
    for i in range(3):
        for k in range(a.shape[1]):
            mask = interpolate(a[i, k][None, None], (28, 28), mode="bilinear")[0, 0]
            spread = mask.max() - mask.min()
            mask = (mask - mask.min()) / spread if spread else torch.zeros_like(mask)
            weights[i, k] = model((x[i] * mask)[None])[0, y[i]].detach()
    expected = (weights.softmax(1)[:, :, None, None] * a).sum(1)
    torch.testing.assert_close(ScoreCam("conv3")(model, x, y), expected, rtol=1e-4, atol=1e-5)
