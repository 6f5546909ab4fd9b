"""Definitions of English words out of WordNet 3.0, and what kind of thing the nouns are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lazyartist.data.fetch import DataError
from lazyartist.data.packages import Package, fetch_files


WORDNET = Package(
    folder="WordNet-3.0",
    inside="usr/share/wordnet",
    digests={
        "data.noun": "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2",
        "data.verb": "adcf43e35b581e8036d8b5a52d63d9cd3d3b4870b2720d3c03c799df44777bc2",
        "data.adj": "c89120dfc1f046ddff4a631bf9b7e9fa1a36b5e86565a23bf82dbe14f30b88a7",
        "data.adv": "444a63bf3955080ab7524f5079cfc07ff9bc682cb98bdb1db73b0fb9829f1139",
    },
    debian="wordnet-base",
)
# of the lexicographer files of nouns (lexnames(5WN)) that are a class each
NUMBERS = (4, 5, 6, 7, 8, 9, 10, 13, 15, 18, 20, 27)
CLASSES = tuple(
    "act animal artifact attribute body cognition communication food location person plant substance".split()
)


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts, some of which have a class.

    Attributes:
        texts: all of them.
        labels: the class of each, -1 for none.
        classes: the names of the classes.
    """

    texts: list[str]
    labels: list[int]
    classes: tuple[str, ...]


def glosses() -> Texts:
    """Return the 117,659 definitions of WordNet 3.0 (Fellbaum 1998), fetched once; of twelve kinds of nouns the class.

    Raises:
        DataError: the files are nowhere to be had.
    """
    folder = fetch_files(WORDNET)
    found = [gloss for name in WORDNET.digests for gloss in read_glosses(folder / name)]
    kinds = {number: place for place, number in enumerate(NUMBERS)}
    return Texts([text for text, _ in found], [kinds.get(kind, -1) for _, kind in found], CLASSES)


def read_glosses(path: Path) -> list[tuple[str, int]]:
    """Return definitions, without examples, and the numbers of their lexicographer files; see wndb(5WN).

    Raises:
        DataError: a line is not as it should be; names file and line.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("  "):  # the licence
            continue
        facts, _, gloss = line.partition("| ")
        words = facts.split(" ", 2)
        if len(words) < 3 or not words[1].isdigit() or not gloss:
            raise DataError(f"{path}, line {number}: expected 'offset file … | definition', got {line[:60]!r}")
        found.append((gloss.split('; "')[0].strip(), int(words[1])))
    return found
