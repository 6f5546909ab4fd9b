import pytest
import torch

from lazyartist.attribution.relevance_mass import pointing_game, regions, relevance_mass


def test_the_regions_share_out_the_image(task):
    masks = regions(task.easy.foreground(slice(0, 50)))
    assert torch.equal(masks["stroke"], ~masks["background"])
    assert not (masks["edge"] & masks["interior"]).any()
    assert not (masks["interior"] & masks["background"]).any()
    assert all(mask.flatten(1).any(1).all() for name, mask in masks.items() if name != "interior")


def test_a_thick_bar_has_its_edges_where_they_are():
    grey = torch.zeros(1, 28, 28, dtype=torch.uint8)
    grey[:, :, 10:18] = 255
    masks = regions(grey)
    columns = {name: mask[0, 14].nonzero()[:, 0].tolist() for name, mask in masks.items()}
    assert columns["stroke"] == list(range(10, 18))
    assert columns["edge"] == [9, 10, 17, 18]
    assert columns["interior"] == list(range(11, 17))


def test_a_map_lies_where_it_lies(task):
    masks = regions(task.easy.foreground(slice(0, 6)))
    for name in ("stroke", "background", "edge"):
        found = relevance_mass(masks[name].float(), masks)
        torch.testing.assert_close(found.share[name], torch.ones(6))
        assert found.mean(name) == pytest.approx(1)
    even = relevance_mass(torch.ones(6, 7, 7), masks)
    for name in masks:
        torch.testing.assert_close(even.share[name], even.area[name])
    # what speaks against the target is not where the model looks
    signed = relevance_mass(masks["stroke"].float() - 5 * masks["background"].float(), masks)
    torch.testing.assert_close(signed.share["stroke"], torch.ones(6))


def test_blank_maps_are_counted_and_in_no_mean(task):
    masks = regions(task.easy.foreground(slice(0, 3)))
    maps = masks["stroke"].float()
    maps[1], maps[2] = 0, -1
    found = relevance_mass(maps, masks)
    assert found.blank.tolist() == [False, True, True]
    assert found.share["stroke"].tolist() == [1, 0, 0]
    assert found.mean("stroke") == 1
    assert pointing_game(maps, masks["stroke"]).tolist() == [True, False, False]
    assert pointing_game(maps, masks["background"]).tolist() == [False, False, False]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_maps_that_are_no_numbers_are_refused(task, value):
    masks = regions(task.easy.foreground(slice(0, 2)))
    maps = torch.ones(2, 7, 7)
    maps[1, 3, 3] = value
    with pytest.raises(ValueError, match="maps: expected finite numbers"):
        relevance_mass(maps, masks)
    with pytest.raises(ValueError, match="maps: expected finite numbers"):
        pointing_game(maps, masks["stroke"])
    with pytest.raises(ValueError, match=r"expected a tensor \(2, h, w\), one per image"):
        relevance_mass(maps[:1], masks)
    with pytest.raises(ValueError, match=r"expected \(N, H, W\) uint8"):
        regions(task.easy.render(slice(0, 2)))
