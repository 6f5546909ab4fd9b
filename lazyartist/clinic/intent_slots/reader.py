"""The net that reads commands, and its training: the same for all, whatever commands it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lazyartist.clinic.intent_slots.commands import Command
from lazyartist.clinic.intent_slots.pieces import (
    IGNORED,
    PAD,
    UNKNOWN,
    Alignment,
    Encoded,
    Pieces,
    encode,
    first_pieces,
)
from lazyartist.clinic.training import descend_on, fresh, generator_of, one_cycle
from lazyartist.inference import evaluating


WIDTH = 48
BATCH = 64
RATE = 1e-2
FORGOTTEN = 0.05  # share of pieces that are made unknown in training


class ReaderNet(nn.Module):
    """Embedded pieces, read forwards and backwards: their mean tells the intent, each its slot."""

    def __init__(self, pieces: Pieces) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(pieces), WIDTH, padding_idx=PAD)
        self.read = nn.GRU(WIDTH, WIDTH, batch_first=True, bidirectional=True)
        self.intent = nn.Linear(2 * WIDTH, len(pieces.intents))
        self.slot = nn.Linear(2 * WIDTH, len(pieces.slots))

    def forward(self, pieces: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of intents (N, intents) and of slots (N, L, slots) for pieces (N, L)."""
        there = pieces != PAD
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embed(pieces), there.sum(1).cpu(), batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.read(packed)[0], batch_first=True, total_length=pieces.shape[1]
        )
        mean = (states * there[:, :, None]).sum(1) / there.sum(1, keepdim=True)
        return self.intent(mean), self.slot(states)


@dataclass(frozen=True, eq=False)
class Reader:
    """A trained net with the pieces that it knows.

    Attributes:
        net: pieces to logits.
        pieces: what it reads.
    """

    net: ReaderNet
    pieces: Pieces

    def __call__(
        self, commands: Sequence[Command], alignment: Alignment = first_pieces
    ) -> tuple[Tensor, list[list[int]]]:
        """Return the intent of each command (N,), and the slot of each of its words.

        Args:
            commands: their words are read, not their labels.
            alignment: where the label of a word is read.

        Raises:
            ValueError: the net puts out something that is not finite.
        """
        asked = encode(commands, self.pieces, alignment)
        with evaluating(self.net), torch.inference_mode():
            intents, slots = self.net(asked.pieces)
        if not bool(intents.isfinite().all() and slots.isfinite().all()):
            raise ValueError("the reader puts out NaN or infinity: look at its weights, nothing can be read off them")
        found = slots.argmax(2)
        return intents.argmax(1), [
            row[there].tolist() for row, there in zip(found, asked.labels != IGNORED, strict=True)
        ]


def train_reader(
    commands: Sequence[Command],
    pieces: Pieces,
    steps: int,
    seed: int,
    alignment: Alignment = first_pieces,
) -> Reader:
    """Train a net on commands.

    Args:
        commands: with their labels.
        pieces: what it will know.
        steps: of 64 commands each.
        seed: of first weights and order; the same for all treatments.
        alignment: where labels are written.
    """
    known = encode(commands, pieces, alignment)
    net = fresh(lambda: ReaderNet(pieces), "intent slots", "reader", seed)
    g = generator_of("intent slots", "order", seed)
    descend_on(
        len(commands),
        lambda chosen: _loss(net, known, chosen, g),
        net.parameters(),
        batch=BATCH,
        steps=steps,
        rate=one_cycle(RATE),
        generator=g,
        name="the reader of commands",
    )
    return Reader(net, pieces)


def _loss(net: ReaderNet, known: Encoded, index: Tensor, g: torch.Generator) -> Tensor:
    pieces = known.pieces[index]
    longest = int((pieces != PAD).sum(1).max())
    pieces = pieces[:, :longest]
    forgotten = (torch.rand(pieces.shape, generator=g) < FORGOTTEN) & (pieces > UNKNOWN + 1)
    intents, slots = net(pieces.masked_fill(forgotten, UNKNOWN))
    labels = known.labels[index, :longest]
    return cross_entropy(intents, known.intents[index]) + cross_entropy(
        slots.flatten(0, 1), labels.flatten(), ignore_index=IGNORED
    )
