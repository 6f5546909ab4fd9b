import torch

from lazyartist.attribution.postprocess import blank, normalise, positive, upsample


def test_steps_towards_a_picture():
    maps = torch.tensor([[[-1.0, 1], [3, 1]]])
    assert positive(maps).tolist() == [[[0, 1], [3, 1]]]
    assert normalise(maps).tolist() == [[[0, 0.5], [1, 0.5]]]
    assert upsample(maps, (4, 4)).shape == (1, 4, 4)
    torch.testing.assert_close(upsample(maps, (4, 4)).mean(), maps.mean())
    assert blank(torch.stack([maps[0], 0 * maps[0]])).tolist() == [False, True]
