"""Palettes: the presets, and one's own."""

import colorsys

import pytest

from lazyartist.data.palettes import HUES, PALETTES, Palette, palette_of


def test_presets():
    assert set(PALETTES) == {"hues", "classic", "classic-grey", "near-hues", "drawn"}
    for name in ("hues", "classic", "classic-grey"):
        assert PALETTES[name].words[:3] in {("red", "green", "blue"), ("red", "lime", "blue")}
    for palette in PALETTES.values():
        assert len(palette.colours) == len(set(palette.words)) == 10


def test_near_hues_are_twelve_degrees_apart():
    degrees = sorted(round(360 * colorsys.rgb_to_hsv(*colour)[0]) for colour in PALETTES["near-hues"].colours)
    assert degrees == list(range(0, 120, 12))


def test_drawn_colours_differ_in_everything_and_some_are_much_alike():
    hues, saturations, lights = zip(
        *(colorsys.rgb_to_hsv(*colour) for colour in PALETTES["drawn"].colours), strict=True
    )
    assert min(abs(a - b) for a in hues for b in hues if a is not b) < 3 / 360
    assert max(saturations) - min(saturations) > 0.2
    assert max(lights) - min(lights) > 0.2


def test_the_default_colours_differ_in_hue_alone():
    values = [colorsys.rgb_to_hsv(*colour) for colour in HUES.colours]
    assert {(round(s, 6), round(v, 6)) for _, s, v in values} == {(1, 1)}
    degrees = sorted(round(360 * hue) for hue, _, _ in values)
    assert degrees == list(range(0, 360, 36))


def test_a_palette_comes_from_a_name_itself_or_a_list():
    assert palette_of("hues") is HUES is palette_of(HUES)
    own = palette_of([(1, 0, 0), [0, 1, 0]])
    assert own == Palette("custom", ((1, 0, 0), (0, 1, 0)), ("colour 0", "colour 1"))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("clasic", KeyError, "Did you mean classic"),
        (5, ValueError, "a name or a list"),
        ([(1, 0, 0)], ValueError, "at least two classes"),
        ([("red",), ("green",)], ValueError, "list of"),
    ],
)
def test_what_is_no_palette_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        palette_of(given)


def test_every_colour_has_a_word():
    with pytest.raises(ValueError, match="as many words"):
        Palette("short", ((1, 0, 0), (0, 1, 0)), ("red",))
