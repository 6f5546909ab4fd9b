import pytest
import torch

from lazyartist.data.grid import Grid
from lazyartist.data.room3d import GRID, Room3D
from lazyartist.latents.batches import Protocol, draw_batches, index_encoder
from lazyartist.latents.pictures import Pictures


SMALL = Grid({"hue": 4, "level": 3, "shape": 2, "one": 1})


def draw(protocol, grid=GRID, count=20, seed=0):
    return draw_batches(protocol, grid, count, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("grid", [GRID, SMALL])
def test_odd_images_are_off_in_exactly_one_factor_and_normal_ones_in_none(grid):
    off = list(grid.sizes)[:3]
    batches = draw(Protocol(off), grid)
    differs = (batches.factors != batches.normal[:, None]) & batches.shared[:, None]
    assert batches.shared.all(0).tolist() == [name in off for name in grid.sizes]
    assert not differs[~batches.odd].any()
    assert (differs[batches.odd].sum(1) == 1).all()
    assert torch.equal(differs[batches.odd].int().argmax(1), batches.off.flatten())
    assert batches.odd.sum(1).tolist() == [25] * 20
    for place, size in enumerate(grid.sizes.values()):
        assert int(batches.factors[..., place].min()) >= 0
        assert int(batches.factors[..., place].max()) == size - 1


def test_all_values_are_evenly_likely():
    batches = draw(Protocol(["scale"], also_shared=2), count=400)
    place = list(GRID.sizes).index("scale")
    steps = (batches.factors[batches.odd][:, place] - batches.normal.repeat_interleave(25, 0)[:, place]) % 8
    assert torch.bincount(steps, minlength=8)[0] == 0
    for counts in (torch.bincount(steps)[1:], torch.bincount(batches.normal[:, place])):
        assert float(counts.double().std() / counts.double().mean()) < 0.25
    free = torch.bincount(batches.factors[..., 0][~batches.odd & ~batches.shared[:, :1]])
    assert float(free.double().std() / free.double().mean()) < 0.03


def test_other_factors_are_shared_by_all_images_odd_ones_too():
    batches = draw(Protocol(["shape"], also_shared=2), count=200)
    assert (batches.shared.sum(1) == 3).all()
    assert batches.shared[:, list(GRID.sizes).index("shape")].all()
    assert 60 < int(batches.shared[:, 0].sum()) < 100  # two of five
    differs = (batches.factors != batches.normal[:, None]) & batches.shared[:, None]
    assert (differs.sum((0, 1)) > 0).tolist() == [name == "shape" for name in GRID.sizes]


def test_several_means_that_all_are_drawn_anew():
    batches = draw(Protocol(["floor_hue", "wall_hue", "shape"], several=True), count=100)
    off = (batches.factors != batches.normal[:, None])[batches.odd][:, [0, 1, 4]]
    assert off.any(1).all()
    assert float(off.double().sum(1).mean()) == pytest.approx(0.9 + 0.9 + 0.75, abs=0.06)
    assert (batches.off == -1).all()
    assert draw(Protocol(["shape"], several=True), SMALL).odd.any()


def test_the_same_seed_draws_the_same():
    assert torch.equal(draw(Protocol(["shape"])).factors, draw(Protocol(["shape"])).factors)
    assert not torch.equal(draw(Protocol(["shape"])).factors, draw(Protocol(["shape"]), seed=1).factors)


def test_protocols_that_cannot_be_drawn_are_refused():
    for wrong in ({"off": []}, {"odd": 350}, {"odd": 0}, {"images": 1}, {"also_shared": -1}):
        with pytest.raises(ValueError, match="expected"):
            Protocol(**{"off": ["shape"], **wrong})
    assert Protocol("shape").off == ("shape",)
    for off in ("colour", "one"):
        with pytest.raises(ValueError, match="expected some of hue, level, shape, one, with two values or more"):
            draw(Protocol(off), SMALL)
    with pytest.raises(ValueError, match="2 and 3 factors to be shared: there are 4"):
        draw(Protocol(["hue", "shape"], also_shared=3), SMALL)


def test_indices_are_encoded_as_their_images_are(lamps):
    index = torch.arange(12).view(3, 4)
    found = index_encoder(lamps.model, Pictures(lamps.images))(index)
    images = lamps.model.encode(lamps.every)
    assert found.mean.shape == (3, 4, 3)
    assert found.circles == 1
    assert torch.allclose(found.mean.flatten(0, 1), images.mean, atol=1e-6)
    assert torch.allclose(found.sd.flatten(0, 1), images.sd, atol=1e-6)


def test_indices_of_projected_images_are_encoded_as_their_images_are():
    from lazyartist.latents.budget import LatentBudget
    from lazyartist.latents.circle_vae import CircleVae
    from lazyartist.latents.learn import learn

    rooms = Room3D(8)
    model = learn(
        CircleVae(), Pictures(rooms), latents=2, coder="basis_mlp:axes=20:width=8", budget=LatentBudget(steps=3)
    )
    index = torch.arange(0, len(rooms), 40_000)
    found, images = index_encoder(model, Pictures(rooms))(index), model.encode(rooms.render(index))
    assert torch.allclose(found.mean, images.mean, atol=1e-3)
