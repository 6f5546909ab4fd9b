"""Pages that need nothing but themselves: one HTML file, on a screen, a phone or paper; torch-free."""

from __future__ import annotations

import base64
import hashlib
import io
import math

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from PIL import Image

from lazyartist.reporting.table import Cell


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


def html_page(title: str, parts: Sequence[str], style: str = "", script: str = "") -> str:
    """Return a whole page; it loads nothing from anywhere, and a browser is told to let it load nothing.

    Args:
        title: what stands above.
        parts: HTML, one after the other.
        style: further rules of the page's own.
        script: a JavaScript module of the page's own, the only one that a browser may run.
    """
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = "; ".join(
        [
            *("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "base-uri 'none'"),
            *([f"script-src 'sha256-{allowed}'"] if script else []),
        ]
    )
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style>"
        + (f'<script type="module">{script}</script>' if script else "")
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


def html_table(table: Table, level: int = 2, inks: Mapping[str, str] | None = None) -> str:
    """Return a table with its title and its note; a cell that shows an estimate tells it on hover.

    Args:
        table: what is shown.
        level: of the heading, 2 to 6.
        inks: colours by what cells say: such a cell has a dot of its colour.
    """
    kinds = ["" if table.is_number(place) else " class=text" for place in range(len(table.header))]
    head = "".join(f'<th scope="col"{kind}>{escape(word)}</th>' for kind, word in zip(kinds, table.header, strict=True))
    lines = "\n".join(
        f"<tr>{''.join(_cell(cell, kind, inks or {}) for kind, cell in zip(kinds, row, strict=True))}</tr>"
        for row in table.rows
    )
    grid = f"<table><thead><tr>{head}</tr></thead><tbody>\n{lines}\n</tbody></table>"
    note = paragraph(table.note) if table.note else ""
    return f'<h{level}>{escape(table.title)}</h{level}><div class="wide">{grid}</div>{note}'


def _cell(words: str, kind: str, inks: Mapping[str, str]) -> str:
    about = ""
    if isinstance(words, Cell):
        mean = words.estimate.mean
        value = "" if math.isnan(mean) else f' data-value="{mean:.7g}"'.replace("inf", "Infinity")
        about = f'{value} title="{escape(words.about())}"'
    dot = f'<i class=dot style="background:{inks[words]}"></i>' if words in inks else ""
    return f"<td{kind}{about}>{dot}{escape(words)}</td>"


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
