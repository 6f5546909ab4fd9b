"""Files as people have them become bytes of one size, or say what is wrong with them."""

import contextlib
import io

import numpy as np
import pytest
import torch

from PIL import Image

from lazyartist.data.pixels import as_rgb, decode, from_array, image_size, to_pixels


RED, BLUE = (200, 30, 40), (10, 20, 180)


def halves(mode="RGB"):
    """A picture of 12 x 8 pixels: its left half red, its right half blue."""
    image = Image.new("RGB", (12, 8), RED)
    image.paste(BLUE, (6, 0, 12, 8))
    return image.convert(mode)


def saved(image, kind="PNG", **words):
    file = io.BytesIO()
    image.save(file, kind, **words)
    return file.getvalue()


def near(pixels, left, right, within=8):
    """Is the middle of the left half of one colour, and that of the right half of another?"""
    _, height, width = pixels.shape
    seen = (pixels[:, height // 2, place].astype(int) for place in (width // 4, 3 * width // 4))
    return all(np.abs(one - np.array(wanted)).max() <= within for one, wanted in zip(seen, (left, right), strict=True))


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (halves(), "PNG"),
        (halves(), "JPEG"),
        (halves(), "BMP"),
        (halves("CMYK"), "JPEG"),
        (halves("P"), "GIF"),
        (halves("P"), "PNG"),
        (halves("RGBA"), "PNG"),
        (halves(), "WEBP"),
        (halves(), "TIFF"),
    ],
    ids=lambda value: getattr(value, "mode", value),
)
def test_every_kind_of_file_shows_the_same_picture(image, kind):
    words = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    pixels = decode(saved(image, kind, **words), 16, 24)
    assert (pixels.shape, pixels.dtype) == ((3, 16, 24), np.uint8)
    assert near(pixels, RED, BLUE, within=40 if kind in ("GIF", "WEBP") or image.mode in ("P", "CMYK") else 12)


def test_an_image_of_the_right_size_keeps_its_bytes():
    noise = np.random.default_rng(0).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    assert np.array_equal(decode(saved(Image.fromarray(noise)), 9, 11), noise.transpose(2, 0, 1))


def test_grey_has_three_equal_channels_and_16_bits_are_scaled():
    grey = np.array([[0, 255], [128, 64]], dtype=np.uint8)
    assert (decode(saved(Image.fromarray(grey).resize((8, 8), 0)), 8, 8)[:, 0, 7] == 255).all()
    deep = Image.fromarray(grey.astype(np.uint16) * 257)  # 65,535 is white
    assert np.array_equal(np.asarray(as_rgb(Image.open(io.BytesIO(saved(deep)))))[..., 1], grey)
    with pytest.raises(ValueError, match=r"pixels run from 0 to 70000: save it with 8 or 16 bits"):
        as_rgb(Image.fromarray(np.array([[0, 70000]], dtype=np.int32)))
    with pytest.raises(ValueError, match="pixels are floats"):
        decode(saved(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF"), 8, 8)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_shows_white(mode):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (4, 0, 8, 8))
    words = {}
    if mode == "P":
        image, words = Image.new("P", (8, 8), 0), {"transparency": 0}
        image.putpalette([9, 9, 9, 0, 0, 0])
        image.paste(1, (4, 0, 8, 8))
    pixels = decode(saved(image.convert(mode), **words), 8, 8)
    assert near(pixels, (255,) * 3, (0,) * 3, within=0)


@pytest.mark.parametrize(("orientation", "left", "right"), [(1, RED, BLUE), (2, BLUE, RED), (3, BLUE, RED)])
def test_a_camera_that_was_turned_is_turned_back(orientation, left, right):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("JPEG", "PNG"):
        assert near(decode(saved(halves(), kind, exif=exif), 16, 24), left, right, within=30)


def test_a_camera_held_upright_gives_an_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise: left becomes top
    pixels = decode(saved(halves(), "JPEG", exif=exif), 24, 16)
    assert near(pixels.transpose(0, 2, 1), RED, BLUE, within=30)


def test_all_of_a_picture_stays_visible_when_its_sides_change():
    image = halves()
    image.putpixel((0, 0), (255, 255, 255))
    wide = image.resize((480, 320), Image.Resampling.NEAREST)
    pixels = decode(saved(wide), 20, 20)
    assert near(pixels, RED, BLUE)
    assert pixels[:, 0, 0].min() > 200  # the mark in the corner
    large = decode(saved(image.resize((2400, 1600), Image.Resampling.NEAREST), "JPEG"), 16, 24)
    assert near(large, RED, BLUE, within=12)
    assert large[:, 0, 0].min() > 180


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"I am a text file\n", r"not an image that Pillow can read: it begins with b'I am a text "),
        (saved(halves().resize((90, 90)), "JPEG")[:-200], "truncated"),
        (saved(halves().resize((90, 90)), "PNG")[:60], "."),
        (saved(halves(), "GIF")[:20], "."),
    ],
    ids=["empty", "text", "jpeg", "png", "gif"],
)
def test_what_is_no_image_says_so(content, message):
    with pytest.raises(ValueError, match=message):
        decode(content, 8, 8)


