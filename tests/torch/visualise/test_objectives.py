import pytest
import torch

from lazyartist.visualise import Channel, Direction, Logit, Neuron, Position


def test_objectives_are_what_they_say():
    maps = torch.arange(2 * 3 * 5 * 5).view(2, 3, 5, 5).float()
    out = {"a": maps, None: torch.tensor([[1.0, 2, 3], [4, 5, 6]])}
    units = torch.tensor([2, 0])
    assert Channel("a", units)(out).tolist() == [maps[0, 2].mean(), maps[1, 0].mean()]
    assert Neuron("a", units)(out).tolist() == [maps[0, 2, 2, 2], maps[1, 0, 2, 2]]
    assert Neuron("a", units, (0, 4))(out).tolist() == [maps[0, 2, 0, 4], maps[1, 0, 0, 4]]
    positions = torch.tensor([[0, 1], [4, 4]])
    expected = [maps[0, :, 0, 1].square().mean(), maps[1, :, 4, 4].square().mean()]
    assert Position("a", positions)(out).tolist() == expected
    along = torch.tensor([[0.0, 3, 0], [2, 0, 0]])
    assert Direction("a", along)(out).tolist() == [maps[0, 1].mean(), maps[1, 0].mean()]
    assert Logit(units)(out).tolist() == [3, 4]
    both = 2 * Logit(units) + Channel("a", units) * 0.5
    assert both(out).tolist() == [6 + maps[0, 2].mean() / 2, 8 + maps[1, 0].mean() / 2]
    assert set(both.layers) == {None, "a"}
    with pytest.raises(ValueError, match="cannot be added"):
        Logit(units) + Logit(units[:1])
    with pytest.raises(ValueError, match="there are 3 units"):
        Logit(torch.tensor([3, 0]))(out)
