"""The images of a folder, decoded once and read from the disk batch by batch, with what the folder says of them."""

from __future__ import annotations

import hashlib

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from torch import Tensor

from lazyartist.data.folder_cache import Decoded, decoded
from lazyartist.data.folder_layouts import Listing, list_folder
from lazyartist.data.moved import made_here
from lazyartist.data.notices import listed, warn_once
from lazyartist.data.own_task import coded, is_missing
from lazyartist.data.pixels import image_size


@dataclass(frozen=True, eq=False, repr=False)
class FolderImages:
    """The images of a folder: a family of `Images` that cannot be repainted; it may have no factors.

    Attributes:
        decoded: the images on disk.
        rows: (N,) int64, which of them.
        factors: name of a column -> (N,) int64 from 0 on.
        values: name of a column -> what its numbers stand for.
    """

    decoded: Decoded
    rows: Tensor
    factors: Mapping[str, Tensor]
    values: Mapping[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"FolderImages({len(self)} images with {', '.join(self.factors) or 'no factors'})"

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def sizes(self) -> dict[str, int]:
        """See `Images`."""
        return {name: len(values) for name, values in self.values.items()}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the digests of all images, and of the factors. Files may have any names and lie anywhere."""
        digest = hashlib.sha256(repr(self.decoded.shape[1:]).encode())
        for row in self.rows.tolist():
            digest.update(self.decoded.sources[row].pixels.encode())
        for name, values in sorted(self.factors.items()):
            digest.update(name.encode())
            digest.update(values.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def render(self, index: Tensor) -> Tensor:
        """See `Images`."""
        return self.decoded.pixels.index_select(0, self.rows.index_select(0, index)).float() / 255


@made_here
def folder_images(path: str | Path, *, size: int | str = 64, broken: str = "error") -> FolderImages:
    """Return all images of a folder, whatever their split, with what is known of them; that may be nothing.

    Columns with missing values, and those in which every image has another value, are left out.

    Args:
        path: of the folder.
        size: what images are scaled to: 64 for a square, "64x48" for width and height.
        broken: "error", or "skip" to leave out files that are missing or cannot be decoded.

    Raises:
        ValueError: the folder, its metadata or its images cannot be used as they are; names files and lines.
        OSError: there is no room for decoded images.
    """
    return read_images(list_folder(path), size, broken, ())[1]


def read_images(listing: Listing, size: int | str, broken: str, needed: Sequence[str]) -> tuple[Listing, FolderImages]:
    """Return the images of a folder that can be used, and what the folder says of those.

    Args:
        listing: what the folder says of all.
        size: see `folder_images`.
        broken: see `folder_images`.
        needed: columns that must be factors.

    Raises:
        ValueError: a value of a needed column is missing, or see `folder_images`.
        OSError: see `folder_images`.
    """
    if broken not in ("error", "skip"):
        raise ValueError(f"broken={broken!r}: expected 'error' or 'skip'")
    height, width = image_size(size)
    lacking = [f"{listing.name(i)}: no {name}" for name in needed for i in _missing(listing.columns[name])]
    if lacking:
        raise ValueError(f"{listing.root}: values are missing; fill them in or remove the lines:{listed(lacking)}")
    every = decoded(listing.root, listing.files, height, width)
    problems = [f"{listing.name(i)}: {source.problem}" for i, source in enumerate(every.sources) if source.problem]
    if problems:
        message = f"{listing.root}: {len(problems):,} of {len(listing.files):,} images cannot be used"
        if broken == "error" or len(problems) == len(listing.files):
            raise ValueError(f"{message}; mend or remove them, or leave them out with broken=skip:{listed(problems)}")
        warn_once(f"{message} and are left out:{listed(problems)}")
    kept = [row for row, source in enumerate(every.sources) if not source.problem]
    listing = listing.rows(kept)
    factors = {name: coded(texts) for name, texts in listing.columns.items() if _is_factor(listing, name, needed)}
    return listing, FolderImages(
        every,
        torch.tensor(kept),
        {name: values for name, (values, _) in factors.items()},
        {name: names for name, (_, names) in factors.items()},
    )


def _missing(texts: Sequence[str]) -> list[int]:
    return [row for row, text in enumerate(texts) if is_missing(text)]


def _is_factor(listing: Listing, name: str, needed: Sequence[str]) -> bool:
    if name in needed:
        return True
    texts = listing.columns[name]
    if missing := _missing(texts):
        warn_once(
            f"{listing.root}: the column {name} is not used, it has {len(missing):,} missing values, the first at "
            f"{listing.name(missing[0])}"
        )
    return not missing and len(set(texts)) < len(texts)
