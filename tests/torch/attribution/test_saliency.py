import pytest
import torch

from torch import nn

from lazyartist.attribution.integrated_gradients import IntegratedGradients
from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.smooth_grad import SmoothGrad


def test_the_maps_of_a_linear_network_are_its_weights(nets):
    model, x = nets.Linear(), nets.batch(3)
    weight = model.weight[1].detach()
    for method in (Saliency(), SmoothGrad(samples=3, noise=0.5)):
        torch.testing.assert_close(method.attribution(model, x, 1), weight.expand(3, -1, -1, -1))
    torch.testing.assert_close(Saliency()(model, x, 1)[0], weight.abs().amax(0))
    torch.testing.assert_close(IntegratedGradients(steps=2).attribution(model, x, 1), x * weight)


class Forgets(nn.Module):
    def __init__(self, model, how):
        super().__init__()
        self.model, self.how = model, how

    def forward(self, x):
        if self.how == "no_grad":
            with torch.no_grad():
                return self.model(x)
        return self.model(x.detach() if self.how == "detach" else x.round())


@pytest.mark.parametrize("how", ["no_grad", "detach"])
def test_a_model_that_turns_gradients_off_is_told_so(nets, how):
    with pytest.raises(ValueError, match=r"no gradient with respect to the images.*torch\.no_grad"):
        Saliency()(Forgets(nets.Linear(), how), nets.batch(2), 0)


def test_a_model_that_rounds_has_a_gradient_of_zero(nets):
    assert not Saliency()(Forgets(nets.Linear(), "round"), nets.batch(2), 0).any()
