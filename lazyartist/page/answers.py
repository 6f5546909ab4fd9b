"""What every model answers to a drawing, in its own paint and in each colour of the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazyartist.page.asked import text_of
from lazyartist.page.drawing import painted


if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from lazyartist.data.palettes import Palette
    from lazyartist.page.asked import Drawing
    from lazyartist.page.models import Shown


def answers(drawing: Drawing, models: Sequence[Shown]) -> dict[str, Any]:
    """Return the image that the models see, and each one's probabilities."""
    x = painted(drawing.shape, [drawing.paint], drawing.where)
    return {"image": bytes_of(x[0]), "answers": {model.name: model.probabilities(x)[0] for model in models}}


def recoloured(drawing: Drawing, models: Sequence[Shown], palette: Palette) -> dict[str, Any]:
    """Return the drawing in every colour of the palette, and each model's probabilities for each of them."""
    x = painted(drawing.shape, palette.colours, drawing.where)
    return {
        "images": [bytes_of(image) for image in x],
        "answers": {model.name: model.probabilities(x) for model in models},
    }


def bytes_of(image: Tensor) -> str:
    """Return an image (3, H, W) in [0, 1] as base64 of H × W × 3 bytes."""
    return text_of((255 * image.clamp(0, 1)).round().byte().permute(1, 2, 0))
