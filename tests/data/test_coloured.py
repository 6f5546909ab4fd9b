"""The canvas: exact to the sample, drawn once, refused when it makes no sense."""

import numpy as np
import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from lazyartist.data.coloured import colour, swap
from lazyartist.data.palettes import CLASSIC, HUES, PALETTES, Palette, palette_of
from lazyartist.data.task import make_task


rng = np.random.default_rng(0)
GREY = rng.integers(0, 256, (430, 28, 28), dtype=np.uint8)
LABELS = np.concatenate([np.arange(10), rng.integers(0, 10, 420)])


@given(correlation=st.floats(0, 1), seed=st.integers(0, 9))
def test_correlation_is_exact_per_class_and_conflicts_are_even(correlation, seed):
    data = colour(GREY, LABELS, correlation=correlation, conflict="others", seed=seed)
    for label in range(10):
        mine = data.labels == label
        n = int(mine.sum())
        assert int(data.aligned[mine].sum()) == round(correlation * n)
        counts = torch.bincount(data.colours[mine & ~data.aligned], minlength=10)
        others = counts[torch.arange(10) != label]
        assert others.max() - others.min() <= 1


@given(correlation=st.floats(0, 1), seed=st.integers(0, 9))
def test_over_all_colours_the_rest_is_even_over_ten(correlation, seed):
    data = colour(GREY, LABELS, correlation=correlation, conflict="all", seed=seed)
    for label in range(10):
        mine = data.labels == label
        rest = int(mine.sum()) - round(correlation * int(mine.sum()))
        lucky = int(data.aligned[mine].sum()) - round(correlation * int(mine.sum()))
        assert rest // 10 <= lucky <= -(-rest // 10)


