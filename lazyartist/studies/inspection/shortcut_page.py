"""The page of a shortcut report: groups, words, and the images of each group with where the model looks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import torch

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.layer import map_layers
from lazyartist.attribution.postprocess import normalise, positive, upsample
from lazyartist.reporting.page import html_page, html_table, paragraph, picture


if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from lazyartist.studies.inspection.shortcut import ShortcutReport

SHOWN = 6  # images of a group
GROUPS = 8  # of which images are shown, the worst first
HEAT = 0.5  # of what a map covers
STYLE = """
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem; margin: .5rem 0; }
td:first-child, th:first-child { text-align: left; }
"""


def shortcut_page(model: nn.Module, report: ShortcutReport) -> str:
    """Return an HTML page that needs nothing but itself."""
    task = report.task
    parts = [paragraph(line) for line in report.lines()]
    parts.append(html_table(report.table()))
    layers = map_layers(model, task.test.render(slice(0, 2)))
    where = f"Grad-CAM of the answer at {layers[-1]}: bright is where it looks." if layers else ""
    parts += ["<h2>What it answered, and where it looked</h2>", paragraph(f"Mistakes first. {where}")]
    group = task.test.labels * report.groups.n.shape[1]
    group = group + (task.test.attribute if task.test.bias else 0)
    shares = report.groups.accuracy.flatten()
    for number in shares.nan_to_num(2).argsort().tolist()[:GROUPS]:
        members = (group == number).nonzero()[:, 0]
        if not len(members):
            continue
        wrong = report.answers[members] != task.test.labels[members]
        chosen = torch.cat([members[wrong], members[~wrong]])[:SHOWN]
        pictures = _pictures(model, report, chosen, layers[-1] if layers else None)
        words = f"{report.names[number]}: {100 * float(shares[number]):.1f} % right"
        parts.append(f'<article><h3>{escape(words)}</h3><div class="row">{pictures}</div></article>')
    return html_page(f"Does it lean on a shortcut? {report.verdict}", parts, STYLE)


def _pictures(model: nn.Module, report: ShortcutReport, chosen: Tensor, layer: str | None) -> str:
    test = report.task.test
    images, answers = test.render(chosen), report.answers[chosen]
    names = getattr(test.images, "values", {}).get(test.target) or [str(c) for c in range(test.classes)]
    shown = images.permute(0, 2, 3, 1).cpu().numpy()
    if layer is not None:  # image and map beside each other
        shown = np.concatenate([shown, _heated(model, images, answers, layer)], 2)
    words = [
        "right" if answer == label else f"called {names[answer]}"
        for answer, label in zip(answers.tolist(), test.labels[chosen].tolist(), strict=True)
    ]
    return "".join(
        picture(image, word, f"test image {place}: {word}")
        for image, word, place in zip(shown, words, chosen.tolist(), strict=True)
    )


def _heated(model: nn.Module, images: Tensor, answers: Tensor, layer: str) -> NDArray[np.float32]:
    """Return images (N, H, W, 3) under their maps."""
    maps = normalise(positive(GradCam(layer)(model, images, answers)))
    height, width = images.shape[2:]
    heat = mpl.colormaps["inferno"](upsample(maps, (height, width)).float().cpu().numpy())[..., :3]
    grey = images.mean(1)[..., None].cpu().numpy()
    mixed: NDArray[np.float32] = ((1 - HEAT) * grey + HEAT * heat).astype(np.float32)
    return mixed
