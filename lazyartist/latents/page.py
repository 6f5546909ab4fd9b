"""The odd images of a folder as one page: a file that needs nothing else, on a screen or a phone; torch-free."""

from __future__ import annotations

import math

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from lazyartist.latents.odd_image import latent_name
from lazyartist.reporting.page import html_page, paragraph, picture


if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lazyartist.latents.odd_image import OddImage

FAR = 8.0  # standard deviations, where bars end
STYLE = """
.row { display: grid; grid-template-columns: repeat(4, minmax(0, 8.6rem)); gap: .5rem; margin: .5rem 0; }
.way { display: grid; grid-template-columns: repeat(auto-fit, minmax(3.6rem, 1fr)); gap: .3rem; margin: .5rem 0; }
@media (min-width: 52rem) { .sides { display: grid; grid-template-columns: 36rem 1fr; gap: 1.5rem;
  align-items: center; } }
@media (max-width: 30rem) { .row { grid-template-columns: repeat(2, 1fr); } }
table { width: 100%; max-width: 26rem; }
td, th { white-space: nowrap; }
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
    parts = [paragraph(words), *([paragraph(note)] if note else []), *(_card(one, circles) for one in odd)]
    if ways:
        parts.append("<h2>What the latents stand for</h2>")
        parts.append(paragraph("One image of the folder as it is decoded, with one latent moved at a time."))
        parts += [_way(way) for way in ways]
    return html_page(title, parts, STYLE)


def _card(one: OddImage, circles: int) -> str:
    shown = {"image": one.image}
    if one.reconstruction is not None:
        shown["reconstruction"] = one.reconstruction
    if one.counterfactual is not None:
        shown["counterfactual"] = one.counterfactual
        if one.reconstruction is not None:
            shown["difference"] = np.abs(one.counterfactual - one.reconstruction)
    pictures = "".join(picture(image, word, f"{one.name}: {word}") for word, image in shown.items())
    lines = "".join(
        _line(latent, z, latent == one.latent, circles) for latent, z in enumerate(one.z) if math.isfinite(z)
    )
    how = f"distance {one.distance:,.1f}, mostly latent {latent_name(one.latent, circles)}"
    return (
        f'<article><h3>{escape(one.name)}</h3>{paragraph(how)}<div class="sides"><div>'
        f'<div class="row">{pictures}</div>{paragraph(one.words) if one.words else ""}</div>'
        f"<table><tr><th>latent</th><th>z-score</th><th></th></tr>{lines}</table></div></article>"
    )


def _line(latent: int, z: float, most: bool, circles: int) -> str:
    bar = f'<i style="width:{100 * min(abs(z), FAR) / FAR:.0f}%"></i>'
    cells = f"<td>{latent_name(latent, circles)}</td><td>{z:+.1f}</td><td>{bar}</td>"
    return f"<tr{' class=most' if most else ''}>{cells}</tr>"


def _way(way: Way) -> str:
    stops = zip(way.images, way.labels, strict=True)
    pictures = "".join(picture(image, label, f"{way.title}: {label}") for image, label in stops)
    return f'<h3>{escape(way.title)}</h3><div class="way">{pictures}</div>'
