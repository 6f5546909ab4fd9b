"""Grey images with a colour each: the biased dataset, in memory as bytes, painted batch by batch."""

from __future__ import annotations

import hashlib

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import torch

from torch import Tensor

from lazyartist.data.grey import grey_images
from lazyartist.data.images import UnsupportedError
from lazyartist.data.lottery import Conflict, lottery
from lazyartist.data.moved import made_here, with_tensors_on
from lazyartist.data.palettes import HUES, Palette, palette_of
from lazyartist.device import kept_here
from lazyartist.seeding import seed_from


Where = Literal["foreground", "background"]

TEXTURES = 512  # enough that no class can be told by its texture


@dataclass(frozen=True, eq=False, repr=False)
class ColouredImages:
    """Images, labels and colours that were drawn once: a family of `Images` whose colours can be changed.

    Attributes:
        images: (N, H, W) uint8, the grey strokes, 0 is background.
        labels: (N,) int64 in [0, classes).
        colours: (N,) int64 in [0, classes), indices into the palette.
        palette: one colour per class.
        backdrops: None to paint the stroke on black; or (N,) int64 in [0, `TEXTURES`), which smooth texture to paint
            behind each white stroke.
    """

    images: Tensor
    labels: Tensor
    colours: Tensor
    palette: Palette = HUES
    backdrops: Tensor | None = None

    def __repr__(self) -> str:
        where = "foreground" if self.backdrops is None else "background"
        return f"ColouredImages({len(self)} images in the colours of {self.palette.name}, {where})"

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def factors(self) -> dict[str, Tensor]:
        """See `Images`: the class and the colour."""
        return {"class": self.labels, "colour": self.colours}

    @property
    def sizes(self) -> dict[str, int]:
        """See `Images`: as many colours as classes."""
        return dict.fromkeys(("class", "colour"), len(self.palette.colours))

    def render(self, index: Tensor) -> Tensor:
        """Return the images at `index`, (B,) int64, in their own colours: (B, 3, H, W) float32 in [0, 1]."""
        return self.paint(index, {"colour": self.colours.index_select(0, index)})

    def paint(self, index: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """Return the images at `index` in the colours `values["colour"]`, (B,) palette indices.

        Raises:
            UnsupportedError: something else than the colour is to change.
        """
        if set(values) != {"colour"}:
            raise UnsupportedError(f"{self!r}: only the colour can be changed, not {', '.join(values)}")
        grey = self.images.index_select(0, index)[:, None].float()  # (B, 1, H, W)
        paint = self._paint.index_select(0, values["colour"])[:, :, None, None]  # (B, 3, 1, 1)
        if self.backdrops is None:
            return grey * paint
        texture = _textures(*self.images.shape[1:])[self.backdrops.index_select(0, index)][:, None]
        stroke = grey / 255
        return (stroke + (1 - stroke) * texture * paint * 255).clamp_max(1)  # rounding may exceed 1 by a bit

    def foreground(self, index: Tensor) -> Tensor:
        """Return the grey strokes at `index`, (B, H, W) uint8."""
        return self.images.index_select(0, index)

    def to(self, device: torch.device) -> ColouredImages:
        """Return the same images on a device, where they are painted."""
        return with_tensors_on(self, device)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of pixels, labels, colours, palette and, behind the stroke, textures, as they are now."""
        digest = hashlib.sha256(repr(tuple(self.images.shape)).encode())
        parts = [self.images, self.labels, self.colours, self.palette.tensor()]
        if self.backdrops is not None:
            parts += [self.backdrops, _textures(*self.images.shape[1:])]
        for part in parts:
            digest.update(part.cpu().contiguous().flatten().numpy().data)  # as it lies there, without a copy
        return digest.hexdigest()

    @cached_property
    def _paint(self) -> Tensor:
        return self.palette.tensor() / 255  # times a byte is a pixel in [0, 1]: one product, one rounding


@made_here
def colour(
    images: Any,
    labels: Any = None,
    *,
    correlation: float = 0.95,
    conflict: Conflict = "all",
    where: Where = "foreground",
    palette: str | Palette = HUES,
    seed: int = 0,
) -> ColouredImages:
    """Paint any grey images so that the colour gives the class away in `correlation` of each class's images.

    Args:
        images: (N, H, W) uint8 as array or tensor; or a torchvision-style dataset, which has `.data` and `.targets`.
        labels: (N,) integers in [0, classes), where classes is the number of colours of the palette.
        correlation: share of each class's images that are given its own colour, exact to the sample, in [0, 1].
        conflict: what the rest draws from, evenly: "all" colours, as in a lottery that ignores the class (so a tenth
            of the rest is aligned by luck), or the "others" only.
        where: "foreground" or "background".
        palette: a preset's name, a `Palette`, or a list of (red, green, blue) in [0, 1].
        seed: which images conflict, and how, depends on this and the labels alone.

    Raises:
        ValueError: an argument is out of range; names what came, what was expected and the way out.
    """
    paint = palette_of(palette)
    if labels is None:
        names = next((name for name in ("targets", "labels") if hasattr(images, name)), None)
        if names is None or not hasattr(images, "data"):
            raise ValueError(
                "labels: expected (N,) integers beside the images, or a dataset that holds its images as .data and its "
                f"labels as .targets or .labels; {type(images).__name__} does not: stack its images into one array"
            )
        images, labels = images.data, getattr(images, names)
    pixels, y = grey_images(images, labels, classes := len(paint.colours))
    if where not in get_args(Where):
        raise ValueError(f"where={where!r}: expected 'foreground' or 'background'")
    generator = torch.Generator().manual_seed(seed_from("colours", seed))
    colours = lottery(y, classes, correlation, conflict, generator)
    backdrops = torch.randint(TEXTURES, (len(y),), generator=generator) if where == "background" else None
    return ColouredImages(pixels, y, colours, paint, backdrops)


@kept_here(4)
def _textures(height: int, width: int) -> Tensor:
    """The smooth noise that every background is painted from: (TEXTURES, height, width) float32 in [0.35, 1]."""
    generator = torch.Generator().manual_seed(seed_from("textures"))
    coarse = torch.rand(TEXTURES, 1, 7, 7, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    return (0.35 + 0.65 * smooth.clamp(0, 1))[:, 0].contiguous()
