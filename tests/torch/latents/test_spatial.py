"""The coder that knows what a place is."""

import pytest
import torch

from lazyartist.data.sprites2d import GRID, Sprites2D
from lazyartist.latents.beta_vae import BetaVae
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.circle_vae import CircleVae
from lazyartist.latents.io import from_tensors, to_tensors
from lazyartist.latents.learn import build_coder, learn
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.spatial import moved


SPRITES = Sprites2D()
CODER = "spatial:width=32"


def sprites(*factors):
    """Return sprites of (shape, scale, orientation, x, y)."""
    return SPRITES.render(GRID.index_of(torch.tensor(factors)))


@pytest.fixture(scope="module")
def model():
    budget = LatentBudget(steps=60, batch_size=32)
    return learn(BetaVae(noise=0.01), Pictures(SPRITES), latents=4, coder=CODER, budget=budget)


def test_what_is_moved_by_whole_pixels_is_the_same_elsewhere():
    images = torch.zeros(2, 1, 8, 8)
    images[:, 0, 3, 4] = 1
    by = torch.tensor([[0.5, 0.0], [0.0, -0.25]])  # two pixels to the right; one up
    there = moved(images, by)
    assert there[0, 0, 3, 6] == pytest.approx(1)
    assert there[1, 0, 2, 4] == pytest.approx(1)
    assert there.flatten(1).sum(1).tolist() == pytest.approx([1, 1])


def scene_of(pictures):
    with torch.random.fork_rng(devices=[]):
        coder = build_coder(CODER, (3, 32, 32), 4, 0)
    coder.fit_to(Pictures(pictures), seed=0)
    return coder.scene


def place(scene, image):
    (found,) = scene.places(scene.objects(image.flatten(1)))
    return found


def test_a_place_is_where_the_object_is():
    scene = scene_of(SPRITES)
    left, right, low = (place(scene, sprites([0, 3, 0, x, y])) for x, y in ((0, 0), (31, 0), (0, 31)))
    assert (right - left).tolist() == pytest.approx([1, 0], abs=0.01)  # half of the picture
    assert (low - left).tolist() == pytest.approx([0, 1], abs=0.01)


def test_an_object_that_moves_stays_what_it_is(model):
    posterior = model.encode(sprites([1, 4, 7, 3, 5], [1, 4, 7, 29, 16], [2, 0, 7, 3, 5]))
    what, where = posterior.mean[:, :-2], posterior.mean[:, -2:]
    assert (what[0] - what[1]).abs().max() < 0.1 * (what[0] - what[2]).abs().max()
    assert (where[0] - where[2]).abs().max() < 0.2 < (where[0] - where[1]).abs().min()


def test_a_place_that_is_changed_moves_what_is_shown(model):
    mean = model.encode(sprites([1, 4, 7, 8, 8])).mean
    there = mean.clone()
    there[:, -2] += 0.25 / model.coder.scene.reach[0]  # four of 32 pixels
    before, after = model.decode(mean), model.decode(there)
    torch.testing.assert_close(after[..., 4:], before[..., :-4], atol=1e-4, rtol=0)


def test_before_a_background_that_stays_the_object_is_what_differs():
    background = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))

    class Before:
        fingerprint = ""

        def __len__(self):
            return len(SPRITES)

        def render(self, index):
            return torch.where(SPRITES.render(index) > 0.5, 1 - background.round(), background)

    scene = scene_of(Before())
    assert torch.equal(scene.background, background)
    where = place(scene, Before().render(GRID.index_of(torch.tensor([[0, 5, 0, 31, 0]]))))
    assert where.tolist() == pytest.approx([0.5, -0.5], abs=0.1)


def test_it_comes_back_from_its_tensors(model):
    again = from_tensors(BetaVae(noise=0.01), CODER, (3, 32, 32), to_tensors(model), polished=False)
    images = sprites([0, 1, 2, 3, 4], [2, 5, 30, 20, 10])
    assert torch.equal(again.encode(images).mean, model.encode(images).mean)
    assert torch.equal(again.decode(again.encode(images).mean), model.decode(model.encode(images).mean))


@pytest.mark.parametrize(("latents", "circles"), [(2, 0), (1, 0), (4, 4), (4, 3)])
def test_without_lines_for_a_place_it_is_refused(latents, circles):
    with pytest.raises(ValueError, match="spatial keeps the last two, on lines, for a place"):
        build_coder("spatial", (3, 32, 32), latents, circles)


def test_latents_on_circles_are_told_how_to_leave_room_for_it():
    with pytest.raises(ValueError, match="lines=2"):
        learn(CircleVae(), Pictures(SPRITES), latents=4, coder="spatial")
