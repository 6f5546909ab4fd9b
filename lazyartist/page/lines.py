"""The Python lines that make again what a panel shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.page.asked import text_of


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.page.asked import AskForDials, AskForMaps, AskForNoise, Drawing
    from lazyartist.page.models import Shown

PRELUDE = """import base64
import torch

from lazyartist.page.drawing import painted

shape = torch.frombuffer(bytearray(base64.b64decode("{shape}")), dtype=torch.uint8).view(28, 28)
x = painted(shape, {paints}, {where!r})
"""


def answer_lines(drawing: Drawing, models: Sequence[Shown]) -> str:
    """Return the lines for what each model answers."""
    asked = (f"{model.code}print({model.name!r}, model(x).softmax(1))\n" for model in models)
    return "\n".join([_drawn(drawing, repr([drawing.paint])), *asked])


def recolour_lines(drawing: Drawing, models: Sequence[Shown], palette: str) -> str:
    """Return the lines for what each model answers in each colour."""
    asked = (f"{model.code}print({model.name!r}, model(x).argmax(1).tolist())\n" for model in models)
    there = "from lazyartist.data.palettes import PALETTES\n\n"
    return "\n".join([there + _drawn(drawing, f"PALETTES[{palette!r}].colours"), *asked])


def map_lines(asked: AskForMaps, model: Shown, knobs: str, target: int) -> str:
    """Return the lines for one model's map."""
    return "\n".join(
        [
            _drawn(asked, repr([asked.paint])),
            model.code,
            "from lazyartist.attribution import MAPS\n",
            f"print(MAPS[{asked.method!r}]({knobs})(model, x, {target}))\n",
        ]
    )


def noise_lines(asked: AskForNoise, model: Shown) -> str:
    """Return the lines for the noise that fools a model."""
    return "\n".join(
        [
            _drawn(asked, repr([asked.paint])),
            model.code,
            "from lazyartist.attacks.criterion import TargetedConfidence\nfrom lazyartist.attacks.fmn import FMN\n",
            f"found = FMN()(model, x, TargetedConfidence(torch.tensor([{asked.target}])))",
            "print(float(found.distance), model(found.images).softmax(1))\n",
        ]
    )


def dial_lines(asked: AskForDials, model: Shown, task: str) -> str:
    """Return the lines for what a model answers with its dials set."""
    return "\n".join(
        [
            "from lazyartist.page.asked import AskForDials\nfrom lazyartist.page.dials import Bench",
            _shown(model),
            f"asked = AskForDials(**{asked.model_dump() | {'ink': text_of(asked.shape)}!r})",
            f"print(Bench({task}).turn(asked, shown)['after'])\n",
        ]
    )


def unit_lines(model: Shown, layer: str, task: str) -> str:
    """Return the lines for what the units of a layer like best."""
    return "\n".join(
        [
            "from lazyartist.page.units import Gallery",
            _shown(model),
            f"units = Gallery({task}).units(shown, {layer!r})",
            "print([unit['unit'] for unit in units])  # each with its picture in base64, 28 × 28 × 3 bytes\n",
        ]
    )


def _shown(model: Shown) -> str:
    there = "from lazyartist.data.make import make_task\nfrom lazyartist.page.models import Shown\n"
    return f"{there}\n{model.code}\nshown = Shown({model.name!r}, '', '', lambda: model)\nshown.get_ready()"


def _drawn(drawing: Drawing, paints: str) -> str:
    return PRELUDE.format(shape=text_of(drawing.shape), paints=paints, where=drawing.where)
