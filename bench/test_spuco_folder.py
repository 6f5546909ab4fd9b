"""Images of one's own, beside SpuCo: the same folder, network, first weights, rate and epochs; rows of "folder".

    pip install -e ".[test,peers]" && pytest bench/test_spuco_folder.py --lazy-results=results

Both are asked for the accuracy of every group of the test images. SpuCo's refitted last layer has an l1 penalty that it
chooses on held-out images, ours an l2 penalty that is given; the first stage of JTT is an epoch on both sides.
"""

from __future__ import annotations

import importlib.metadata

from dataclasses import asdict
from pathlib import Path

import pytest

from lazyartist.data.make import make_task
from lazyartist.data.task import Task
from lazyartist.probes.groups import group_accuracy, group_sizes
from lazyartist.reporting.row import Row
from lazyartist.strategies.dfr import Dfr
from lazyartist.strategies.erm import Erm
from lazyartist.strategies.group_dro import GroupDro
from lazyartist.strategies.jtt import Jtt
from lazyartist.studies.cures.metrics import AVERAGE, WORST_GROUP
from lazyartist.studies.speed.metrics import OURS, SPUCO
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit
from tests.bird_folder import write_birds

from . import speed_rows
from .spuco_peer import PaintedImages, Peer
from .turns import SMOKE, rounds


SEEDS = range(rounds(5))
NETWORK = "simple_cnn"
IMAGES, SIZE = (200, 16) if SMOKE else (1600, 32)
BUDGET = Budget(epochs=1 if SMOKE else 2, batch_size=32, schedule="constant")  # SpuCo takes incomplete batches, too
METHODS = {"erm": Erm(), "group_dro": GroupDro(), "jtt": Jtt(first_epochs=1), "dfr": Dfr()}
pytestmark = pytest.mark.filterwarnings("ignore")  # of SpuCo's workers, and of scikit-learn's penalties


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> list[Task]:
    """A folder for each seed."""
    pytest.importorskip("spuco", reason='SpuCo is not installed: pip install -e ".[peers]"')
    root = tmp_path_factory.mktemp("birds")
    folders = [write_birds(root / str(seed), IMAGES, (SIZE, SIZE), seed=seed) for seed in SEEDS]
    return [
        make_task(f"folder:{folder}:target=y:bias=place:size={SIZE}", seed=seed) for seed, folder in enumerate(folders)
    ]


@pytest.mark.parametrize("name", METHODS)
def test_groups(name: str, tasks: list[Task], lazy_results: Path) -> None:
    strategy, rows = METHODS[name], []
    for seed, task in enumerate(tasks):
        ours = fit(strategy, task, NETWORK, budget=BUDGET, seed=seed).model
        theirs = getattr(Peer(BUDGET, seed), name)(strategy, PaintedImages(task.train))
        for library, network in {OURS: ours, SPUCO: theirs}.items():
            groups = group_accuracy(network, task.test)
            found = {WORST_GROUP: groups.worst, AVERAGE: groups.average(group_sizes(task.train))}
            rows += [row(task, seed, name, library, metric, value) for metric, value in found.items()]
            print(f"\n{library:<12} {name:<10} seed {seed} worst {groups.worst:.3f}", end="")
    speed_rows.put(lazy_results, rows)


def row(task: Task, seed: int, name: str, library: str, metric: str, value: float) -> Row:
    """Return a row; a new one replaces all older rows of the same."""
    at = {"dataset": "birds", "network": NETWORK, "strategy": name, **asdict(BUDGET), "library": library}
    versions = {SPUCO: importlib.metadata.version("spuco")} if library == SPUCO else {}
    return speed_rows.row(
        "folder", {**at, "of": metric}, metric, value, n=len(task.test), data=task.train.fingerprint, seed=seed,
        uses=METHODS[name].uses, more_versions=versions,
    )  # fmt: skip
