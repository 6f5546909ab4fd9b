"""The language model: a small transformer whose residual stream can be read and changed after any block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

from lazyartist.clinic.steering.grammar import PROMPT, REPORT, WORDS
from lazyartist.clinic.training import descend_on, fresh, generator_of, one_cycle
from lazyartist.inference import evaluating


WIDTH, HEADS, BLOCKS = 64, 4, 3
BATCH, RATE = 64, 4e-3
TEMPERATURE = 0.7  # of the choice among words

Edit = Callable[[Tensor, int], Tensor]
"""The residual stream (N, D) after a block where the word of this place is chosen, to what it is changed to."""
Memory = list[tuple[Tensor, Tensor]]
"""Keys and values (N, H, T, D / H) of every block, of what was read so far."""


class Block(nn.Module):
    """Attention to what came before, then a layer of its own; both add to what passes."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attend, self.join = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.widen, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor, memory: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return what passes on, (N, T, D), and keys and values with those of the memory before them."""
        n, t, _ = x.shape
        query, key, value = self.attend(self.before(x)).view(n, t, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        if memory is not None:
            key, value = torch.cat([memory[0], key], 2), torch.cat([memory[1], value], 2)
        seen = scaled_dot_product_attention(query, key, value, is_causal=memory is None)
        x = x + self.join(seen.transpose(1, 2).reshape(n, t, WIDTH))
        return x + self.narrow(gelu(self.widen(self.between(x)))), (key, value)


class LanguageModel(nn.Module):
    """Words to logits of the next word."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(len(WORDS), WIDTH)
        self.places = nn.Embedding(PROMPT + len(REPORT), WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, len(WORDS))

    def forward(self, words: Tensor) -> Tensor:
        """Return logits (N, T, V) for words (N, T)."""
        logits: Tensor = self.head(self.norm(self.residuals(words)[-1]))
        return logits

    def residuals(self, words: Tensor) -> list[Tensor]:
        """Return the residual stream after each block, (N, T, D), for words (N, T)."""
        x, found = self._read(words, 0), []
        for block in self.blocks:
            x, _ = block(x, None)
            found.append(x)
        return found

    def step(self, words: Tensor, memory: Memory, edit: Edit | None, layer: int) -> tuple[Tensor, Memory]:
        """Read words (N, T) after those in memory, and return the logits (N, V) of what follows the last.

        Args:
            words: all of a prompt, or one word.
            memory: what was read before; empty at first.
            edit: changes the residual stream at the last of the words.
            layer: after which block, from 0 on.
        """
        start, kept = memory[0][0].shape[2] if memory else 0, []
        x = self._read(words, start)
        for place, block in enumerate(self.blocks):
            x, own = block(x, memory[place] if memory else None)
            if edit is not None and place == layer:
                x = torch.cat([x[:, :-1], edit(x[:, -1], start + words.shape[1] - PROMPT)[:, None]], 1)
            kept.append(own)
        return self.head(self.norm(x[:, -1])), kept

    def _read(self, words: Tensor, start: int) -> Tensor:
        read: Tensor = self.words(words) + self.places.weight[start : start + words.shape[1]]
        return read


@dataclass(frozen=True, eq=False)
class Writer:
    """A model that writes, while its residual stream may be edited from the last word of the prompt on.

    Attributes:
        model: the language model.
        seed: of its choices among words.
        edit: what is changed; None for nothing.
        layer: after which block.
    """

    model: LanguageModel
    seed: int
    edit: Edit | None = None
    layer: int = BLOCKS - 1

    def __call__(self, prompts: Tensor) -> Tensor:
        """Return a report (N, 19) on each prompt (N, 7): each word drawn as probable as the model says."""
        chance = torch.rand(len(REPORT), len(prompts), 1, generator=generator_of("steering", "writing", self.seed))
        memory: Memory = []
        words, report = prompts, []
        with evaluating(self.model), torch.inference_mode():
            for own in chance:
                logits, memory = self.model.step(words, memory, self.edit, self.layer)
                below = (logits.double() / TEMPERATURE).softmax(1).cumsum(1) < own
                words = below.sum(1, keepdim=True).clamp_max(len(WORDS) - 1)
                report.append(words)
        return torch.cat(report, 1).clone()


def train_model(tokens: Tensor, steps: int, seed: int) -> LanguageModel:
    """Train a language model on texts (N, 26) to continue prompts.

    Args:
        tokens: prompts and reports.
        steps: of 64 texts each.
        seed: of first weights and order.
    """
    model = fresh(LanguageModel, "steering", "language model", seed)

    def loss(chosen: Tensor) -> Tensor:
        own = tokens[chosen]
        return cross_entropy(model(own[:, :-1])[:, PROMPT - 1 :].flatten(0, 1), own[:, PROMPT:].flatten())

    descend_on(
        len(tokens),
        loss,
        model.parameters(),
        batch=BATCH,
        steps=steps,
        rate=one_cycle(RATE),
        generator=generator_of("steering", "order", seed),
        name="the language model",
    )
    return model
