import pytest
import torch

from lazyartist.data.room3d import Room3D
from lazyartist.latents import CODERS
from lazyartist.latents.beta_vae import BetaVae
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.checks import CODER
from lazyartist.latents.circle_vae import CircleVae
from lazyartist.latents.io import from_tensors, to_tensors
from lazyartist.latents.learn import best_of, build_coder, learn, reconstruction_error
from lazyartist.latents.pictures import Pictures
from lazyartist.latents.polish import SecondHarmonics, polish
from lazyartist.seeding import seed_from


ROOMS = Room3D(size=16)
PICTURES = Pictures(ROOMS)
SHOWN = ROOMS.render(torch.arange(0, len(ROOMS), 4799))
BUDGET = LatentBudget(steps=300, batch_size=64)


@pytest.fixture(scope="module")
def model():
    return learn(BetaVae(beta=1, noise=0.01), PICTURES, latents=4, coder=CODER, budget=BUDGET)


def test_latents_are_learnt_that_explain_the_images(model):
    assert model.latents == 4
    assert model.active.any()
    by_mean = float((SHOWN - SHOWN.mean(0)).square().flatten(1).sum(1).mean())
    assert reconstruction_error(model, SHOWN) < 0.7 * by_mean


def test_images_of_another_size_are_refused(model):
    with pytest.raises(ValueError, match=r"expected \(B, 3, 16, 16\), as in training"):
        model.encode(torch.zeros(2, 3, 32, 32))


def test_of_several_the_one_that_reconstructs_best_is_kept():
    made = []

    def make(seed):
        made.append(learn(BetaVae(), PICTURES, latents=3, coder=CODER, budget=LatentBudget(40, 32), seed=seed))
        return made[-1]

    chosen = best_of(3, make, PICTURES, seed=0)
    drawn = PICTURES.some(4096, torch.Generator().manual_seed(seed_from("compared", 0)))
    errors = [reconstruction_error(model, drawn) for model in made]
    assert len(set(errors)) == 3
    assert chosen is made[errors.index(min(errors))]


@pytest.mark.parametrize("candidates", [0, -1, 1.5])
def test_no_candidates_are_refused(candidates):
    with pytest.raises(ValueError, match="candidates="):
        best_of(candidates, None, PICTURES, seed=0)


@pytest.mark.parametrize("latents", [0, -3, 2.5, "six"])
def test_no_latents_are_refused(latents):
    with pytest.raises(ValueError, match="latents="):
        learn(BetaVae(), PICTURES, latents=latents)


def test_closed_latents_start_silent_and_are_decoded_as_nothing():
    short = LatentBudget(steps=2, batch_size=8)
    model = learn(CircleVae(most=1.0), PICTURES, latents=4, coder=CODER, budget=short)
    assert model.open.tolist() == [True, True, False, False]
    posterior = model.encode(SHOWN)
    assert posterior.kl().mean(0)[2:].max() < 0.01
    moved = posterior.mean.clone()
    moved[:, 2:] += 1
    assert torch.equal(model.decode(moved), model.decode(posterior.mean))
    assert not model.active[2:].any()


def test_polishing_changes_no_latent_and_decodes_better(model):
    polished = polish(model, PICTURES, steps=150)
    assert torch.equal(polished.encode(SHOWN).mean, model.encode(SHOWN).mean)
    assert reconstruction_error(polished, SHOWN) < reconstruction_error(model, SHOWN)
    again = from_tensors(BetaVae(), CODER, (3, 16, 16), to_tensors(polished), polished=True)
    mean = model.encode(SHOWN).mean
    assert torch.equal(again.decode(mean), polished.decode(mean))


def test_harmonics_are_of_twice_the_angle():
    angle = torch.tensor([[0.3], [2.0]])
    seen = SecondHarmonics(1)(torch.cat([angle.cos(), angle.sin()], 1))
    assert torch.allclose(
        seen, torch.cat([angle.cos(), angle.sin(), (2 * angle).cos(), (2 * angle).sin()], 1), atol=1e-6
    )


@pytest.mark.parametrize("name", list(CODERS))
@pytest.mark.parametrize("circles", [0, 2])
def test_coders_encode_and_decode_in_the_shapes_they_say(name, circles):
    shape = (3, 32, 32)
    with torch.random.fork_rng(devices=[]):
        coder = build_coder(name, shape, 5, circles)
    x = coder.see(torch.zeros(4, *shape))
    assert coder.encoder(x).shape == (4, 10)
    assert coder.decoder(torch.zeros(4, 5 + circles)).shape == x.shape
    assert coder.show(x).shape == (4, *shape)


def test_a_conv_coder_learns_too():
    rooms = Room3D(size=32)
    model = learn(BetaVae(), Pictures(rooms), latents=2, coder="conv:width=4", budget=LatentBudget(20, 16))
    shown = rooms.render(torch.arange(0, len(rooms), 47_999))
    assert model.decode(model.encode(shown).mean).shape == shown.shape


def test_images_that_no_convolution_halves_evenly_are_refused():
    with pytest.raises(ValueError, match="take basis_mlp"):
        build_coder("conv", (3, 28, 28), 4, 0)


def test_pictures_have_no_factors():
    assert not {"factors", "sizes", "grid", "labels"} & set(dir(PICTURES))
    assert PICTURES.shape == (3, 16, 16)


def test_what_is_projected_is_what_is_rendered():
    axes = torch.randn(5, 3 * 16 * 16, generator=torch.Generator().manual_seed(0))
    index = torch.arange(0, len(ROOMS), 9973)
    assert torch.allclose(PICTURES.projector(axes)(index), ROOMS.render(index).flatten(1) @ axes.T, atol=1e-3)
