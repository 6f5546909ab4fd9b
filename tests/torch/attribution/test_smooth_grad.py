import pytest
import torch

from lazyartist.attribution.saliency import Saliency
from lazyartist.attribution.smooth_grad import SmoothGrad


def test_smoothing_without_noise_is_saliency(nets):
    model, x = nets.settled(), nets.batch(2)
    torch.testing.assert_close(SmoothGrad(samples=2, noise=0.0)(model, x, 0), Saliency()(model, x, 0))
    assert not torch.equal(SmoothGrad(samples=2, seed=1)(model, x, 0), SmoothGrad(samples=2, seed=2)(model, x, 0))


@pytest.mark.parametrize(
    "knobs", [{"samples": 0}, {"samples": -1}, {"samples": 2.5}, {"noise": -0.1}, {"noise": float("nan")}]
)
def test_what_is_out_of_range_is_refused(knobs):
    ((name, value),) = knobs.items()
    with pytest.raises(ValueError, match=f"{name}={value!r}: expected"):
        SmoothGrad(**knobs)
