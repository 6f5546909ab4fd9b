"""The features of one lazy model as a page: the images that each fires for, and what steering along it does."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING

import torch

from lazyartist.reporting.figure import save
from lazyartist.sae.labelling import label_features
from lazyartist.studies import PICTURES
from lazyartist.studies.decomposition.figures import ShownFeature, features_page
from lazyartist.studies.decomposition.metrics import UP
from lazyartist.studies.decomposition.sae import SaeStudy
from lazyartist.studies.decomposition.steering_curves import STEERED_IMAGES, telling_features


if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.sae.labelling import Feature
    from lazyartist.studies.classifiers import Run
    from lazyartist.studies.decomposition.last_layer import LastLayer
    from lazyartist.training.store import Store

FEATURES, IMAGES = 10, 5  # about shape, and of each feature
NETWORK = "simple_cnn"  # whose pages go by the dataset alone


@PICTURES.register("sae")
def sae_pictures(study: SaeStudy, store: Store, results: Path) -> list[Path]:
    """Draw the page of features of the first run of each dataset and network."""
    first: dict[str, Run] = {}
    for run in study.runs():
        first.setdefault(page_name(run), run)
    written = []
    for name, run in first.items():
        path = results / f"{name}.svg"
        save(lambda run=run: page(run, store, study), path)  # type: ignore[misc]
        written.append(path)
    return written


def page_name(run: Run) -> str:
    """Return the name of a page's file, without its suffix."""
    words = ("features", run.dataset, *((run.network,) if run.network != NETWORK else ()))
    return re.sub(r"\W+", "_", "_".join(words))


def page(run: Run, store: Store, study: SaeStudy) -> Figure:
    """Show the best feature of every class's attribute value beside the features that are most about the class."""
    trained = run.train(store)
    layer = study.last_layer(run, trained)
    sae, _ = study.sae_pair(store, trained, layer, study.variant)
    codes = sae.encode(layer.fair_vectors)
    cards = label_features(codes, layer.fair)
    best = [cards[_best(codes, layer.fair.attribute == value)] for value in layer.own_attribute]
    taken = {card.index for card in best}
    others = [card for card in cards if card.density > 0 and card.index not in taken]
    shapes = sorted(others, key=lambda card: -card.eta_class)[:FEATURES]
    bias = " and ".join(layer.fair.bias)
    columns = {
        f"each {bias}'s best feature, and steering along it": [
            _shown(layer, sae, card, label) for label, card in enumerate(best)
        ],
        "those most about shape, and steering": [_shown(layer, sae, card, None) for card in shapes],
    }
    title = f"A lazy model's last hidden layer: {run.dataset}, seed {run.seed}\nη²: how much {bias} and class explain"
    return features_page(columns, UP, title)


def _best(codes: torch.Tensor, holds: torch.Tensor) -> int:
    scores, living = telling_features(codes, holds)
    return max(living, key=scores.__getitem__, default=0)


def _shown(layer: LastLayer, sae: SparseAutoencoder, card: Feature, label: int | None) -> ShownFeature:
    """Return a feature with its top images, steered towards a class, by default the one it makes commonest."""
    direction = sae.directions[card.index]
    target = int((layer.head.weight @ direction).argmax()) if label is None else label
    test = layer.test
    chosen = (test.attribute != layer.own_attribute[target]) & (test.labels != target)
    others = layer.test_vectors[chosen][:STEERED_IMAGES]
    shares = [
        float((layer.answers(others + amount * layer.scale * direction) == target).double().mean()) for amount in UP
    ]
    images = layer.fair.render(torch.tensor(card.top[:IMAGES])).permute(0, 2, 3, 1)  # (n, H, W, 3)
    about = f"{' and '.join(layer.fair.bias)} {card.eta_attribute:.2f}, class {card.eta_class:.2f}"
    title = f"{card.name}: AUROC {card.confidence:.2f}, {about}" if card.means else f"{card.name}: {about}"
    return ShownFeature(title, torch.cat(tuple(images), dim=1).cpu().numpy(), {f"called {target}": shares})
