import pytest
import torch

from lazyartist.activations import activations
from lazyartist.probes.top_images import percentile, top_images


def test_real_images_stand_beside(task, nets):
    model = nets.settled()
    split = task.easy.subset(slice(0, 100))
    found = activations(model, "conv2", split)
    with torch.no_grad():
        expected = model.conv2(model.shrink(model.conv1(split.render(slice(0, 100))))).mean((2, 3))
    torch.testing.assert_close(found, expected)
    assert torch.equal(activations(model, model.conv2, split), found)
    top = top_images(found)
    assert top.shape == (8, 9)
    assert torch.equal(found.gather(0, top.T)[0], found.amax(0))
    assert percentile(found.amax(0), found).tolist() == [100] * 8
    assert percentile(found.amin(0) - 1, found).tolist() == [0] * 8
    with pytest.raises(ValueError, match="from 1, up to 100"):
        top_images(found, 101)


def test_there_is_one_value_per_unit():
    with pytest.raises(ValueError, match=r"expected \(2,\), one per unit"):
        percentile(torch.zeros(3), torch.zeros(5, 2))
