"""A small language with topics, an encoder of it and a donor: nothing has to be fetched or installed."""

from __future__ import annotations

import itertools

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor
from torch.nn import functional as F

from lazyartist.clinic.broken_embeddings.donor import Donor
from lazyartist.clinic.broken_embeddings.encoders import Encoder
from lazyartist.clinic.broken_embeddings.glosses import Texts
from lazyartist.clinic.broken_embeddings.sentences import Sentences
from lazyartist.clinic.broken_embeddings.spelling import CONTINUED
from lazyartist.clinic.training import generator_of


TOPICS, STEMS, NEUTRAL = 4, 18, 16  # topics, stems of each, and stems of none
ENDINGS = ("", "s", "ed", "ing")
WIDTH, DONOR_WIDTH = 32, 24
TEXTS, WORDS = 900, 7  # of the language; words in a text
SYLLABLES = tuple(a + b for a, b in itertools.product("bdfgklmnprtv", "aeiou"))
COMMON = 1.5  # what all embeddings have in common, in their own spread: gaps are no embeddings of nothing


@dataclass(frozen=True, eq=False)
class TinyEncoder(Encoder):
    """The mean of the embeddings of a text, and one layer behind it.

    Attributes:
        tokens: whole words and pieces of them.
        table: (V, 32).
        weight: (32, 32) of the layer.
    """

    tokens: Sequence[str]
    table: Tensor
    weight: Tensor

    def split(self, texts: Sequence[str]) -> Sentences:
        """Return texts as tokens: each word is one."""
        index = {token: place for place, token in enumerate(self.tokens)}
        return Sentences.of([[index[word] for word in text.split()] for text in texts])

    def encode(self, table: Tensor, sentences: Sentences) -> Tensor:
        """Return one unit vector per text, (N, 32)."""
        means = torch.zeros(len(sentences), table.shape[1]).index_add_(0, sentences.numbers(), table[sentences.ids])
        return F.normalize(torch.tanh(means / sentences.lengths[:, None] @ self.weight))


@dataclass(frozen=True, eq=False)
class TinyDonor(Donor):
    """Other embeddings of two thirds of the same words.

    Attributes:
        tokens: its vocabulary.
        table: (W, 24).
    """

    tokens: Sequence[str]
    table: Tensor

    def read(self) -> tuple[list[str], Tensor]:
        """Return tokens and table."""
        return list(self.tokens), self.table


def tiny_language() -> tuple[TinyEncoder, Texts, TinyDonor]:
    """Return the encoder, the texts and the donor; all of them are always the same.

    A text has one topic, which half of its words are about. The embedding of a word is that of its stem, which is near
    the middle of the stem's topic, plus that of its ending.
    """
    generator = generator_of("tiny language")

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    count = TOPICS * STEMS + NEUTRAL
    pairs = torch.randperm(len(SYLLABLES) ** 2, generator=generator)[:count].tolist()
    stems = [SYLLABLES[pair // len(SYLLABLES)] + SYLLABLES[pair % len(SYLLABLES)] for pair in pairs]
    topics = torch.cat([torch.arange(TOPICS).repeat_interleave(STEMS), torch.full((NEUTRAL,), TOPICS)])
    middles = torch.cat([normal(TOPICS, WIDTH), torch.zeros(1, WIDTH)])
    of_syllables = {syllable: 0.4 * normal(WIDTH) for syllable in SYLLABLES}
    of_endings = {ending: 0.3 * normal(WIDTH) for ending in ENDINGS}
    of_stems = [
        0.8 * middles[topic] + of_syllables[stem[:2]] + of_syllables[stem[2:]] + 0.6 * normal(WIDTH)
        for topic, stem in zip(topics, stems, strict=True)
    ]
    rows = {"[PAD]": 0 * normal(WIDTH)}
    rows |= {f"{CONTINUED}{ending}": of_endings[ending] for ending in ENDINGS if ending}
    rows |= {mark + syllable: row for syllable, row in of_syllables.items() for mark in ("", CONTINUED)}
    rows |= {
        stem + ending: row + of_endings[ending] for stem, row in zip(stems, of_stems, strict=True) for ending in ENDINGS
    }
    noisy = torch.stack(list(rows.values()))
    table = noisy + 0.1 * normal(*noisy.shape) + COMMON * normal(WIDTH)
    encoder = TinyEncoder(tuple(rows), table, normal(WIDTH, WIDTH) / WIDTH**0.5)
    known = (torch.rand(len(rows), generator=generator) < 2 / 3).nonzero()[:, 0]
    turned = noisy @ normal(WIDTH, DONOR_WIDTH) / WIDTH**0.5 + 0.3 * normal(len(noisy), DONOR_WIDTH)
    donor = TinyDonor([list(rows)[place] for place in known.tolist()], turned[known])
    labels = torch.randint(TOPICS, (TEXTS,), generator=generator).tolist()
    return encoder, Texts([_text(stems, topics, label, generator) for label in labels], labels, tuple("abcd")), donor


def _text(stems: Sequence[str], topics: Tensor, topic: int, generator: torch.Generator) -> str:
    own = (topics == topic).nonzero()[:, 0].tolist()
    words = []
    for choice, stem, ending in torch.rand(WORDS, 3, generator=generator).tolist():
        among = own if choice < 0.5 else range(len(stems))
        words.append(stems[among[int(stem * len(among))]] + ENDINGS[int(ending * len(ENDINGS))])
    return " ".join(words)
