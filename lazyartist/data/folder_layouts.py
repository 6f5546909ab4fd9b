"""How folders of images are laid out: what each image is called, what is known of it, and where that is written.

Read as they are: a `metadata.csv` (Waterbirds, WILDS, your own), CelebA's lists, a sub-folder for each class, or
nothing but images.
"""

from __future__ import annotations

import os
import posixpath

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lazyartist.data.folder_table import Table, read_csv, read_spaced
from lazyartist.data.notices import listed, warn_once
from lazyartist.data.splits import EXPECTED, is_unused, split_of


ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".avif")

# what columns are called, the likeliest name first; upper and lower case are the same
FILE = (
    *("file", "filename", "file_name", "img_filename", "image_filename", "image_file", "filepath", "file_path"),
    *("image_path", "img_path", "path", "image", "img", "image_id"),
)
SPLIT = ("split", "partition", "subset", "set")
TARGET = ("label", "y", "target", "class", "class_name", "category")
BIAS = ("bias", "attribute", "place", "confounder", "spurious")

BESIDE = ("", "images", "img", "data", "train", "img_align_celeba", "img_align_celeba/img_align_celeba")
SOME = 10  # files that are looked for to find out which
ATTRIBUTES, PARTITION = "list_attr_celeba", "list_eval_partition"


@dataclass(frozen=True, eq=False)
class Listing:
    """What a folder says of its images, before one of them is opened.

    Attributes:
        root: the folder.
        files: (N,) names of files below it, with slashes.
        columns: what is known of each image: column name -> N texts; empty where a value is missing.
        split: (N,) "train", "easy" or "test"; None if the folder says nothing of it.
        lines: (N,) where each image is named, "metadata.csv, line 17"; empty if no file names it.
        target: the column with the class, unless another is asked for; "" if none looks like it.
        bias: the columns with the bias attribute, unless others are asked for.
    """

    root: Path
    files: Sequence[str]
    columns: Mapping[str, Sequence[str]]
    split: Sequence[str] | None = None
    lines: Sequence[str] = ()
    target: str = ""
    bias: tuple[str, ...] = ()

    def name(self, row: int) -> str:
        """Return what messages call an image: its file and where that is named."""
        return f"{self.files[row]} ({self.lines[row]})" if self.lines else self.files[row]

    def rows(self, kept: Sequence[int]) -> Listing:
        """Return what it says of some of the images."""
        return replace(
            self,
            files=[self.files[row] for row in kept],
            columns={name: [texts[row] for row in kept] for name, texts in self.columns.items()},
            split=None if self.split is None else [self.split[row] for row in kept],
            lines=[self.lines[row] for row in kept] if self.lines else (),
        )


def list_folder(path: str | Path) -> Listing:
    """Read what a folder says of its images.

    Raises:
        ValueError: there is no such folder, or no image in it; its metadata cannot be read, names a file twice, or has
            a split that is not known.
    """
    root = Path(path).expanduser()
    if not root.is_dir():
        raise ValueError(f"there is no folder {root} in {Path.cwd()}: expected the path of a folder of images")
    root = root.resolve()
    inside = {entry.name.lower(): entry for entry in sorted(root.iterdir())}
    for ending in (".csv", ".txt"):
        if f"{ATTRIBUTES}{ending}" in inside:
            return _celeba(root, inside, ending)
    if "metadata.csv" in inside:
        return _of_table(root, read_csv(inside["metadata.csv"]))
    return _sub_folders(root, images_below(root))


def images_below(root: Path) -> list[str]:
    """Return the names of the images below a folder, told by their endings, in order; links are followed."""
    names, seen = [], set()
    for folder, inner, files in os.walk(root, followlinks=True):
        facts = os.stat(folder)
        if (facts.st_dev, facts.st_ino) in seen:  # a link back to where we came from
            inner.clear()
            continue
        seen.add((facts.st_dev, facts.st_ino))
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        here = Path(folder).relative_to(root)
        names += [(here / name).as_posix() for name in files if name.lower().endswith(ENDINGS) and name[0] != "."]
    return sorted(names)


