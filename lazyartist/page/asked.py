"""What a request may say, checked before anything is done with it."""

from __future__ import annotations

import base64

from typing import Annotated, TypeVar

import torch

from pydantic import BaseModel, ConfigDict, Field, field_validator
from torch import Tensor

from lazyartist.data.coloured import Where
from lazyartist.device import here
from lazyartist.page.drawing import PAD, SIDE, normalised


MOST_MODELS = 8  # that answer at once
SIZES = {side * side: side for side in (SIDE, PAD)}
Name = Annotated[str, Field(min_length=1, max_length=200)]
Byte = Annotated[int, Field(ge=0, le=255, strict=True)]
Class = Annotated[int, Field(ge=0, le=999, strict=True)]
Factor = Annotated[float, Field(ge=0, le=8, allow_inf_nan=False)]
Asked = TypeVar("Asked", bound="Drawing")


class Drawing(BaseModel):
    """A drawing, its paint, and who is asked.

    Attributes:
        ink: base64 of the pad, 140 × 140 bytes row by row, 0 where it is empty; or of an image, 28 × 28.
        colour: (red, green, blue) in bytes; not black, which hides the stroke.
        where: "foreground" to colour the stroke, "background" for a white one on coloured texture.
        models: names of models that are ready.
    """

    model_config = ConfigDict(extra="forbid")

    ink: Annotated[str, Field(max_length=4 * (PAD * PAD // 3 + 2))]
    colour: tuple[Byte, Byte, Byte] = (255, 255, 255)
    where: Where = "foreground"
    models: Annotated[list[Name], Field(min_length=1, max_length=MOST_MODELS)]

    @field_validator("ink")
    @classmethod
    def _is_a_square(cls, ink: str) -> str:
        if len(_decoded(ink)) not in SIZES:
            sizes = " or ".join(f"{side} × {side}" for side in SIZES.values())
            raise ValueError(f"expected {sizes} bytes, got {len(_decoded(ink)):,}")
        return ink

    @field_validator("colour")
    @classmethod
    def _shows_the_stroke(cls, colour: tuple[int, int, int]) -> tuple[int, int, int]:
        if not any(colour):
            raise ValueError("black hides the stroke: choose another colour")
        return colour

    @property
    def shape(self) -> Tensor:
        """(28, 28) uint8, the drawing as a model sees it, before it is painted; a pad as MNIST has its digits."""
        return normalised(self._square)

    def as_in(self: Asked, dataset: str) -> Asked:
        """Return the same question, with the drawing as a dataset has its images."""
        return self.model_copy(update={"ink": text_of(normalised(self._square, dataset))})

    @property
    def _square(self) -> Tensor:
        ink = here(torch.frombuffer(bytearray(_decoded(self.ink)), dtype=torch.uint8))
        side = SIZES[len(ink)]
        return ink.view(side, side)

    @property
    def paint(self) -> tuple[float, float, float]:
        """The colour in [0, 1]."""
        red, green, blue = self.colour
        return red / 255, green / 255, blue / 255


class AskForMaps(Drawing):
    """Which map of which layer; without a class, the map is of each model's own answer."""

    method: Name = "grad_cam"
    layer: Name | None = None
    target: Class | None = None


class AskForNoise(Drawing):
    """Whom to fool, the first of `models`, and what it is to answer; the others see the same noise."""

    target: Class


class AskForDials(Drawing):
    """What each feature of the first model is set to, in units of what it usually is where it fires."""

    dials: dict[Annotated[int, Field(ge=0, le=9999)], Factor] = Field(default_factory=dict, max_length=64)


class AskForModel(BaseModel):
    """A model of the store, by its key."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


def text_of(values: Tensor) -> str:
    """Return a tensor's bytes as base64."""
    return base64.b64encode(values.contiguous().cpu().numpy().tobytes()).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("expected base64") from error
