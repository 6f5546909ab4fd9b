import math

import pytest
import torch

from lazyartist.data.arrays import ArrayImages
from lazyartist.data.images import UnsupportedError
from lazyartist.latents.responses import measure_responses


def test_each_latent_moves_with_its_own_factor_alone(lamps):
    seen = measure_responses(lamps.model, lamps.images, n=4000)
    assert seen.factors == ("hue", "level")
    assert seen.n == 4000
    torch.testing.assert_close(seen.of_everything[:2], torch.eye(2), atol=1e-5, rtol=0)
    # a hue goes a quarter, a half or three quarters of a turn on: 2/3 of half a turn on average
    assert float(seen.of_range[0, 0]) == pytest.approx(2 / 3, abs=0.02)
    # a level goes to either of the two others: 4/3 steps, of a range of two
    assert float(seen.of_range[1, 1]) == pytest.approx(2 / 3, abs=0.02)
    assert float(seen.in_sds[1, 1]) == pytest.approx(4 / 3 / 0.1, rel=0.03)
    posterior = lamps.model.encode(lamps.every)
    expected = 2 / 3 * math.pi / float(posterior.sd[0, 0])
    assert float(seen.in_sds[0, 0]) == pytest.approx(expected, rel=0.03)


def test_a_latent_that_is_not_in_use_says_nothing(lamps):
    seen = measure_responses(lamps.model, lamps.images)
    for table in (seen.in_sds, seen.of_range, seen.of_everything):
        assert bool(table[2].isnan().all())
        assert bool(table[:2].isfinite().all())


def test_the_question_is_answered_in_words(lamps):
    seen = measure_responses(lamps.model, lamps.images)
    assert (seen.latent_of("hue"), seen.latent_of("level")) == (0, 1)
    assert seen.looks_at(0, "hue")
    assert not seen.looks_at(0, "level")
    words = seen.answer("hue", "level")
    assert words.startswith("Does the latent of hue (latent 0) look at level? no:")
    assert "0.00 standard deviations" in words
    assert "(hue: 1.000; 512 images)" in words


def test_a_latent_that_mixes_two_factors_is_found_out(lamps):
    """The line reads the hue's cosine as well: changing the hue alone moves it."""
    model = lamps.model
    with torch.no_grad():
        model.coder.encoder[0].weight[1, 0] = 2.5
    seen = measure_responses(model, lamps.images)
    assert seen.looks_at(1, "hue")
    assert "latent 1) look at hue? yes" in seen.answer("level", "hue")
    assert float(seen.of_everything[1, 0]) > 0.3


def test_only_the_named_factors_change(lamps):
    seen = measure_responses(lamps.model, lamps.images, factors=["level"])
    assert seen.factors == ("level",)
    assert seen.in_sds.shape == (3, 1)
    assert float(seen.of_everything[1, 0]) == 1


def test_the_same_seed_gives_the_same_numbers(lamps):
    first, again, other = (measure_responses(lamps.model, lamps.images, seed=seed).in_sds for seed in (1, 1, 2))
    assert torch.equal(first[:2], again[:2])
    assert not torch.equal(first[:2], other[:2])


def test_what_cannot_be_asked_is_refused(lamps):
    fixed = ArrayImages(torch.zeros(5, 1, 2, 2), {"hue": torch.arange(5) % 2})
    with pytest.raises(UnsupportedError, match="cannot be repainted"):
        measure_responses(lamps.model, fixed)
    with pytest.raises(ValueError, match=r"\['size'\]: expected some of hue, level"):
        measure_responses(lamps.model, lamps.images, factors=["hue", "size"])
    with pytest.raises(ValueError, match="n=1"):
        measure_responses(lamps.model, lamps.images, n=1)
    with pytest.raises(ValueError, match="'size': expected one of hue, level"):
        measure_responses(lamps.model, lamps.images).latent_of("size")
