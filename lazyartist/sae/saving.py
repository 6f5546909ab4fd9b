"""Autoencoders on disk, with the names of their features and what both belong to."""

from __future__ import annotations

import hashlib
import json

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

import lazyartist

from lazyartist.sae import SAES
from lazyartist.sae.base import Autoencoder, Weights
from lazyartist.sae.labelling import Feature
from lazyartist.files import write_bytes, write_text


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lazyartist.sae.activations import Activations

CFG, WEIGHTS, FEATURES = "cfg.json", "sae_weights.safetensors", "features.json"


class StaleError(ValueError):
    """Something saved does not belong to what it is to be used with."""


@dataclass(frozen=True, eq=False)
class Saved:
    """What a folder holds: an autoencoder and the cards of its features."""

    autoencoder: Autoencoder
    features: Sequence[Feature]


def save(folder: Path, autoencoder: Autoencoder, features: Sequence[Feature], activations: Activations) -> None:
    """Write an autoencoder and the cards of its features.

    Args:
        folder: made if it is not there; holds `cfg.json`, `sae_weights.safetensors` and `features.json` afterwards.
        autoencoder: what to keep.
        features: its cards, one a feature; may be empty.
        activations: what it was trained on.

    Raises:
        ValueError: the cards are not those of this autoencoder's features, or its variant is not registered.
    """
    if features and [card.index for card in features] != list(range(autoencoder.features)):
        raise ValueError(
            f"{len(features)} cards for {autoencoder.features} features: expected one each, in their order"
        )
    tensors = {name: tensor.contiguous() for name, tensor in autoencoder.weights.named()}
    weights = save_tensors(tensors)
    cards = _json([asdict(card) for card in features])
    names = [name for name in SAES if SAES[name] is type(autoencoder.variant)]
    if not names:
        raise ValueError(f"{autoencoder.variant!r} has no name to be found by: register it in SAES")
    cfg = {
        "architecture": names[0],
        **asdict(autoencoder.variant),
        "d_in": autoencoder.directions.shape[1],
        "d_sae": autoencoder.features,
        "seed": autoencoder.seed,
        "training": dict(autoencoder.training),
        "belongs_to": _belongs(activations),
        "weights": hashlib.sha256(weights).hexdigest(),
        "features": hashlib.sha256(cards.encode()).hexdigest(),
        "versions": {"lazyartist": lazyartist.__version__, "torch": torch.__version__},
    }
    # the configuration comes last: without it the rest does not count
    write_bytes(folder / WEIGHTS, weights)
    write_text(folder / FEATURES, cards)
    write_text(folder / CFG, _json(cfg))


def load(folder: Path, activations: Activations) -> Saved:
    """Read what `save` wrote.

    Args:
        folder: where.
        activations: what it is to be used with: those of the same model, layer and data that it was trained on.

    Raises:
        StaleError: it was trained on other activations, or weights or cards are not those that were saved together.
        UnknownNameError: there is no such variant.
        OSError: a file cannot be read.
    """
    cfg = json.loads((folder / CFG).read_text(encoding="utf-8"))
    now = _belongs(activations)
    different = [key for key, value in cfg["belongs_to"].items() if value != now[key]]
    if different:
        raise StaleError(
            f"{folder} belongs to another {', '.join(different)} than the activations it was asked for: its features "
            "mean nothing there; train it again, or ask with the activations that it was trained on"
        )
    weights, cards = (folder / WEIGHTS).read_bytes(), (folder / FEATURES).read_bytes()
    for name, content in (("weights", weights), ("features", cards)):
        if hashlib.sha256(content).hexdigest() != cfg[name]:
            raise StaleError(f"{folder}: the {name} are not those that {CFG} was written with; train and save again")
    kind = SAES[cfg["architecture"]]
    variant = kind(**{name: cfg[name] for name in kind.__dataclass_fields__})
    tensors = load_tensors(weights)
    autoencoder = Autoencoder(variant, Weights(**tensors, sizes=(cfg["d_sae"],)), cfg["seed"], cfg["training"])
    return Saved(autoencoder, [Feature(**card) for card in json.loads(cards)])


def _belongs(activations: Activations) -> dict[str, str]:
    return {
        "model": activations.model,
        "data": activations.data,
        "layer": activations.layer,
        "where": activations.where,
        "activations": activations.fingerprint,
    }


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, sort_keys=True) + "\n"
