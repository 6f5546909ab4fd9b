"""The figures of latents, from arrays made by hand."""

import math

import numpy as np
import pytest

from matplotlib.collections import PathCollection

from lazyartist.latents.odd_image import OddImage
from lazyartist.reporting.figure import save
from lazyartist.studies.latents.figures import (
    LayerUnits,
    Plane,
    by_factor,
    factor_inks,
    information_figure,
    monitor_figure,
    planes_figure,
    responses_figure,
)
from lazyartist.studies.latents.moving_figures import traversal_frames
from lazyartist.studies.latents.odd_figures import counterfactuals_figure, odd_images_figure
from lazyartist.studies.latents.picture_figures import change_maps_figure, read_maps_figure, traversals_figure


NAN = math.nan
SHARES = np.array([[0.1, 0.7], [NAN, NAN], [0.9, 0.2], [0.4, 0.0]])


def texts(panel):
    return [text.get_text() for text in panel.texts]


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def gradient(*shape, channels=3):
    return np.linspace(0, 1, math.prod(shape) * 20 * channels).reshape(*shape, 4, 5, channels)


def test_latents_stand_in_the_order_of_their_factors():
    assert by_factor(SHARES).tolist() == [2, 3, 0, 1]
    (panel,) = information_figure(SHARES, ["wall_hue", "scale"], 1, "about").axes
    assert labels(panel.yaxis) == ["2 (line)", "3 (line)", "0 (angle)", "1 (line)"]
    assert labels(panel.xaxis) == ["wall\nhue", "scale"]
    assert texts(panel) == ["0.90", "0.20", "0.40", "0.00", "0.10", "0.70", "not in use"]


def test_responses_are_drawn_in_both_units_and_in_one_order():
    share, sds = responses_figure(SHARES, 10 * SHARES, ["wall_hue", "scale"], 1, "about").axes
    assert texts(share)[:2] == ["0.90", "0.20"]
    assert texts(sds) == ["9.0", "2.0", "4.0", "0.0", "1.0", "7.0", "not in use"]
    assert sds.images[0].get_clim() == (0, 9)


def plane(codes, latents, factor="wall_hue"):
    return Plane(np.array(codes), latents, factor, np.array([0, 1]), 2)


def offsets(panel):
    (points,) = [own for own in panel.collections if isinstance(own, PathCollection)]
    return points.get_offsets().data


