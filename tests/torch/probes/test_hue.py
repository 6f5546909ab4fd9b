import pytest
import torch

from hypothesis import given, settings
from hypothesis import strategies as st

from lazyartist.data.palettes import HUES
from lazyartist.probes.hue import measure_hues


@settings(max_examples=10)
@given(st.permutations(range(10)))
def test_hues_are_compared_with_the_palette(order):
    found = measure_hues(HUES.tensor()[torch.tensor(order), :, None, None], HUES)
    assert found.nearest.tolist() == list(order)
    assert found.own == sum(i == j for i, j in enumerate(order))
    assert found.chance <= 1 + 1e-9
    assert found.strength.tolist() == pytest.approx([1] * 10, abs=0.15)
    assert (found.chance > 0.05) == (found.own < 4)


def test_pictures_that_are_none_are_refused():
    pictures = HUES.tensor()[:, :, None, None].expand(-1, -1, 2, 2).clone()
    for value in (float("nan"), float("inf")):
        pictures[3, 0, 0, 0] = value
        with pytest.raises(ValueError, match="got NaN or infinity"):
            measure_hues(pictures, HUES)
    with pytest.raises(ValueError, match=r"expected \(10, 3, H, W\), one per class"):
        measure_hues(pictures[:9], HUES)
