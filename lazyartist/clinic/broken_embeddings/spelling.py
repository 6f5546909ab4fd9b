"""What the spelling of a token says about its embedding: the tokens that it is made of, and its other forms."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from torch import Tensor


CONTINUED = "##"  # in front of tokens that go on with a word, in a vocabulary of word pieces
STARTED = ("Ġ", "▁")  # in front of tokens that start a word, in other vocabularies
SPECIAL = re.compile(r"\[.+\]|<.+>")
ENDINGS = ("s", "es", "d", "ed", "r", "er", "ing", "ly", "y", "al", "n", "ness", "ic", "ism", "ist")


@dataclass(frozen=True, eq=False)
class Spelling:
    """The tokens of a vocabulary as people would write them.

    Attributes:
        tokens: word pieces: "walk", "##ing".
    """

    tokens: Sequence[str]

    @property
    def ordinary(self) -> Tensor:
        """Which tokens are words or parts of words, (V,) bool, and not special ones such as "[CLS]" or "<s>"."""
        return torch.tensor([SPECIAL.fullmatch(token) is None for token in self.tokens])

    def pieces(self, known: Tensor, which: Tensor) -> list[list[int]]:
        """Return the tokens that others are made of, longest first, each without itself: "walking" is "walk", "##ing".

        Args:
            known: (V,) bool, the tokens that may be pieces.
            which: (N,) the tokens to be taken apart.
        """
        index = self._index(known)
        return [_cut(self.tokens[token], index, token) for token in which.tolist()]

    def twins(self, known: Tensor, which: Tensor) -> list[list[int]]:
        """Return other forms of tokens: the word with another ending or none, or the same letters within a word."""
        index = self._index(known)
        return [
            [index[form] for form in dict.fromkeys(_forms(self.tokens[token])) if index.get(form, token) != token]
            for token in which.tolist()
        ]

    def _index(self, known: Tensor) -> dict[str, int]:
        return {text: token for token, text in enumerate(self.tokens) if known[token]}


def _cut(text: str, index: Mapping[str, int], itself: int) -> list[int]:
    """Cut a token greedily into others; a letter that no token stands for is left out."""
    mark, rest = ("", text) if not text.startswith(CONTINUED) else (CONTINUED, text[len(CONTINUED) :])
    found: list[int] = []
    while rest:
        for length in range(len(rest), 0, -1):
            # the start of a piece within a word may also be known as a word of its own
            forms = (mark + rest[:length], rest[:length]) if mark and not found else (mark + rest[:length],)
            token = next((index[form] for form in forms if index.get(form, itself) != itself), None)
            if token is not None:
                found.append(token)
                break
        rest, mark = rest[length:], CONTINUED
    return found


def _forms(text: str) -> Iterator[str]:
    if text.startswith(CONTINUED):
        yield text[len(CONTINUED) :]
        return
    yield CONTINUED + text
    stems = [
        text,
        *(text[: -len(ending)] for ending in ENDINGS if text.endswith(ending) and len(text) > len(ending) + 2),
    ]
    for stem in stems:
        yield stem
        yield stem + "e"  # "making", "make"
        yield from (stem + ending for ending in ENDINGS)
    if text.endswith("e"):
        yield from (text[:-1] + ending for ending in ("ing", "er", "ed"))


def mean_rows(table: Tensor, groups: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return the mean of a table's rows over each group, (N, D), 0 for an empty one; and which are not empty, (N,)."""
    sizes = torch.tensor([len(group) for group in groups])
    members = torch.tensor([row for group in groups for row in group], dtype=torch.long)
    sums = torch.zeros(len(groups), table.shape[1])
    sums.index_add_(0, torch.arange(len(groups)).repeat_interleave(sizes), table[members])
    return sums / sizes.clamp_min(1)[:, None], sizes > 0


def form_descriptors(spelling: Spelling, table: Tensor, known: Tensor) -> Tensor:
    """Return what known rows say of every token without its own, (V, 2·D + 2): the means of its pieces and twins."""
    everything = torch.arange(len(table))
    found = [mean_rows(table, groups(known, everything)) for groups in (spelling.pieces, spelling.twins)]
    return torch.cat([part for means, any_ in found for part in (means, any_[:, None].float())], 1)


def as_word_pieces(tokens: Sequence[str]) -> list[str]:
    """Return the tokens of any vocabulary as word pieces: of "Ġwalk", "ing" or "▁walk", "ing" come "walk", "##ing"."""
    # "####" and the like are tokens of others too: the most frequent mark is the one that means something
    mark = max((CONTINUED, *STARTED), key=lambda mark: sum(token.startswith(mark) for token in tokens))
    if mark == CONTINUED:
        return list(tokens)
    return [
        token[1:] if token.startswith(mark) else token if SPECIAL.fullmatch(token) else CONTINUED + token
        for token in tokens
    ]
