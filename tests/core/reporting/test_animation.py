import numpy as np
import pytest

from PIL import Image, ImageSequence

from lazyartist.reporting import animation
from lazyartist.reporting.animation import save_animation


def frames(n=4, side=16):
    """A red square that moves over blue."""
    shown = np.zeros((n, side, side, 3), np.uint8)
    shown[..., 2] = 200
    for i in range(n):
        shown[i, 2:8, i : i + 6] = (250, 10, 20)
    return shown


def read(path):
    with Image.open(path) as file:
        return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(file)]), file.info


def test_frames_are_what_was_given(tmp_path):
    path = tmp_path / "moving.gif"
    save_animation(frames(), path, seconds=1)
    seen, info = read(path)
    assert np.array_equal(seen, frames())
    assert info["loop"] == 0  # for ever
    assert info["duration"] == 250


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name in ("one.gif", "two.gif"):
        save_animation(frames(), tmp_path / name)
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()


def test_many_colours_become_fewer_where_a_file_would_be_too_large(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (3, 40, 40, 3), dtype=np.uint8)
    path = tmp_path / "noise.gif"
    save_animation(noise, path)
    large, colours = path.stat().st_size, len(np.unique(read(path)[0].reshape(-1, 3), axis=0))
    monkeypatch.setattr(animation, "MOST", large - 1)
    save_animation(noise, path)
    assert path.stat().st_size < large
    assert len(np.unique(read(path)[0].reshape(-1, 3), axis=0)) < colours
    monkeypatch.setattr(animation, "MOST", 100)
    with pytest.raises(ValueError, match=r"noise.gif would have .* bytes, more than 100: give fewer .* 3 of 40×40"):
        save_animation(noise, path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "moving.png"}, "ends in .gif"),
        ({"frames": frames(1)}, "two or more"),
        ({"frames": frames().astype(float)}, "float64"),
        ({"frames": frames()[..., 0]}, r"\(4, 16, 16\)"),
        ({"seconds": 0}, "seconds=0"),
        ({"seconds": float("nan")}, "seconds=nan"),
    ],
)
def test_what_cannot_move_is_refused(tmp_path, changes, message):
    given = {"frames": frames(), "path": "moving.gif", "seconds": 1, **changes}
    with pytest.raises(ValueError, match=message):
        save_animation(given["frames"], tmp_path / given["path"], seconds=given["seconds"])
