"""Writing a figure so that it comes out byte for byte the same."""

from __future__ import annotations

import io

from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from lazyartist.files import write_bytes


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

OPTIONS: dict[str, dict[str, Any]] = {
    ".svg": {"metadata": {"Date": None, "Creator": None}},
    ".png": {"metadata": {"Software": None}},
    ".jpg": {"pil_kwargs": {"quality": 85, "subsampling": 0}},  # for hundreds of noisy pictures, a third of a PNG
}


def save(draw: Callable[[], Figure], path: Path) -> None:
    """Draw a figure with matplotlib's own defaults and write it as SVG, PNG or JPEG, by the suffix of the path.

    The same figure gives the same bytes: there is no date, and identifiers are fixed.

    Raises:
        ValueError: the path ends in something else.
    """
    if path.suffix not in OPTIONS:
        raise ValueError(f"{path}: expected a file that ends in {', '.join(OPTIONS)}")
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": "lazyartist", "svg.fonttype": "path"})
        content = io.BytesIO()
        draw().savefig(content, format=path.suffix[1:], bbox_inches="tight", dpi=110, **OPTIONS[path.suffix])
    write_bytes(path, content.getvalue())