def test_damaged_files_are_errors_and_never_crash():
    rng = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"):
        content = saved(halves().resize((30, 20)), kind)
        for _ in range(25):
            damaged = bytearray(content)
            for place in rng.integers(0, len(content), 3):
                damaged[place] = rng.integers(0, 256)
            with contextlib.suppress(ValueError):  # any other error fails
                assert decode(bytes(damaged), 8, 8).shape == (3, 8, 8)


@pytest.mark.parametrize(
    ("size", "expected"), [(64, (64, 64)), ("64", (64, 64)), ("64x48", (48, 64)), (np.int64(8), (8, 8))]
)
def test_a_size_is_a_side_or_width_and_height(size, expected):
    assert image_size(size) == expected


@pytest.mark.parametrize("size", [0, 7, -64, 1025, 64.5, "64 x 48", "64x", "x", None, True, "9" * 30], ids=repr)
def test_what_is_no_size_is_refused(size):
    with pytest.raises(ValueError, match=r"size=.*expected pixels from 8 to 1024"):
        image_size(size)


@pytest.mark.parametrize(
    "given",
    [
        np.asarray(halves()),
        torch.tensor(np.asarray(halves())).permute(2, 0, 1),
        torch.tensor(np.asarray(halves())).permute(2, 0, 1) / 255,
        np.asarray(halves()) / 255,
        np.asarray(halves()).tolist(),
    ],
    ids=["bytes", "tensor", "floats", "doubles", "lists"],
)
def test_one_image_in_an_array_is_taken_in_every_order(given, processor):
    processor("images are given in its memory")
    if isinstance(given, list):
        given = np.array(given, dtype=np.uint8)
    assert np.array_equal(to_pixels(from_array(given), 8, 12), np.asarray(halves()).transpose(2, 0, 1))


def test_grey_arrays_are_images_too(processor):
    processor("images are given in its memory")
    grey = np.arange(96, dtype=np.uint8).reshape(8, 12)
    for given in (grey, grey[..., None], grey[None], torch.tensor(grey)[None] / 255):
        assert np.array_equal(to_pixels(from_array(given), 8, 12), np.stack([grey] * 3))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.full((8, 8), 3.0), r"floats run from 3 to 3: expected \[0, 1\]"),
        (np.full((8, 8), np.nan), "floats run from nan"),
        (np.zeros((8, 8), np.int64), r"got \(8, 8\) int64"),
        (np.zeros((4, 8, 8), np.uint8), r"got \(4, 8, 8\) uint8"),
        (np.zeros((0, 8), np.uint8), r"got \(0, 8\)"),
        ("a.png", "photo: expected"),
        (None, "photo: expected"),
    ],
    ids=["bytes as floats", "nan", "integers", "four channels", "empty", "a name", "none"],
)
def test_arrays_that_are_no_image_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        from_array(given, "photo")
