"""Where a model looks: a map over the drawing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from lazyartist.attribution import MAPS
from lazyartist.attribution.postprocess import normalise, positive, upsample
from lazyartist.page.asked import text_of
from lazyartist.page.drawing import SIDE, painted


if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazyartist.page.asked import AskForMaps
    from lazyartist.page.models import Shown


def looks(asked: AskForMaps, models: Sequence[Shown]) -> dict[str, Any]:
    """Return each model's map over the drawing: its positive part, stretched to [0, 255]; or why it has none.

    Raises:
        UnknownNameError: no such map.
        ValueError: no such class.
    """
    x = painted(asked.shape, [asked.paint], asked.where)
    found: dict[str, dict[str, Any]] = {}
    for model in models:
        shares = model.probabilities(x)[0]
        if asked.target is not None and asked.target >= len(shares):
            raise ValueError(f"target={asked.target}: {model.name} knows the classes 0 to {len(shares) - 1}")
        target = shares.index(max(shares)) if asked.target is None else asked.target
        with model.lock:
            knobs = {}
            if "layer" in {each.name for each in fields(MAPS[asked.method])}:
                if not model.layers:
                    found[model.name] = {"reason": "it has no layers that put out maps: choose a map of pixels"}
                    continue
                knobs["layer"] = asked.layer or model.layers[-1]
                if knobs["layer"] not in model.layers:
                    found[model.name] = {"reason": f"it has no layer {asked.layer}"}
                    continue
            raw = MAPS[asked.method](**knobs)(model.tool, x, target)
        shown = normalise(upsample(positive(raw), (SIDE, SIDE)))[0]
        found[model.name] = {"map": text_of((255 * shown).round().byte()), "target": target, **knobs}
    return {"maps": found}
