"""The last linear layer and the features that it sees."""

import pytest
import torch

from lazyartist.networks import build
from lazyartist.networks.head import head_of, with_features


@pytest.mark.parametrize("name", ["simple_cnn:width=4", "deeper_cnn:width=4", "mlp", "resnet18"])
def test_features_are_what_the_last_layer_sees(name):
    model = build(name, 10, seed=0).eval()
    x = torch.rand(2, 3, 28, 28, generator=torch.Generator().manual_seed(0))
    logits, features = with_features(model, x)
    assert torch.allclose(head_of(model)(features), logits)
    assert not head_of(model)._forward_pre_hooks


def test_a_network_without_a_linear_layer_has_no_head():
    with pytest.raises(ValueError, match="Flatten has no linear layer"):
        head_of(torch.nn.Flatten())
