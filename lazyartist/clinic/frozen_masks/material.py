"""What scenes are made of: digits, light things of your own, or your own photographs with a mask for each."""

from __future__ import annotations

import hashlib

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import torch

from torch import Tensor

from lazyartist.clinic.frozen_masks.scenes import CANVAS, Scenes, grounds, scenes
from lazyartist.clinic.own_images import OwnImages, made_grey, own_images
from lazyartist.data.folder_cache import decoded
from lazyartist.data.folder_layouts import images_below
from lazyartist.data.notices import listed
from lazyartist.data.sources import GreyImages


DIGIT = 28  # pixels of an image of a digit
LIGHT, DARK = 128, 64  # a stroke is lighter than the one, the rim around it on the average darker than the other
LEAST_KNOWN, LEAST_SCORED, LEAST_EMPTY = 50, 10, 2  # of scenes of your own


@dataclass(frozen=True)
class Counts:
    """How many scenes are wanted, at most: to train the classifier on, to be scored on, and with nothing on them."""

    known: int
    scored: int
    empty: int


@dataclass(frozen=True, eq=False)
class Material:
    """Scenes for a case.

    Attributes:
        known: those that the classifier is trained on.
        labels: (N,) int64, their classes.
        classes: how many there are.
        scored: those that nobody has seen.
        empty: (E, 1, 32, 32), grounds with nothing on them.
    """

    known: Scenes
    labels: Tensor
    classes: int
    scored: Scenes
    empty: Tensor


def composed(grey: GreyImages, counts: Counts, chance: torch.Generator) -> Material:
    """Put light things on cloudy grounds."""
    own = torch.randperm(len(grey.train_labels), generator=chance)[: counts.known].cpu().numpy()
    others = torch.randperm(len(grey.test_labels), generator=chance)[: counts.scored].cpu().numpy()
    known = scenes(torch.tensor(grey.train_images[own]), chance)
    scored = scenes(torch.tensor(grey.test_images[others]), chance)
    labels, classes = torch.tensor(grey.train_labels[own]).long(), 1 + int(grey.train_labels.max())
    return Material(known, labels, classes, scored, grounds(counts.empty, chance))


def own_things(path: str) -> GreyImages:
    """Return a user's images of light things on black, as digits are.

    Raises:
        ValueError: images are not light on black, as photographs are not, or there are too few; says the way out.
    """
    own = own_images(path, DIGIT)
    rim = torch.ones(DIGIT, DIGIT, dtype=torch.bool)
    rim[1:-1, 1:-1] = False
    fit = (own.grey[:, rim].float().mean(1) < DARK) & (own.grey.flatten(1).amax(1) >= LIGHT)
    if not bool(fit.all()):
        bad = [own.listing.name(row) for row in (~fit).nonzero()[:, 0].tolist()]
        raise ValueError(
            f"{own.listing.root}: {len(bad):,} of {len(fit):,} images are not light on black, so they have no strokes "
            "to find: invert what is dark on white; of photographs bring masks of what is on them, masks=FOLDER:"
            f"{listed(bad)}"
        )
    known, scored = _dealt(own, torch.ones(len(fit), dtype=torch.bool))
    grey, labels = own.grey.cpu().numpy(), own.labels.cpu().numpy()
    return GreyImages(
        grey[known.cpu().numpy()], labels[known.cpu().numpy()], grey[scored.cpu().numpy()], labels[scored.cpu().numpy()]
    )


@dataclass(frozen=True, eq=False)
class Photographs:
    """A user's photographs with masks.

    Attributes:
        own: the photographs, of 32 × 32 pixels.
        masks: (N, 32, 32) bool; one that marks nothing makes its photograph an empty ground.
        fingerprint: SHA-256 of both.
    """

    own: OwnImages
    masks: Tensor
    fingerprint: str

    def drawn(self, counts: Counts, chance: torch.Generator) -> Material:
        """Draw scenes from the photographs.

        Raises:
            ValueError: there are too few with something on them, or with nothing; says how many are needed.
        """
        marked = self.masks.flatten(1).any(1)
        bare = (~marked).nonzero()[:, 0]
        if len(bare) < LEAST_EMPTY:
            raise ValueError(
                f"{self.own.listing.root}: {len(bare)} photographs show nothing, expected {LEAST_EMPTY} or more: bring "
                "some of the same kind with nothing on them, each with a black mask (in a folder of their own, if "
                "folders are classes); what is cut out of other photographs is put on these"
            )
        known, scored = _dealt(self.own, marked)
        known, scored = _some(known, counts.known, chance), _some(scored, counts.scored, chance)
        images = self.own.grey[:, None].float() / 255
        labels = self.own.labels[known]
        return Material(
            Scenes(images[known], self.masks[known]),
            torch.unique(labels, return_inverse=True)[1],
            len(torch.unique(labels)),
            Scenes(images[scored], self.masks[scored]),
            images[_some(bare, counts.empty, chance)],
        )


