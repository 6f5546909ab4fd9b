import pytest
import torch

from lazyartist.networks import NETWORKS
from lazyartist.training.fit import build


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.parametrize("classes", [2, 10])
def test_images_to_logits(name, classes):
    model = build(name, classes, seed=0)
    with torch.no_grad():
        assert model.eval()(torch.rand(2, 3, 28, 28, generator=torch.Generator())).shape == (2, classes)


def test_weights_follow_the_seed_alone():
    a, b, c = (build("simple_cnn", 10, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert not all(torch.equal(a[k], c[k]) for k in a)


def test_width_is_a_parameter():
    with torch.random.fork_rng(devices=[]):
        model = NETWORKS["simple_cnn"](width=4)
    channels = [m.out_channels for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    assert channels == [4, 8, 16]


def test_the_small_resnet_keeps_its_resolution():
    model = build("resnet18", 10, seed=0)
    assert (model.conv1.stride, model.conv1.kernel_size) == ((1, 1), (3, 3))
    assert isinstance(model.maxpool, torch.nn.Identity)
