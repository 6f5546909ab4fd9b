import pytest
import torch

from lazyartist.attribution.integrated_gradients import IntegratedGradients


def test_they_are_complete(nets):
    model, x, y = nets.settled(), nets.batch(4), torch.arange(4)
    with torch.no_grad():
        rise = (model(x) - model(torch.zeros_like(x)))[torch.arange(4), y]
    gap = IntegratedGradients()(model, x, y).sum((1, 2)) - rise
    torch.testing.assert_close(IntegratedGradients().gap(model, x, y), gap)
    assert gap.abs().max() < 0.01 * rise.abs().max()
    assert IntegratedGradients(steps=2).gap(model, x, y).abs().max() > gap.abs().max()


@pytest.mark.parametrize(
    "knobs", [{"steps": 0}, {"steps": 2.5}, {"baseline": float("nan")}, {"baseline": 255}, {"baseline": -0.1}]
)
def test_what_is_out_of_range_is_refused(knobs):
    ((name, value),) = knobs.items()
    with pytest.raises(ValueError, match=f"{name}={value!r}: expected"):
        IntegratedGradients(**knobs)
