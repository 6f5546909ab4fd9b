"""The zoo of lies: the contract of each, what each draws, and tasks that tell them."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch

from lazyartist.data.drawn import tell
from lazyartist.data.images import UnsupportedError
from lazyartist.data.lies import LIES
from lazyartist.data.lies.base import Lie, stripes
from lazyartist.data.lies.checks import (
    check_an_image_is_drawn_alone,
    check_images_are_images,
    check_swapped_as_said,
    check_values_can_be_told,
    parametrize_with_checks,
)
from lazyartist.data.lies.corner_glyphs import CornerGlyphs
from lazyartist.data.lies.place_mark import PlaceMark
from lazyartist.data.lies.position import Position
from lazyartist.data.lies.wave import Wave
from lazyartist.data.make import make_task


@parametrize_with_checks([LIES.build(name) for name in LIES])
def test_contract(lie, check):
    check(lie)


@dataclass(frozen=True)
class Spot(Lie):
    """A pixel that is as bright as the class is high."""

    factors: ClassVar[tuple[str, ...]] = ("spot",)

    def draw(self, grey, values):
        drawn = grey.clone()
        drawn[:, 0, 0, 0] = self.level(values["spot"])
        return drawn

    def level(self, value):
        return value / 9


class TooBright(Spot):
    def level(self, value):
        return value / 5


class Alike(Spot):
    def level(self, value):
        return value.clamp_max(8) / 9


class OfTheBatch(Spot):
    def level(self, value):
        return value / value.max()


class Noisy(Spot):
    def level(self, value):
        return torch.rand(len(value))


class Spoiling(Spot):
    def place(self, grey, values):
        return grey.roll(1, 0)


def test_a_lie_of_ones_own_keeps_the_contract():
    for check in (check_images_are_images, check_an_image_is_drawn_alone, check_values_can_be_told):
        check(Spot())


@pytest.mark.parametrize(
    ("lie", "check", "message"),
    [
        (TooBright(), check_images_are_images, "pixels from 0 to 1.8"),
        (Alike(), check_values_can_be_told, "8 and 9 of spot look the same"),
        (OfTheBatch(), check_an_image_is_drawn_alone, "depends on the others"),
        (Noisy(), check_swapped_as_said, "not drawn as said"),
        (Spoiling(), check_an_image_is_drawn_alone, "depends on the others"),
    ],
)
def test_the_contract_catches(lie, check, message):
    with torch.random.fork_rng(devices=[]), pytest.raises(AssertionError, match=message):
        check(lie)


def test_a_glyph_stands_where_it_should():
    empty, three = torch.zeros(1, 1, 28, 28), {"glyph": torch.tensor([3])}
    one = CornerGlyphs(corners=1).draw(empty, three)[0, 0]
    assert one[1:5, 1:5].tolist() == [[1.0] * 4] * 2 + [[0.0] * 4] * 2
    assert int(one.sum()) == 8
    four = CornerGlyphs().draw(empty, three)[0, 0]
    assert torch.equal(four[23:25, 23:27], torch.ones(2, 4))
    assert int(four.sum()) == 32


def test_ten_squares_touch_the_border_in_ten_places():
    empty = torch.zeros(10, 1, 28, 28)
    drawn = PlaceMark(side=4).draw(empty, {"place": torch.arange(10)})[:, 0]
    assert set(drawn.sum((1, 2)).tolist()) == {16.0}
    border = drawn[:, [0, -1]].sum((1, 2)) + drawn[:, :, [0, -1]].sum((1, 2))
    assert int((border > 0).sum()) == 10
    assert int(drawn.sum(0).max()) == 1  # no two of them share a pixel


def test_a_wave_has_its_length_and_its_height():
    flat = Wave(amplitude=0.1).draw(torch.zeros(10, 1, 28, 28), {"wave": torch.arange(10)})[:, 0]
    assert float(flat.min()) >= 0
    assert float(flat.max()) == pytest.approx(0.2)
    assert torch.allclose(flat[0, 0, 3:], flat[0, 0, :-3], atol=1e-5)  # along the rows, three pixels long
    assert torch.equal(stripes(flat[:1, None], torch.tensor([0.0]), torch.tensor([2.0]))[0, 0, 0, :4].sign(), _signs())


def _signs():
    return torch.tensor([1.0, -1.0, 1.0, -1.0])


def test_a_stroke_is_moved_five_pixels_off_the_middle():
    dot = torch.zeros(10, 1, 28, 28)
    dot[:, :, 12:16, 12:16] = 1
    moved = Position().place(dot, {"position": torch.arange(10)})[:, 0]
    at = torch.arange(28.0)
    mass = moved.sum((1, 2))
    x, y = (moved.sum(1) * at).sum(1) / mass - 13.5, (moved.sum(2) * at).sum(1) / mass - 13.5
    assert torch.allclose((x**2 + y**2).sqrt(), torch.full((10,), 5.0), atol=0.2)
    assert float(x[0]) == pytest.approx(5, abs=0.1)  # the class 0 moves to the right


def test_the_foreground_moves_with_the_stroke():
    task = make_task("digits", bias="position")
    shown, strokes = task.train.render(torch.arange(8)), task.train.foreground(torch.arange(8))
    assert torch.equal((255 * shown[:, 0]).round().byte(), strokes)


def test_two_lies_are_drawn_one_by_one():
    task = make_task("digits", bias="colour_and_mark")
    assert task.train.bias == ("colour", "place")
    assert task.train.attributes == 100
    own = [task.train.factor(name) == task.train.labels for name in task.train.bias]
    assert float((own[0] & own[1]).double().mean()) == pytest.approx(0.955**2, abs=0.02)
    for split in task.hard.values():
        assert not any(bool((split.factor(name) == split.labels).any()) for name in split.bias)
    rotated = task.hard["rotated"]
    assert torch.equal(rotated.factor("colour"), rotated.factor("place"))  # both point to one wrong class
    assert task.own_attribute.tolist() == [11 * label for label in range(10)]


def test_keys_say_which_lie_and_which_knobs():
    keys = make_task("digits:bias=wave:amplitude=0.1", correlation=0.9).keys
    assert dict(keys) == {"bias": "wave:amplitude=0.1", "amplitude": 0.1, "correlation": 0.9, "conflict": "all"}
    assert make_task("digits", bias="wave:amplitude=0.1").keys["bias"] == "wave:amplitude=0.1"


def test_of_one_seed_all_splits_are_the_same_again_and_other_seeds_differ():
    prints = [make_task("digits:bias=wave", seed=seed).train.fingerprint for seed in (3, 3, 4)]
    assert prints[0] == prints[1] != prints[2]
    assert make_task("digits:bias=wave:amplitude=0.06", seed=3).train.fingerprint not in prints


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("digits:bias=waves", "Did you mean wave"),
        ("digits:bias=wave:amplitude=2", "amplitude"),
        ("digits:bias=wave:palette=classic", "palette"),
        ("digits:where=foreground:bias=position", "where"),
        ("digits:bias=corner_glyphs:corners=5", "corners"),
        ("digits:bias=wave:correlation=2", "correlation=2"),
        ("digits:bias=wave:conflict=some", "conflict='some'"),
    ],
)
def test_what_no_lie_can_do_is_refused(spec, message):
    with pytest.raises((ValueError, KeyError), match=message):
        make_task(spec)


def test_only_what_the_lie_draws_can_be_changed():
    images: Any = make_task("digits", bias="wave").train.images
    with pytest.raises(UnsupportedError, match="only wave can be changed, not colour"):
        images.paint(torch.arange(2), {"colour": torch.zeros(2, dtype=torch.long)})


def test_more_classes_than_a_lie_has_values_are_refused():
    labels = torch.arange(22) % 11
    with pytest.raises(ValueError, match="labels run from 0 to 10, but there are 10 values"):
        tell(CornerGlyphs(), torch.zeros(22, 28, 28, dtype=torch.uint8), labels)