def test_colours_are_drawn_once_and_follow_the_seed():
    a, b, c = (colour(GREY, LABELS, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(a.render(slice(0, 50)), a.render(slice(0, 50)))
    assert a.fingerprint == b.fingerprint != c.fingerprint


def test_a_painted_pixel_is_grey_times_colour():
    data = colour(GREY, LABELS)
    index = torch.tensor([3, 7, 3])
    x = data.render(index)
    assert (x.shape, x.dtype) == ((3, 3, 28, 28), torch.float32)
    paint = HUES.tensor()[data.colours[index]]
    assert torch.allclose(x, torch.tensor(GREY)[index][:, None] / 255 * paint[:, :, None, None], atol=1e-7)
    assert float(x.min()) >= 0
    assert float(x.max()) <= 1


def test_a_background_is_a_smooth_texture_behind_a_white_stroke():
    grey = np.zeros((430, 28, 28), np.uint8)
    grey[:, 10:14] = 255
    data = colour(grey, LABELS, where="background", palette=CLASSIC)
    x = data.render(torch.tensor([0]))[0]
    assert torch.allclose(x[:, 10:14], torch.ones(3, 4, 28))
    red = x[0, :10]
    assert float(x[1:, :10].max()) == 0  # class 0 is red
    assert float(red.std()) > 0.03  # not flat
    assert float((red[:, 1:] - red[:, :-1]).abs().max()) < 0.2  # smooth
    part = data.subset(torch.tensor([5, 9]))
    assert torch.equal(part.render(slice(None)), data.render(torch.tensor([5, 9])))


def test_hard_splits_swap_the_colours():
    data = colour(GREY, LABELS)
    assert torch.equal(swap(data, "rotated").colours, (data.labels + 5) % 10)
    assert not swap(data, "other").aligned.any()
    share = float(swap(data, "uniform").aligned.float().mean())
    assert 0.03 < share < 0.2
    assert swap(data, "other", seed=1).fingerprint != swap(data, "other", seed=2).fingerprint
    with pytest.raises(ValueError, match="expected 'rotated', 'other' or 'uniform'"):
        swap(data, "mirrored")


def test_it_is_an_ordinary_dataset():
    data = colour(GREY, LABELS)
    x, y = next(iter(DataLoader(data, batch_size=8)))
    assert torch.equal(x, data.render(slice(0, 8)))
    assert y.tolist() == LABELS[:8].tolist()
    assert len(data) == 430
    assert torch.equal(data[-1][0], data[429][0])
    with pytest.raises(IndexError, match="430 images"):
        data[430]


def test_the_fingerprint_sees_pixels_labels_colours_palette_and_place():
    data = colour(GREY, LABELS)
    other_pixels = GREY.copy()
    other_pixels[0, 0, 0] ^= 1
    other_labels = LABELS.copy()
    other_labels[0] = (LABELS[0] + 1) % 10
    changed = [
        colour(other_pixels, LABELS),
        colour(GREY, other_labels),
        colour(GREY, LABELS, palette="classic"),
        colour(GREY, LABELS, where="background"),
        data.wearing((data.colours + 1) % 10),
    ]
    assert len({data.fingerprint, *(c.fingerprint for c in changed)}) == 6


def test_torchvision_style_tensors_are_taken():
    data = colour(torch.tensor(GREY), torch.tensor(LABELS))
    assert data.fingerprint == colour(GREY, LABELS).fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": GREY / 255}, "turn floats in"),
        ({"images": np.full((430, 28, 28), np.nan)}, "they hold NaN"),
        ({"images": GREY[:, :, :, None]}, r"expected \(N, H, W\) uint8, got \(430, 28, 28, 1\)"),
        ({"images": GREY[:0], "labels": LABELS[:0]}, "uint8, got"),
        ({"labels": LABELS[:-1]}, r"expected \(430,\) integers"),
        ({"labels": LABELS * 1.0}, "integers, one an image"),
        ({"labels": LABELS + 5}, "labels run from 5 to 14, but the palette has 10 colours"),
        ({"labels": LABELS - 1}, "renumber the labels"),
        ({"labels": np.where(LABELS == 3, 4, LABELS)}, "class 3 has no images"),
        ({"correlation": 1.2}, "correlation=1.2: expected a share"),
        ({"correlation": float("nan")}, "correlation=nan"),
        ({"conflict": "none"}, "expected 'all' or 'others'"),
        ({"where": "frame"}, "expected 'foreground' or 'background'"),
        ({"palette": [(1, 0)] * 10}, r"a palette has shape \(classes, 3\)"),
        ({"palette": [(255, 0, 0), (0, 255, 0)]}, "divide by 255"),
        ({"palette": [(1, 0, 0)] * 10}, "colours must differ"),
        ({"palette": [(0, 0, 0), (1, 0, 0)]}, "none may be black"),
        ({"palette": [(float("nan"), 0, 0), (1, 0, 0)]}, "colours lie in"),
        ({"palette": [(1, 0, 0), (1, 0)]}, "list of"),
    ],
)
def test_nonsense_is_refused_with_a_way_out(change, message):
    arguments = {"images": GREY, "labels": LABELS, **change}
    with pytest.raises(ValueError, match=message):
        colour(arguments.pop("images"), arguments.pop("labels"), **arguments)


def test_presets():
    assert set(PALETTES) == {"hues", "classic", "classic-grey"}
    for palette in PALETTES.values():
        assert palette.words[:3] in {("red", "green", "blue"), ("red", "lime", "blue")}
        assert len(palette.colours) == 10
    with pytest.raises(KeyError, match="Did you mean classic"):
        palette_of("clasic")
    with pytest.raises(ValueError, match="as many words"):
        Palette("short", ((1, 0, 0), (0, 1, 0)), ("red",))


def test_a_task_has_its_splits_and_repeats_to_the_bit():
    task, again, other = make_task("digits"), make_task("digits"), make_task("digits", seed=1)
    assert (len(task.train), len(task.easy), len(task.hard["other"])) == (1149, 288, 360)
    assert set(task.hard) == {"rotated", "other", "uniform"}
    assert task.train.fingerprint == again.train.fingerprint != other.train.fingerprint
    assert float(task.train.aligned.float().mean()) == pytest.approx(0.955, abs=0.005)
    assert 0.05 < float(task.unbiased.aligned.float().mean()) < 0.15
    assert torch.equal(task.unbiased.images, task.train.images)
    assert task.setting == "0.95 correlation, rest over all, foreground, hues"


def test_own_images_make_a_task_too():
    from lazyartist.data.sources import GreyImages

    task = make_task(GreyImages(GREY, LABELS, GREY[:50], LABELS[:50]), correlation=1.0)
    assert task.name == "custom"
    assert task.train.aligned.all()
