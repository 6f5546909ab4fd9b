"""Tokenised texts, one after the other in one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Sentences:
    """N texts as tokens.

    Attributes:
        ids: (T,) int64, the tokens of all texts.
        lengths: (N,) int64, how many of them belong to each.

    Raises:
        ValueError: the lengths do not add up to the number of tokens.
    """

    ids: Tensor
    lengths: Tensor

    def __post_init__(self) -> None:
        if int(self.lengths.sum()) != len(self.ids):
            raise ValueError(
                f"sentences: lengths add up to {int(self.lengths.sum())}, but there are {len(self.ids)} ids"
            )

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]]) -> Sentences:
        """Return lists of tokens as sentences."""
        ids = torch.tensor([token for text in texts for token in text], dtype=torch.long)
        return cls(ids, torch.tensor([len(text) for text in texts], dtype=torch.long))

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, which: Tensor) -> Sentences:
        """Return some of the texts, by their numbers, in that order."""
        starts = self.lengths.cumsum(0) - self.lengths
        pieces = [
            self.ids[s : s + n] for s, n in zip(starts[which].tolist(), self.lengths[which].tolist(), strict=True)
        ]
        return Sentences(torch.cat([*pieces, self.ids[:0]]), self.lengths[which])

    def padded(self, which: Tensor) -> tuple[Tensor, Tensor]:
        """Return tokens (B, L) of some texts, with 0 behind their ends, and which of them are there, (B, L) bool."""
        some = self.take(which)
        there = torch.arange(int(some.lengths.max())) < some.lengths[:, None]
        ids = torch.zeros(there.shape, dtype=torch.long)
        ids[there] = some.ids
        return ids, there

    def numbers(self) -> Tensor:
        """Return for each token which text it belongs to, (T,)."""
        return torch.arange(len(self)).repeat_interleave(self.lengths)
