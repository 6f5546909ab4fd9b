"""The odd images of a folder as one page: a file that needs nothing else, on a screen or a phone; torch-free."""

from __future__ import annotations

import base64
import io
import math

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from PIL import Image

from lazyartist.latents.odd_image import latent_name


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lazyartist.latents.odd_image import OddImage

    Picture = NDArray[np.float32]  # (H, W, 1 or 3) in [0, 1]

FAR = 8.0  # standard deviations, where bars end
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
.row { display: grid; grid-template-columns: repeat(4, minmax(0, 8.6rem)); gap: .5rem; margin: .5rem 0; }
.way { display: grid; grid-template-columns: repeat(auto-fit, minmax(3.6rem, 1fr)); gap: .3rem; margin: .5rem 0; }
@media (min-width: 52rem) { .sides { display: grid; grid-template-columns: 36rem 1fr; gap: 1.5rem;
  align-items: center; } }
@media (max-width: 30rem) { .row { grid-template-columns: repeat(2, 1fr); } }
figure { margin: 0; } img { width: 100%; display: block; image-rendering: pixelated; border-radius: .2rem; }
figcaption { font-size: .8rem; color: var(--quiet); text-align: center; }
table { border-spacing: 0; font-size: .85rem; width: 100%; max-width: 26rem; }
td, th { padding: .05rem .4rem; text-align: right; font-weight: normal; white-space: nowrap; }
td:last-child { width: 60%; }
i { display: block; height: .6rem; background: var(--bar); }
.most { font-weight: bold; } .most i { background: var(--most); }
"""


@dataclass(frozen=True, eq=False)
class Way:
    """One latent of one image, moved along its path.

    Attributes:
        title: which latent.
        images: (S, H, W, 1 or 3) in [0, 1].
        labels: S words, where the latent is in each.
    """

    title: str
    images: NDArray[np.float32]
    labels: Sequence[str]


def odd_page(
    title: str,
    odd: Sequence[OddImage],
    *,
    images: int,
    threshold: float,
    circles: int,
    ways: Sequence[Way] = (),
    note: str = "",
) -> str:
    """Return an HTML page of odd images and of what the latents mean; it loads nothing from anywhere.

    Args:
        title: what stands above.
        odd: the odd images, in the order in which they are shown.
        images: how many images were looked at.
        threshold: the distance from which on one counts as odd.
        circles: how many latents, counted from the first, are angles.
        ways: traversals.
        note: what else is to be said: which latents are not in use, which model this is.
    """
    words = f"{len(odd)} of {images:,} images: further than {threshold:.2f} from the others."
    parts = [f"<h1>{escape(title)}</h1>", _paragraph(words)]
    parts += [_paragraph(note)] if note else []
    parts += [_card(one, circles) for one in odd]
    if ways:
        parts.append("<h2>What the latents stand for</h2>")
        parts.append(_paragraph("One image of the folder as it is decoded, with one latent moved at a time."))
        parts += [_way(way) for way in ways]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _card(one: OddImage, circles: int) -> str:
    shown = {"image": one.image}
    if one.reconstruction is not None:
        shown["reconstruction"] = one.reconstruction
    if one.counterfactual is not None:
        shown["counterfactual"] = one.counterfactual
        if one.reconstruction is not None:
            shown["difference"] = np.abs(one.counterfactual - one.reconstruction)
    pictures = "".join(_figure(picture, word, f"{one.name}: {word}") for word, picture in shown.items())
    lines = "".join(
        _line(latent, z, latent == one.latent, circles) for latent, z in enumerate(one.z) if math.isfinite(z)
    )
    how = f"distance {one.distance:,.1f}, mostly latent {latent_name(one.latent, circles)}"
    return (
        f'<article><h3>{escape(one.name)}</h3>{_paragraph(how)}<div class="sides"><div>'
        f'<div class="row">{pictures}</div>{_paragraph(one.words) if one.words else ""}</div>'
        f"<table><tr><th>latent</th><th>z-score</th><th></th></tr>{lines}</table></div></article>"
    )


def _line(latent: int, z: float, most: bool, circles: int) -> str:
    bar = f'<i style="width:{100 * min(abs(z), FAR) / FAR:.0f}%"></i>'
    cells = f"<td>{latent_name(latent, circles)}</td><td>{z:+.1f}</td><td>{bar}</td>"
    return f"<tr{' class=most' if most else ''}>{cells}</tr>"


def _way(way: Way) -> str:
    stops = zip(way.images, way.labels, strict=True)
    pictures = "".join(_figure(image, label, f"{way.title}: {label}") for image, label in stops)
    return f'<h3>{escape(way.title)}</h3><div class="way">{pictures}</div>'


def _figure(picture: Picture, word: str, alt: str) -> str:
    image = f'<img src="{png_uri(picture)}" alt="{escape(alt)}">'
    return f"<figure>{image}<figcaption>{escape(word)}</figcaption></figure>"


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def png_uri(picture: Picture) -> str:
    """Return an image (H, W, 1 or 3) in [0, 1] as a data URI; the same image gives the same text.

    Raises:
        ValueError: it is of another shape.
    """
    if picture.ndim != 3 or picture.shape[-1] not in (1, 3):
        raise ValueError(f"picture: expected (H, W, 1 or 3), got {picture.shape}")
    pixels = (255 * np.clip(picture, 0, 1)).round().astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
