import pytest
import torch

from torch import nn

from lazyartist.activations import editing
from lazyartist.sae.directions import (
    along,
    difference_of_means,
    random_directions,
    random_features,
    raw_channel,
    set_channels,
)


NAN = float("nan")


@pytest.fixture(scope="module")
def planted():
    """Vectors whose fourth channel falls where the concept holds."""
    holds = torch.arange(100) % 2 == 0
    vectors = torch.randn(100, 5, generator=torch.Generator().manual_seed(0)) / 10
    vectors[:, 3] -= 2.0 * holds
    return vectors, holds


def test_directions_of_known_answers(planted):
    channel, direction = raw_channel(*planted)
    assert channel == 3
    assert direction.tolist() == [0, 0, 0, -1, 0]
    assert float(difference_of_means(*planted) @ direction) > 0.99
    drawn = random_directions(5, 7)
    assert torch.allclose(drawn.norm(dim=1), torch.ones(7))
    assert torch.equal(drawn, random_directions(5, 7))
    assert not torch.equal(drawn, random_directions(5, 7, seed=1))
    assert sorted(random_features([4, 8, 9], 3)) == [4, 8, 9]
    with pytest.raises(ValueError, match="only 3 features are alive"):
        random_features([4, 8, 9], 4)


@pytest.mark.parametrize("direction", [difference_of_means, raw_channel])
def test_what_has_no_direction_is_refused(direction, planted):
    vectors, holds = planted
    with pytest.raises(ValueError, match="100 of 100 vectors"):
        direction(vectors, torch.ones(100, dtype=torch.bool))
    with pytest.raises(ValueError, match="0 of 100 vectors"):
        direction(vectors, torch.zeros(100, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"holds: expected \(100,\) bool"):
        direction(vectors, holds.long())
    with pytest.raises(ValueError, match="NaN or infinity in 1 of 100 rows"):
        direction(vectors.where(torch.arange(100)[:, None] != 7, NAN), holds)
    with pytest.raises(ValueError, match="means with and without"):
        difference_of_means(torch.ones(100, 5), holds)


def test_edits_do_what_they_say():
    vectors = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert along(torch.tensor([0.0, 1.0]), 2)(vectors).tolist() == [[1, 4], [3, 6]]
    assert set_channels([0], torch.tensor([9.0, 9.0]))(vectors).tolist() == [[9, 2], [9, 4]]
    assert vectors.tolist() == [[1, 2], [3, 4]]
    model = nn.Sequential(nn.Identity())
    with editing(model, "0", "pooled", along(torch.tensor([1.0, 0.0]), 1)):
        assert model(vectors).tolist() == [[2, 2], [4, 4]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: along(torch.tensor([0.0, 1.0]), NAN), "amount=nan"),
        (lambda: along(torch.tensor([0.0, NAN]), 1), "direction: expected"),
        (lambda: set_channels([0], torch.tensor([NAN, 1.0])), "values: expected"),
        (lambda: set_channels([2], torch.zeros(2)), r"channels=\[2\]: there are only 2 values"),
        (lambda: set_channels([-1], torch.zeros(2)), "channels=-1"),
        (lambda: random_features([1, 2], -1), "n=-1"),
        (lambda: random_features([1, 2], 1.5), "n=1.5"),
    ],
)
def test_edits_refuse_nonsense(make, message):
    with pytest.raises(ValueError, match=message):
        make()
