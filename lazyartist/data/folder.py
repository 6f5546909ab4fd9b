"""A folder of your own images as a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lazyartist.data import DATASETS
from lazyartist.data.folder_images import FolderImages, read_images
from lazyartist.data.folder_layouts import TARGET, Listing, list_folder, named
from lazyartist.data.notices import listed, warn_once
from lazyartist.data.own_task import own_task, untested_groups
from lazyartist.data.splits import Words, drawn_splits, given_splits
from lazyartist.data.task import Task, whole_number


# A partial has no module of this package: a study then holds that data lie in files, and reads their fingerprints anew
# for the digest of every run, see `ClassifierStudy.digest`.
@DATASETS.register("folder")
@partial
def folder(
    path: str | Path = "",
    *,
    target: str | int = "",
    bias: str | int | Sequence[str] | None = None,
    size: int | str = 64,
    broken: str = "error",
    seed: int = 0,
) -> Task:
    """Your own images, in a folder: folder:PATH:target=COLUMN:bias=COLUMN, with a metadata.csv or sub-folders.

    What is known of the images stands in a `metadata.csv` with a column of file names, in CelebA's lists, or in the
    names of sub-folders, one for each class, perhaps in `train`, `val` and `test`. Images without splits are drawn, of
    each class 60 % for training, 20 % easy (validation) and 20 % test; without validation images, a fifth of the
    training images becomes those.

    Args:
        path: of the folder. As text, "folder:PATH:target=y", it ends before the first part that looks like an option;
            one with such a part in its own name is given as an argument.
        target: the column with the class; by default one called label, y, target, class or the like.
        bias: the column with the bias attribute, or several: "place+time"; by default one called bias, attribute,
            place or the like, if there is any. () for none.
        size: what images are scaled to: 64 for a square, "64x48" for width and height.
        broken: "error", or "skip" to leave out files that are missing or cannot be decoded.
        seed: of splits that are drawn.

    Raises:
        ValueError: the folder, its metadata or its images cannot be used as they are; names files and lines.
        OSError: there is no room for decoded images.
    """
    seed = whole_number(seed, "seed")
    if not isinstance(path, (str, Path)) or not str(path):
        raise ValueError(f"path={path!r}: expected the path of a folder of images, as in folder:data/birds:target=y")
    listing = list_folder(path)
    label = _column(listing, str(target), "target") if target != "" else _default_target(listing)
    default = tuple(name for name in listing.bias if name != label)
    attributes = default if bias is None else _attributes(listing, bias)
    listing, images = read_images(listing, size, broken, (label, *attributes))
    labels, names = images.factors[label], images.values[label]
    try:
        given = listing.split
        splits = drawn_splits(labels, names, seed) if given is None else given_splits(given, labels, names, seed)
    except ValueError as error:
        raise ValueError(f"{listing.root}: {error}") from error
    _warn_of_leaks(listing, images, splits)
    height, width = images.decoded.shape[2:]
    keys = {
        "path": listing.root.name,  # not where it lies: rows of another machine are the same
        "target": label,
        "bias": ", ".join(attributes),
        "size": width if width == height else f"{width}x{height}",
        "content": images.fingerprint[:12],
    }
    task = own_task(images, images.values, splits, target=label, bias=attributes, name="folder", keys=keys, seed=seed)
    if untested := untested_groups(task, images.values):
        warn_once(f"{listing.root}: {untested}")
    return task


def _default_target(listing: Listing) -> str:
    if listing.target:
        return listing.target
    tables = [path.name for path in sorted(listing.root.glob("*.csv")) if path.name.lower() != "metadata.csv"]
    hint = f" (rename {tables[0]}, if it is that)" if tables else ""
    columns = f"name one of the columns {', '.join(listing.columns)} with target=…; or " if listing.columns else ""
    raise ValueError(
        f"{listing.root} does not say the class of its images: {columns}bring a metadata.csv{hint} with a column "
        f"{', '.join(TARGET)}, or one sub-folder for each class; what needs images alone takes them from "
        "lazyartist.data.folder_images.folder_images"
    )


def _attributes(listing: Listing, bias: str | int | Sequence[str]) -> tuple[str, ...]:
    if not isinstance(bias, (str, int)):
        return tuple(_column(listing, name, "bias") for name in bias)
    whole = named([str(bias)], listing.columns)  # a plus may belong to a name
    return (whole,) if whole else tuple(_column(listing, name, "bias") for name in str(bias).split("+"))


def _column(listing: Listing, name: str, what: str) -> str:
    if not (found := named([name], listing.columns)):
        known = ", ".join(listing.columns) or "none: it has no metadata.csv"
        raise ValueError(f"{what}={name!r}: {listing.root} has no such column; it has {known}")
    return found


def _warn_of_leaks(listing: Listing, images: FolderImages, splits: Words) -> None:
    """Say which images are the same, to the pixel, as one of another split."""
    first: dict[str, int] = {}
    same = []
    for i, row in enumerate(images.rows.tolist()):
        other = first.setdefault(images.decoded.sources[row].pixels, i)
        if splits[other] != splits[i]:
            same.append(f"{listing.name(i)} in {splits[i]}, {listing.name(other)} in {splits[other]}")
    if same:
        warn_once(f"{listing.root}: images are the same in two splits; keep them in one:{listed(same)}")
