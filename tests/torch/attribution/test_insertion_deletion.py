import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st

from lazyartist.attribution.insertion_deletion import deletion, insertion, ranks
from lazyartist.attribution.road import remove_and_debias
from lazyartist.attribution.saliency import Saliency


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_ranks_go_from_the_highest_pixel_down():
    assert ranks(torch.tensor([[[0.1, 0.9], [0.5, 0.5]]]), (2, 2)).tolist() == [[[3, 0], [1, 2]]]


@settings(max_examples=6)
@given(seed=st.integers(0, 1000), baseline=st.sampled_from(["black", "mean", "blur"]))
def test_taking_the_highest_first_is_putting_in_the_lowest_first_backwards(nets, seed, baseline):
    x = noise(2, 3, 28, 28, seed=seed)
    maps = torch.randperm(1568, generator=torch.Generator().manual_seed(seed))
    maps = maps.view(2, 28, 28).float()
    model = nets.Linear()
    out = deletion(model, x, maps, 1, baseline=baseline, steps=4)
    back = insertion(model, x, -maps, 1, baseline=baseline, steps=4)
    torch.testing.assert_close(out.probability, back.probability.flip(0))
    assert out.baseline == baseline
    torch.testing.assert_close(out.probability[0], model(x).softmax(1)[:, 1].detach())


def test_a_pixel_that_decides_is_found_at_the_first_step(nets):
    model, x = nets.Linear(2), torch.full((1, 3, 28, 28), 0.5)
    with torch.no_grad():
        model.weight.zero_()
        model.weight[1, :, 3, 4] = 10
    maps = Saliency()(model, x, 1)
    assert ranks(maps, (28, 28))[0, 3, 4] == 0
    assert deletion(model, x, maps, 1).probability[:2, 0].tolist() == pytest.approx([1, 0.5], abs=1e-6)
    assert insertion(model, x, maps, 1).probability[:2, 0].tolist() == pytest.approx([0.5, 1], abs=1e-6)
    assert float(insertion(model, x, maps, 1).area) > 0.95 > float(deletion(model, x, maps, 1).area)
    found = remove_and_debias(model, x, maps, 1)
    assert found.most.shape == (9, 1)
    with pytest.raises(ValueError, match="expected 'black', 'mean' or 'blur'"):
        deletion(model, x, maps, 1, baseline="white")


def test_what_cannot_be_ranked_or_divided_is_refused(nets):
    model, x, maps = nets.Linear(), noise(2, 3, 28, 28), noise(2, 7, 7)
    for measure in (deletion, insertion, remove_and_debias):
        with pytest.raises(ValueError, match="maps: expected finite numbers"):
            measure(model, x, maps * torch.nan, 1)
        with pytest.raises(ValueError, match="one per image"):
            measure(model, x, maps[:1], 1)
        with pytest.raises(ValueError, match=r"expected values in \[0, 1\]"):
            measure(model, 255 * x, maps, 1)
    for steps in (0, -1, 2.5):
        with pytest.raises(ValueError, match=f"steps={steps}"):
            deletion(model, x, maps, 1, steps=steps)
    for shares in ((), (0.0,), (1.0,), (float("nan"),)):
        with pytest.raises(ValueError, match="shares="):
            remove_and_debias(model, x, maps, 1, shares=shares)
