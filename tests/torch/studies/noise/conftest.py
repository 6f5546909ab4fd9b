"""The studies of noise on the digits, asked of so few images that only their rows are tested."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from lazyartist.data.images import Split
from lazyartist.studies import STUDIES
from lazyartist.studies.runner import run_study
from lazyartist.training.store import Store


LITTLE = {
    "noise": {"sevens": 4, "bounded": 1, "bisected": 1, "queried": 1, "queries": 20, "steps": 20},
    "class_pairs": {"per_pair": 1, "steps": 3},
    "confidence_or_colour": {"sevens": 4, "steps": 20},
}


@pytest.fixture(scope="session")
def little():
    """Return the study of a name with small knobs."""

    def make(name, **changes):
        return STUDIES[name](**{"datasets": "digits", **LITTLE[name], **changes})

    return make


@pytest.fixture(scope="session")
def measured(little, tmp_path_factory):
    """Return a function from a study's name to the study, its rows and the store: all from the same two models."""
    folder = tmp_path_factory.mktemp("noise")
    store = Store(folder / "store")

    def measure(name):
        budget = {"epochs": 2, "batch_size": 32, "learning_rate": 4e-3}
        what = {"strategies": ("lazy", "erm"), "networks": "simple_cnn:width=8", "budget": budget}
        study = little(name, seeds=1, **what)
        return SimpleNamespace(study=study, rows=run_study(study, folder / "records", store=store, jobs=1), store=store)

    return measure


class Fixed:
    """The same images, as they are: nothing can be repainted, and nobody says what the object is."""

    def __init__(self, images):
        self.of, self.factors, self.sizes = images, images.factors, images.sizes
        self.fingerprint = f"fixed {images.fingerprint}"

    def __len__(self):
        return len(self.of)

    def render(self, index):
        return self.of.render(index)


@pytest.fixture(scope="session")
def fixed_task(task):
    """The digits without repainting and hard splits: half of the test images are in their own class's colour."""
    test = Split(Fixed(task.easy.images), index=task.easy.index)
    return replace(task, name="fixed", hard={}, test=test, unbiased=None)


@pytest.fixture(scope="session")
def run_on():
    """Return a run on a task that is given."""
    return lambda task, strategy="erm": SimpleNamespace(task=lambda: task, strategy=strategy, seed=0)
