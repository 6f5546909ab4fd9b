"""The features of one lazy model as a picture: what each fires for, and what its dial does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.reporting.figures import save
from lazyartist.sae.labelling import best, label_features
from lazyartist.studies.decomposition.figures import Shown, features_page
from lazyartist.studies.decomposition.last_layer import Hidden, hidden
from lazyartist.studies.decomposition.sae import take_apart
from lazyartist.studies.decomposition.steering_curves import ASKED, UP


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.sae.labelling import Feature
    from lazyartist.studies.base import Run
    from lazyartist.training.store import Store, Trained

SHOWN, IMAGES = 10, 5


def draw_pages(runs: Sequence[Run], store: Store, results: Path) -> list[Path]:
    """Draw the page of the first run of each dataset and network into `results`; return the files."""
    first: dict[str, Run] = {}
    for run in runs:
        first.setdefault(f"features_{run.dataset}" + (f"_{run.model}" if run.model != "simple_cnn" else ""), run)
    written = []
    for name, run in first.items():
        path = results / f"{name}.svg"
        save(lambda run=run: page(run, run.train(store)), path)  # type: ignore[misc]
        written.append(path)
    return written


def page(run: Run, trained: Trained) -> Figure:
    """Show the best feature of every colour beside the features that are most about the shape."""
    at = hidden(trained.model, run.task())
    found, _ = take_apart(at)
    cards = label_features(found.encode(at.at_fair), at.fair)
    colours = [best(cards, word) for word in at.fair.palette.words]
    taken = {card.index for card in colours}
    living = [card for card in cards if card.density > 0 and card.index not in taken]
    shapes = sorted(living, key=lambda card: -card.eta_class)[:SHOWN]
    columns = {
        "each colour's best feature, and its dial": [
            _shown(at, found, card, colour) for colour, card in enumerate(colours)
        ],
        "those most about shape, and theirs": [_shown(at, found, card, None) for card in shapes],
    }
    title = f"A lazy model's last hidden layer: {run.dataset}, seed {run.seed}\nη²: how much colour and class explain"
    return features_page(columns, UP, title)


def _shown(at: Hidden, found: SparseAutoencoder, card: Feature, colour: int | None) -> Shown:
    """Return a feature with its top images; its dial is asked for a class, by default the one it makes commonest."""
    direction = found.directions[card.index]
    target = int((at.head.weight @ direction).argmax()) if colour is None else colour
    others = at.at_test[(at.test.colours != target) & (at.test.labels != target)][:ASKED]
    shares = [float((at.answers(others + a * at.size * direction) == target).double().mean()) for a in UP]
    images = at.fair.render(torch.tensor(card.top[:IMAGES])).permute(0, 2, 3, 1)  # (n, H, W, 3)
    about = f"colour {card.eta_attribute:.2f}, class {card.eta_class:.2f}"
    title = f"{card.name}: AUROC {card.confidence:.2f}, {about}" if card.means else f"{card.name}: {about}"
    return Shown(title, torch.cat(tuple(images), dim=1).numpy(), {f"called {target}": shares})