def test_an_angle_is_drawn_as_an_angle():
    both, one, none = planes_figure(
        [plane([[0, -math.pi], [math.pi / 2, math.pi]], (0, 1)), plane([[0, 3], [math.pi, 5]], (0, 2)),
         plane([[1, 3], [2, 5]], (2, 3))], 2, "about"
    ).axes  # fmt: skip
    np.testing.assert_allclose(offsets(both), [[0.4, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(offsets(one), [[0.4, 0], [-1, 0]], atol=1e-12)
    np.testing.assert_allclose(offsets(none), [[1, 3], [2, 5]])
    assert "from rim to rim, -180° to 180°: latent 1 (angle)" in both.get_xlabel()
    assert "from the inner rim, 3.0, to the outer, 5.0: latent 2 (line)" in one.get_xlabel()
    assert (none.get_xlabel(), none.get_ylabel()) == ("latent 2 (line)", "latent 3 (line)")


def test_hues_have_their_own_colour_and_other_factors_go_from_dark_to_light():
    hues = factor_inks("wall_hue", 3)
    assert hues[:, :3].argmax(1).tolist() == [0, 1, 2]  # red, green, blue
    light = factor_inks("scale", 4)[:, :3].sum(1)
    assert (np.diff(light) > 0).all()
    assert factor_inks("scale", 1).shape == (1, 4)


def test_units_are_sorted_and_counted():
    explained = np.array([[0.2, 0.1], [0.0, 0.0], [0.1, 0.6], [0.9, 0.0], [0.05, 0.01]])
    panel, _ = monitor_figure([LayerUnits("encoder.2 (Linear)", explained, 1)], ["hue", "scale"], 0.1, "about").axes
    assert panel.get_title() == "encoder.2 (Linear): 5 units, 1 answer to no factor alone, 1 are dead"
    np.testing.assert_allclose(panel.images[0].get_array(), explained[[3, 0, 2, 4, 1]].T)
    assert [text.strip() for text in texts(panel)] == ["2", "1"]


@pytest.mark.parametrize("channels", [1, 3])
def test_the_stop_that_is_nearest_has_a_frame(channels):
    """The angle 3 lies a little before the seam: it is nearest to -π, not to π/2."""
    images, values = gradient(2, 4, channels=channels), np.array([[-math.pi, -1.57, 0, 1.57], [-2.0, -1, 1, 2]])
    figure = traversals_figure(
        gradient(channels=channels), images, values, np.array([3, 0.9]), [0, 4], [1, 2, 3], 1, "about."
    )
    framed = [
        [panel.get_title() for panel in figure.axes[6 * line + 2 : 6 * line + 6] if panel.spines["top"].get_visible()]
        for line in range(2)
    ]
    assert framed == [["-180°"], ["1.0"]]
    assert [figure.axes[i].get_ylabel() for i in (0, 6)] == ["latent 0 (angle)", "latent 4 (line)"]
    assert texts(figure) == ["about. Not in use: latent 1, 2, 3."]
    assert figure.axes[2].images[0].get_array().shape == (4, 5, 3)


def test_maps_share_a_scale_and_signs_have_two_colours():
    maps = np.array([np.full((4, 5), 0.1), np.full((4, 5), 0.4)])
    figure = change_maps_figure(gradient(), maps, [0, 3], 1, "about")
    assert [panel.images[0].get_clim() for panel in figure.axes[1:3]] == [(0, 0.4)] * 2
    assert figure.axes[2].get_title() == "latent 3 (line)"
    figure = read_maps_figure(gradient(2, channels=1), {"plain": maps, "signed": maps - 0.2}, "about")
    assert figure.axes[2].images[0].get_clim() == (0, 0.4)
    assert figure.axes[4].images[0].get_clim() == pytest.approx((-0.2, 0.2))
    assert figure.axes[4].images[0].get_cmap().name == "RdBu_r"


def odd(name, **changes):
    given = {"distance": 1234.56, "z": [0.5, -9.5, NAN], "latent": 1, **changes}
    return OddImage(name, gradient(channels=1), **given)


def test_odd_images_say_how_odd_and_in_which_latent():
    figure = odd_images_figure([odd("a.png"), odd("x" * 30 + ".png")], 22.5, 1, "rooms.")
    picture, bars, second, _ = figure.axes
    assert picture.get_title() == "a.png\ndistance 1,234.6"
    assert second.get_title().startswith("…" + "x" * 19 + ".png\n")
    assert bars.get_xlabel() == "mostly latent 1 (line)"
    assert [bar.get_height() for bar in bars.containers[0]] == [0.5, -8, 0]
    assert texts(figure) == ["rooms. Odd: distance above 22.50. Bars: z-scores of the latents, cut off at ±8."]


def test_the_difference_is_that_of_counterfactual_and_reconstruction():
    whole = odd("a.png", reconstruction=np.full((4, 5, 1), 0.7), counterfactual=np.full((4, 5, 1), 0.2), words="moved")
    figure = counterfactuals_figure([whole, whole], "rooms.")
    np.testing.assert_allclose(figure.axes[3].images[0].get_array(), 0.5)
    assert texts(figure.axes[4]) == ["a.png\nmoved"]
    with pytest.raises(ValueError, match=r"b.png has no reconstruction.*odd_images_figure"):
        counterfactuals_figure([whole, odd("b.png")], "rooms.")
    with pytest.raises(ValueError, match="no odd image to show"):
        counterfactuals_figure([], "rooms.")
    with pytest.raises(ValueError, match="no odd image to show"):
        odd_images_figure([], 22.5, 1, "rooms.")


def test_frames_move_pictures_and_dials():
    images = np.zeros((2, 2, 3, 8, 8, 1), np.float32)
    images[:, :, 1] = 1
    values = np.array([[-math.pi, 0, 1], [-2.0, 0, 2]])
    frames = traversal_frames(images, values, [0, 3], 1, "about")
    assert frames.dtype == np.uint8
    assert len(frames) == 3
    # pictures are twelve times as large, and sharp
    dark, light = (frames[0] == 0).all(-1), (frames[1] == 255).all(-1)
    assert int(dark.sum()) >= 4 * 96 * 96
    assert bool(light[dark].mean() > 0.97)
    red = [np.argwhere((frame[..., 0] > 200) & (frame[..., 1] < 140)).mean(0)[1] for frame in frames]
    assert len(set(red)) == 3


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    drawn = {
        "information.svg": lambda: information_figure(SHARES, ["wall_hue", "scale"], 1, "about"),
        "planes.png": lambda: planes_figure([plane([[0, 3], [math.pi, 5]], (0, 2))], 1, "about"),
        "odd.png": lambda: odd_images_figure([odd("a.png")], 22.5, 1, "about"),
    }
    for name, draw in drawn.items():
        for folder in ("one", "two"):
            save(draw, tmp_path / folder / name)
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    one, two = (traversal_frames(gradient(1, 1, 2), np.array([[0.0, 1]]), [0], 1, "about") for _ in range(2))
    assert np.array_equal(one, two)
