"""The painted images: exact to the sample, drawn once, refused when they make no sense."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.data.coloured import TEXTURES, colour
from lazyartist.data.images import Split, UnsupportedError
from lazyartist.data.lottery import swap
from lazyartist.data.palettes import CLASSIC, HUES


rng = np.random.default_rng(0)
GREY = rng.integers(0, 256, (430, 28, 28), dtype=np.uint8)
LABELS = np.concatenate([np.arange(10), rng.integers(0, 10, 420)])


@given(correlation=st.floats(0, 1), seed=st.integers(0, 9))
def test_correlation_is_exact_per_class_and_conflicts_are_even(correlation, seed):
    data = colour(GREY, LABELS, correlation=correlation, conflict="others", seed=seed)
    aligned = data.colours == data.labels
    for label in range(10):
        members = data.labels == label
        assert int(aligned[members].sum()) == round(correlation * int(members.sum()))
        counts = torch.bincount(data.colours[members & ~aligned], minlength=10)
        others = counts[torch.arange(10) != label]
        assert others.max() - others.min() <= 1


@given(correlation=st.floats(0, 1), seed=st.integers(0, 9))
def test_over_all_colours_the_rest_is_even_over_ten(correlation, seed):
    data = colour(GREY, LABELS, correlation=correlation, conflict="all", seed=seed)
    aligned = data.colours == data.labels
    for label in range(10):
        members = data.labels == label
        rest = int(members.sum()) - round(correlation * int(members.sum()))
        lucky = int(aligned[members].sum()) - round(correlation * int(members.sum()))
        assert rest // 10 <= lucky <= -(-rest // 10)


def test_colours_are_drawn_once_and_follow_the_seed():
    a, b, c = (Split(colour(GREY, LABELS, seed=seed)) for seed in (1, 1, 2))
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


def test_another_colour_changes_the_colour_alone():
    data = colour(GREY, LABELS)
    index, green = torch.tensor([0, 5]), torch.tensor([1, 1])
    painted = data.paint(index, {"colour": green})
    assert torch.allclose(painted, torch.tensor(GREY)[index][:, None] / 255 * HUES.tensor()[green][:, :, None, None])
    assert torch.equal(data.foreground(index), torch.tensor(GREY)[index])
    with pytest.raises(UnsupportedError, match="only the colour can be changed, not class"):
        data.paint(index, {"class": green})


def test_a_background_is_a_smooth_texture_behind_a_white_stroke():
    grey = np.zeros((430, 28, 28), np.uint8)
    grey[:, 10:14] = 255
    data = Split(colour(grey, LABELS, where="background", palette=CLASSIC))
    x = data.render(torch.tensor([0]))[0]
    assert torch.allclose(x[:, 10:14], torch.ones(3, 4, 28))
    red = x[0, :10]
    assert float(x[1:, :10].max()) == 0  # class 0 is red
    assert float(red.std()) > 0.03  # not flat
    assert float((red[:, 1:] - red[:, :-1]).abs().max()) < 0.2  # smooth
    assert int(data.images.backdrops.max()) < TEXTURES  # type: ignore[attr-defined]
    part = data.subset(torch.tensor([5, 9]))
    assert torch.equal(part.render(slice(None)), data.render(torch.tensor([5, 9])))


def test_hard_splits_swap_the_colours():
    data = Split(colour(GREY, LABELS))
    assert torch.equal(swap(data, "rotated").attribute, (data.labels + 5) % 10)
    assert not (swap(data, "other").attribute == data.labels).any()
    uniform = swap(data, "uniform")
    share = float((uniform.attribute == data.labels).float().mean())
    assert 0.03 < share < 0.2
    assert torch.equal(uniform.render(slice(0, 9)), data.render(slice(0, 9), uniform.attribute[:9]))
    assert swap(data, "other", seed=1).fingerprint != swap(data, "other", seed=2).fingerprint
    with pytest.raises(ValueError, match="expected 'rotated', 'other' or 'uniform'"):
        swap(data, "mirrored")


@pytest.mark.parametrize("classes", [2, 3, 37])
def test_swapping_works_for_any_number_of_classes(classes):
    labels = np.arange(430) % classes
    palette = [(1, (i + 1) / (classes + 1), 0) for i in range(classes)]
    data = Split(colour(GREY, labels, palette=palette))
    assert torch.equal(swap(data, "rotated").attribute, (data.labels + classes // 2) % classes)
    other = swap(data, "other").attribute
    assert not (other == data.labels).any()
    assert set(other.tolist()) == set(range(classes))


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
        Split(data).with_attribute((data.colours + 1) % 10),
    ]
    assert len({data.fingerprint, *(c.fingerprint for c in changed)}) == 6  # type: ignore[attr-defined]
    assert Split(data).fingerprint == data.fingerprint


class NotADataset:
    """Only used for its name in a message."""


@pytest.mark.parametrize(
    "given",
    [
        (torch.tensor(GREY), torch.tensor(LABELS)),
        (list(GREY), LABELS.tolist()),
        (GREY.tolist(), LABELS.astype(np.uint8)),
        (SimpleNamespace(data=torch.tensor(GREY), targets=torch.tensor(LABELS)),),
        (SimpleNamespace(data=GREY, labels=LABELS),),  # as SVHN calls them
    ],
    ids=["tensors", "list of arrays", "nested lists", "torchvision", "labels"],
)
def test_whatever_holds_grey_bytes_is_taken(given):
    if isinstance(given[0], list) and isinstance(given[0][0], list):
        with pytest.raises(ValueError, match=r"uint8, got \(430, 28, 28\) torch.int64.*np.uint8"):
            colour(*given)
        given = (np.array(given[0], np.uint8), *given[1:])
    assert colour(*given).fingerprint == colour(GREY, LABELS).fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": GREY / 255}, r"turn these floats into bytes with \(255 \* images\)"),
        ({"images": GREY.astype(np.float32)}, r"turn these floats into bytes with \(images\)"),
        ({"images": np.full((430, 28, 28), np.nan)}, "they hold NaN"),
        ({"images": GREY[:, :, :, None]}, r"expected \(N, H, W\) uint8, got \(430, 28, 28, 1\)"),
        ({"images": np.stack([GREY] * 3, 1)}, "have colours of their own .*array_task"),
        ({"images": GREY[:0], "labels": LABELS[:0]}, "uint8, got"),
        ({"images": [["a", "b"]] * 430}, "expected arrays of numbers"),
        ({"images": [GREY[0], GREY[1][:5]]}, "expected arrays of numbers"),
        ({"images": SimpleNamespace(targets=LABELS), "labels": None}, "stack its images into one array"),
        ({"images": GREY, "labels": None}, "labels: expected"),
        ({"images": NotADataset(), "labels": None}, "NotADataset does not"),
        ({"labels": LABELS[:-1]}, r"expected \(430,\) integers"),
        ({"labels": LABELS * 1.0}, "integers, one per image"),
        ({"labels": [str(label) for label in LABELS]}, "expected arrays of numbers"),
        ({"labels": LABELS + 5}, "labels run from 5 to 14, but there are 10 values"),
        ({"labels": LABELS - 1}, "renumber the labels"),
        ({"labels": np.where(LABELS == 3, 4, LABELS)}, "class 3 has no images"),
        ({"correlation": 1.2}, "correlation=1.2: expected a share"),
        ({"correlation": float("nan")}, "correlation=nan"),
        ({"correlation": "0.5"}, "correlation='0.5': expected a share"),
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
