"""Sentences of your own in two languages, and a dictionary: a folder with three files of text.

taught.jsonl     labelled sentences in the language that is taught, one on each line:
                 {"tokens": ["lights", "off", "in", "paris"], "slots": ["O", "O", "O", "city"], "intent": "turn off"}
asked.jsonl      the same in the language that is asked
dictionary.tsv   a word of the first language, a tab, and what it means in the second, which may be empty
"""

from __future__ import annotations

import hashlib
import json

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lazyartist.clinic.intent_slots.commands import Command
from lazyartist.clinic.own_files import Stamp, stamp_of
from lazyartist.data.notices import listed


TAUGHT, ASKED, DICTIONARY = "taught.jsonl", "asked.jsonl", "dictionary.tsv"
OUTSIDE = "O"  # the slot of a word outside of all slots
LEAST = 20  # sentences in each language
SHAPE = '{"tokens": ["to", "paris"], "slots": ["O", "city"], "intent": "travel"}'


@dataclass(frozen=True, eq=False)
class OwnSentences:
    """A user's sentences.

    Attributes:
        taught: in the language that is taught.
        asked: in the language that is asked.
        dictionary: words of the first to words of the second, "" where it has none.
        intents: their names.
        slots: their names, "O" first.
        fingerprint: SHA-256 of what the files say.
    """

    taught: tuple[Command, ...]
    asked: tuple[Command, ...]
    dictionary: Mapping[str, str]
    intents: tuple[str, ...]
    slots: tuple[str, ...]
    fingerprint: str


def own_sentences(folder: str | Path) -> OwnSentences:
    """Read a folder of sentences; words are put into lower case.

    Raises:
        ValueError: a file is missing, or what a line says cannot be used; names file and line, and what was expected.
    """
    folder = Path(folder).expanduser()
    expected = f"data= to be a folder with {TAUGHT}, {ASKED} and {DICTIONARY}"
    return _read(*(stamp_of(folder / name, expected) for name in (TAUGHT, ASKED, DICTIONARY)))


@lru_cache(maxsize=1)
def _read(taught: Stamp, asked: Stamp, dictionary: Stamp) -> OwnSentences:
    lessons, questions = _sentences(taught.path), _sentences(asked.path)
    intents = tuple(sorted({one.intent for one in lessons}))
    slots = (OUTSIDE, *sorted({slot for one in lessons for slot in one.slots} - {OUTSIDE}))
    if len(intents) < 2 or len(slots) < 2:
        raise ValueError(
            f"{taught.path}: {len(intents)} intents and {len(slots) - 1} slots beside {OUTSIDE!r}: expected two "
            "intents or more, and one slot"
        )
    unknown = [
        f"line {one.line}: the {what} {name!r}"
        for one in questions
        for what, names, known in (("intent", [one.intent], intents), ("slot", one.slots, slots))
        for name in names
        if name not in known
    ]
    if unknown:
        raise ValueError(
            f"{asked.path} has labels that {taught.path.name} never teaches; give them the names that they have there, "
            f"or remove the lines:{listed(unknown)}"
        )
    words = _dictionary(dictionary.path)
    said = [(one.tokens, one.slots, one.intent) for one in (*lessons, *questions)]
    return OwnSentences(
        tuple(one.command(intents, slots) for one in lessons),
        tuple(one.command(intents, slots) for one in questions),
        words,
        intents,
        slots,
        hashlib.sha256(repr((len(lessons), said, sorted(words.items()))).encode()).hexdigest(),
    )


@dataclass(frozen=True)
class _Sentence:
    """A line of a file."""

    line: int
    tokens: tuple[str, ...]
    slots: tuple[str, ...]
    intent: str

    def command(self, intents: Sequence[str], slots: Sequence[str]) -> Command:
        return Command(self.tokens, tuple(map(slots.index, self.slots)), intents.index(self.intent))


def _sentences(path: Path) -> list[_Sentence]:
    found, problems = [], []
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                found.append(_sentence(number, json.loads(line)))
            except (ValueError, RecursionError) as error:
                problems.append(f"line {number}: {error}")
    if problems:
        raise ValueError(f"{path}: expected lines such as {SHAPE}:{listed(problems)}")
    if len(found) < LEAST:
        raise ValueError(f"{path}: expected {LEAST} sentences or more, one on each line, got {len(found)}")
    return found


def _sentence(number: int, said: Any) -> _Sentence:
    if not isinstance(said, dict) or (missing := [name for name in ("tokens", "slots", "intent") if name not in said]):
        raise ValueError(f"no {', '.join(missing)}" if isinstance(said, dict) else f"{type(said).__name__}, no object")
    tokens, slots, intent = said["tokens"], said["slots"], said["intent"]
    for name, words in (("tokens", tokens), ("slots", slots), ("intent", [intent])):
        if not isinstance(words, list) or not words or not all(isinstance(one, str) and one.strip() for one in words):
            raise ValueError(
                f"{name} is {said[name]!r}, expected {'a text' if name == 'intent' else 'texts'}, not empty"
            )
    if len(tokens) != len(slots):
        raise ValueError(f"{len(tokens)} tokens and {len(slots)} slots, expected one for each token")
    return _Sentence(number, tuple(one.strip().lower() for one in tokens), tuple(slots), intent)


def _dictionary(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    places: dict[str, int] = {}
    problems = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        word, *meanings = (cell.strip().lower() for cell in line.split("\t"))
        if not word or len(meanings) != 1:
            problems.append(f"line {number}: {line[:60]!r}")
        elif word in places:
            problems.append(f"line {number}: {word!r} again, as in line {places[word]}: keep one meaning")
        else:
            found[word], places[word] = meanings[0], number
    if problems or not found:
        came = listed(problems) if problems else " the file is empty"
        raise ValueError(f"{path}: expected a word, a tab and what it means, or nothing, on each line:{came}")
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")  # not splitlines: a text may hold other line ends
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not UTF-8: save the file as text in UTF-8") from error