def _of_table(root: Path, table: Table) -> Listing:
    """Read a table that has a column of files, and perhaps one of splits."""
    split = named(SPLIT, table.columns)
    every = _column(root, table, FILE)
    table = _known_splits(root, table, split) if split else table
    files = [_slashes(name) for name in _column(root, table, FILE)]
    if empty := [table.line(row) for row, name in enumerate(files) if not name]:
        raise ValueError(f"{root / table.file}: lines without the name of a file:{listed(empty)}")
    first: dict[str, int] = {}
    twice = [f"{table.line(row)}: {name} again" for row, name in enumerate(files) if first.setdefault(name, row) != row]
    if twice:
        raise ValueError(f"{root / table.file} names files twice: keep one line for each:{listed(twice)}")
    beside = _beside(root, files)
    if unnamed := sorted(set(images_below(root)) - {f"{beside}{_slashes(name)}" for name in every}):
        left_out = f"{len(unnamed):,} images are named by no line of {table.file} and are left out"
        warn_once(f"{root}: {left_out}; is it whole?{listed(unnamed)}")
    columns = {name: texts for name, texts in table.columns.items() if name not in (named(FILE, table.columns), split)}
    attribute = named(BIAS, columns)
    return Listing(
        root,
        [f"{beside}{name}" for name in files],
        columns,
        [split_of(word) for word in table.columns[split]] if split else None,
        [table.line(row) for row in range(len(table))],
        named(TARGET, columns),
        (attribute,) if attribute else (),
    )


def _slashes(name: str) -> str:
    """Return a file's name as it is listed below the root: with slashes, and no "./" before or between."""
    return posixpath.normpath(name.replace("\\", "/")) if name else ""


def _known_splits(root: Path, table: Table, split: str) -> Table:
    """Leave out the images of splits that a task has no place for, and refuse words that nobody knows."""
    words = table.columns[split]
    kept = [row for row, word in enumerate(words) if not is_unused(word)]
    if unknown := [f"{table.line(row)}: {words[row]!r}" for row in kept if not split_of(words[row])]:
        raise ValueError(
            f"{root / table.file}: unknown words in the column {split}: expected {EXPECTED}:{listed(unknown)}"
        )
    if not kept:
        raise ValueError(f"{root / table.file}: the column {split} has none of the words {EXPECTED}")
    if len(kept) < len(words):
        others = sorted({word for word in words if is_unused(word)})
        left_out = f"{len(words) - len(kept):,} of {len(words):,} images are left out"
        warn_once(f"{root / table.file}: {left_out}, their splits are {', '.join(others)}")
    return table.rows(kept)


def _column(root: Path, table: Table, names: Sequence[str]) -> Sequence[str]:
    """Return the column that has one of these names."""
    if not (found := named(names, table.columns)):
        raise ValueError(
            f"{root / table.file}: expected a column called {' or '.join(names)}; it has {', '.join(table.columns)}"
        )
    return table.columns[found]


def _celeba(root: Path, inside: Mapping[str, Path], ending: str) -> Listing:
    """Read CelebA's lists, as text or as CSV: blond hair and its bias attribute male, unless others are asked for."""
    table = read_csv(inside[f"{ATTRIBUTES}.csv"]) if ending == ".csv" else read_spaced(inside[f"{ATTRIBUTES}.txt"])
    parts = [inside[name] for name in (f"{PARTITION}.csv", f"{PARTITION}.txt") if name in inside]
    if parts:
        known = read_csv(parts[0]) if parts[0].suffix == ".csv" else read_spaced(parts[0], ("file", "split"))
        split_of_file = dict(zip(_column(root, known, FILE), _column(root, known, SPLIT), strict=True))
        split = [split_of_file.get(name, "") for name in _column(root, table, FILE)]
        table = Table(table.file, {**table.columns, "split": split}, table.lines)
    listing = _of_table(root, table)
    if {"Blond_Hair", "Male"} <= set(listing.columns):
        return replace(listing, target="Blond_Hair", bias=("Male",))
    return listing


def _sub_folders(root: Path, files: Sequence[str]) -> Listing:
    """Take the first folder below the root for the class; if all are names of splits, those below them."""
    if not files:
        raise ValueError(f"{root} holds no image: expected files that end in {', '.join(ENDINGS)}, in whatever folders")
    parts = [name.split("/")[:-1] for name in files]
    split = None
    if all(folders and split_of(folders[0]) and folders[0].isalpha() for folders in parts):  # numbers are classes
        split = [split_of(folders[0]) for folders in parts]
        parts = [folders[1:] for folders in parts]
    if not all(parts):
        return Listing(root, files, {}, split)
    return Listing(root, files, {"class": [folders[0] for folders in parts]}, split, target="class")


def _beside(root: Path, files: Sequence[str]) -> str:
    """Return the folder that the names in a table start from: the root, or a usual one in it, with a slash."""
    for folder in BESIDE:
        prefix = f"{folder}/" if folder else ""
        # os.path: a name that no file can have, such as one that is too long, is no error there
        if any(os.path.exists(root / f"{prefix}{name}") for name in files[:SOME]):
            return prefix
    return ""


def named(names: Sequence[str], columns: Iterable[str]) -> str:
    """Return the column that has the first of these names, whatever its case; "" if there is none."""
    found = {column.lower(): column for column in columns}
    return next((found[name.lower()] for name in names if name.lower() in found), "")