def photographs(path: str, masks: str) -> Photographs:
    """Return a user's photographs with masks.

    Args:
        path: the folder of photographs, with sub-folders for classes or a metadata.csv.
        masks: the folder of masks, each called as its photograph is, in a sub-folder of the same name; it may end in
            another way. White, or any grey from the middle on, is what is marked.

    Raises:
        ValueError: a mask is not there, is broken, or marks nothing that can be seen, or all; names the files.
    """
    own, root = own_images(path, CANVAS), Path(masks).expanduser().resolve()
    files = _masks_for(own, root)
    kept = decoded(root, files, CANVAS, CANVAS)
    if problems := [f"{source.name}: {source.problem}" for source in kept.sources if source.problem]:
        raise ValueError(f"{root}: masks cannot be read; mend or remove them and their photographs:{listed(problems)}")
    grey = made_grey(kept.pixels, torch.arange(len(files)))
    found = grey >= LIGHT
    any_marked, lightest = found.flatten(1).any(1), grey.flatten(1).amax(1)
    lost = ((lightest > 0) & ~any_marked).nonzero()[:, 0].tolist()
    if lost:
        names = [f"{files[row]}: the lightest pixel is {int(lightest[row])} of 255" for row in lost]
        raise ValueError(
            f"{root}: masks mark something too dark or too small to be seen at {CANVAS} × {CANVAS} pixels: expected "
            f"white (255) on black (0); crop the photographs and their masks nearer to what is on them:{listed(names)}"
        )
    if full := found.flatten(1).all(1).nonzero()[:, 0].tolist():
        raise ValueError(
            f"{root}: masks mark every pixel, so nothing is left to tell apart: leave some ground around what is "
            f"marked:{listed([files[row] for row in full])}"
        )
    pixels = [source.pixels for source in kept.sources]
    return Photographs(own, found, hashlib.sha256(repr((own.fingerprint, pixels)).encode()).hexdigest())


def _masks_for(own: OwnImages, root: Path) -> list[str]:
    """Return the file below a folder that is the mask of each image: the same name, but for how it ends."""
    if not root.is_dir():
        raise ValueError(f"masks={str(root)!r}: there is no such folder: expected one with a mask for each photograph")
    there: dict[str, str] = {}
    for name in images_below(root):
        if (other := there.setdefault(_stem(name), name)) != name:
            raise ValueError(f"{root}: {other} and {name} are masks of the same photograph: keep one")
    lacking = [own.listing.name(row) for row, name in enumerate(own.listing.files) if _stem(name) not in there]
    if lacking:
        raise ValueError(
            f"{root}: {len(lacking):,} of {len(own.listing.files):,} photographs have no mask of the same name there: "
            f"bring them, all black where nothing is to be marked:{listed(lacking)}"
        )
    return [there[_stem(name)] for name in own.listing.files]


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def _dealt(own: OwnImages, usable: Tensor) -> tuple[Tensor, Tensor]:
    """Return which of the usable images the classifier is trained on, and which are scored."""
    test = torch.tensor([word == "test" for word in own.splits()])
    known, scored = (usable & ~test).nonzero()[:, 0], (usable & test).nonzero()[:, 0]
    if len(known) < LEAST_KNOWN or len(scored) < LEAST_SCORED or len(torch.unique(own.labels[known])) < 2:
        raise ValueError(
            f"{own.listing.root}: {len(known):,} images of {len(torch.unique(own.labels[known]))} classes to train on, "
            f"{len(scored):,} to be scored on: expected {LEAST_KNOWN} of two classes and {LEAST_SCORED}; bring more"
        )
    return known, scored


def _some(rows: Tensor, most: int, chance: torch.Generator) -> Tensor:
    return rows[torch.randperm(len(rows), generator=chance)[:most]]
