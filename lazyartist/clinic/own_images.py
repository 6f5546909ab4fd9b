"""Images of your own in place of the digits of a case: a folder with metadata.csv, or with sub-folders for classes."""

from __future__ import annotations

import hashlib

from dataclasses import dataclass
from pathlib import Path

import torch

from torch import Tensor

from lazyartist.clinic.digits import BUILT_IN
from lazyartist.data.folder_images import read_images
from lazyartist.data.folder_layouts import TARGET, Listing, list_folder
from lazyartist.data.splits import Words, drawn_splits, given_splits
from lazyartist.device import CPU, here, on_device


GREY = (0.299, 0.587, 0.114)  # how light red, green and blue are to the eye; ITU-R BT.601
PART = 1024  # images that are made grey at once


@dataclass(frozen=True, eq=False)
class OwnImages:
    """The images of a folder, made grey and small.

    Attributes:
        grey: (N, side, side) uint8.
        listing: what the folder says of them: files, classes, splits.
        labels: (N,) int64, the class of each; all 0 where the folder says none.
        classes: their names; () where the folder says none.
        fingerprint: SHA-256 of pixels, classes and splits; files may lie anywhere and have any names.
    """

    grey: Tensor
    listing: Listing
    labels: Tensor
    classes: tuple[str, ...]
    fingerprint: str

    def splits(self) -> Words:
        """Return "train", "easy" or "test" for each image (N,): as the folder says, or drawn, always the same.

        Raises:
            ValueError: there is no class, only one, or one with too few images; says what the folder needs.
        """
        root = self.listing.root
        if len(self.classes) < 2:
            came = "says no class" if not self.classes else f"has the one class {self.classes[0]}"
            raise ValueError(
                f"{root} {came}: expected two classes or more, one sub-folder for each, or a metadata.csv with a "
                f"column {', '.join(TARGET)}"
            )
        with on_device(CPU):
            labels = here(self.labels)
            if self.listing.split is None:
                return drawn_splits(labels, self.classes, 0)
            return given_splits(self.listing.split, labels, self.classes, 0)


def own_images(path: str | Path, side: int) -> OwnImages:
    """Return the images of a folder, scaled to a square of `side` pixels, grey.

    Images are decoded once, and again where a file has changed; see `lazyartist.data.folder_cache`.

    Args:
        path: of the folder.
        side: pixels, from 8 on.

    Raises:
        ValueError: there is no such folder, or its metadata or images cannot be used; names files and lines.
    """
    if not Path(path).expanduser().is_dir():
        known = ", ".join(map(repr, BUILT_IN))
        raise ValueError(f"data={str(path)!r}: expected {known}, or the path of a folder; {Path.cwd()} has none")
    with on_device(CPU):  # the pixels of a folder stay on the disk
        listing = list_folder(path)
        listing, images = read_images(listing, side, "error", (listing.target,) if listing.target else ())
        labels = images.factors[listing.target] if listing.target else torch.zeros(len(images), dtype=torch.long)
    decides = (images.fingerprint, listing.target, labels.tolist(), listing.split and list(listing.split))
    return OwnImages(
        made_grey(images.decoded.pixels, images.rows),
        listing,
        here(labels),
        images.values[listing.target] if listing.target else (),
        hashlib.sha256(repr(decides).encode()).hexdigest(),
    )


def made_grey(pixels: Tensor, rows: Tensor) -> Tensor:
    """Return some of many images in grey, on the current device.

    Args:
        pixels: (M, 3, H, W) uint8, on the disk or in the processor's memory.
        rows: (N,) int64, which of them.

    Returns:
        (N, H, W) uint8.
    """
    with on_device(CPU):
        weights = torch.tensor(GREY)[:, None, None]
        parts = [(pixels[some].float() * weights).sum(1).round().byte() for some in torch.split(rows.cpu(), PART)]
        grey = torch.cat(parts)
    return here(grey)


def first_of_each(grey: Tensor) -> list[int]:
    """Return the rows of images (N, H, W) that are the same, to the pixel, as none before them."""
    seen: dict[bytes, int] = {}
    for row, picture in enumerate(grey.cpu().numpy()):
        seen.setdefault(picture.tobytes(), row)
    return list(seen.values())
