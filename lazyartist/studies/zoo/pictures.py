"""The zoo to look at: what each lie draws on a digit of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lazyartist.data.make import make_task
from lazyartist.reporting.figure import save
from lazyartist.studies import PICTURES
from lazyartist.studies.lazy.figures import dataset_figure
from lazyartist.studies.lie_names import lie_of


if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from numpy.typing import NDArray

    from lazyartist.data.task import Task
    from lazyartist.studies.zoo.zoo import ZooStudy
    from lazyartist.training.store import Store


@PICTURES.register("zoo")
def zoo_pictures(study: ZooStudy, store: Store, results: Path) -> list[Path]:
    """Draw an image of each class under each lie, on the images of the first dataset; return the file."""
    del store
    datasets = list(dict.fromkeys(run.dataset for run in study.runs()))
    alike = [dataset for dataset in datasets if dataset.partition(":")[0] == datasets[0].partition(":")[0]]
    tasks = [make_task(dataset) for dataset in alike]
    shown = {lie_of(task.keys): aligned_examples(task) for task in tasks}
    path = results / "zoo_lies.png"
    save(lambda: dataset_figure(shown, [f"class {label}" for label in range(tasks[0].train.classes)]), path)
    return [path]


def aligned_examples(task: Task) -> NDArray[np.float32]:
    """Return the first test image of each class with its class's own attribute values, (classes, H, W, 3)."""
    first = torch.stack([(task.test.labels == label).nonzero()[0, 0] for label in range(task.test.classes)])
    images: NDArray[np.float32] = task.test.render(first, task.own_attribute).permute(0, 2, 3, 1).cpu().numpy()
    return images
