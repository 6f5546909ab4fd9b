"""Pages that need nothing but themselves: one HTML file, on a screen, a phone or paper; torch-free."""

from __future__ import annotations

import base64
import io

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from PIL import Image


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lazyartist.reporting.table import Table

    Picture = NDArray[np.float32]  # (H, W, 1 or 3) in [0, 1]

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1d2b33; --quiet: #5c6b73; --card: #f4f6f7; --bar: #b6c0c6;
  --most: #d1495b; }
@media (prefers-color-scheme: dark) { :root { --ground: #14191c; --ink: #e8edef; --quiet: #9aa8af; --card: #1f272b;
  --bar: #4c5a62; --most: #f0788a; } }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .3rem 0; color: var(--quiet); overflow-wrap: anywhere; }
article { background: var(--card); border-radius: .5rem; padding: .8rem; margin: .8rem 0; }
figure { margin: 0; } img { width: 100%; display: block; image-rendering: pixelated; border-radius: .2rem; }
figcaption { font-size: .8rem; color: var(--quiet); text-align: center; }
table { border-spacing: 0; font-size: .85rem; }
td, th { padding: .05rem .4rem; text-align: right; font-weight: normal; }
"""


def html_page(title: str, parts: Sequence[str], style: str = "") -> str:
    """Return a whole page; it loads nothing from anywhere.

    Args:
        title: what stands above.
        parts: HTML, one after the other.
        style: further rules of the page's own.
    """
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style>"
    )
    body = "\n".join([f"<h1>{escape(title)}</h1>", *parts])
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def paragraph(words: str) -> str:
    """Return words as a paragraph."""
    return f"<p>{escape(words)}</p>"


def picture(image: Picture, word: str, alt: str) -> str:
    """Return an image with a word below, and words for those who do not see it."""
    shown = f'<img src="{png_uri(image)}" alt="{escape(alt)}">'
    return f"<figure>{shown}<figcaption>{escape(word)}</figcaption></figure>"


def html_table(table: Table) -> str:
    """Return a table with its title and its note."""
    head = "".join(f"<th>{escape(word)}</th>" for word in table.header)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<h2>{escape(table.title)}</h2><table><tr>{head}</tr>{lines}</table>{paragraph(table.note)}"


def png_uri(image: Picture) -> str:
    """Return an image (H, W, 1 or 3) in [0, 1] as a data URI; the same image gives the same text.

    Raises:
        ValueError: it is of another shape.
    """
    if image.ndim != 3 or image.shape[-1] not in (1, 3):
        raise ValueError(f"picture: expected (H, W, 1 or 3), got {image.shape}")
    pixels = (255 * np.clip(image, 0, 1)).round().astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
