"""From the name of a dataset, or images of your own, to a task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lazyartist.data import DATASETS
from lazyartist.data.moved import made_here
from lazyartist.data.painting import paint_task
from lazyartist.data.sources import GreyImages
from lazyartist.data.task import Task, whole_number


@made_here
def make_task(dataset: str | GreyImages | Task = "mnist", *, seed: int = 0, **knobs: Any) -> Task:
    """Make the task of a dataset. The same arguments give the same bits: splits and attributes all follow from `seed`.

    Args:
        dataset: a name, with knobs behind it if you like: "mnist", "digits:correlation=0.99:where=background"; or your
            own `GreyImages` to be painted; or a `Task` of your own, which is returned as it is,
            but for the device that it is on.
        seed: a whole number from 0 on.
        knobs: of the dataset; those of painted ones are `correlation`, `conflict`, `where` and `palette`, see
            `lazyartist.data.coloured.colour`.

    Raises:
        UnknownNameError: an unknown dataset or palette.
        DataError: the images cannot be had.
        ValueError: an argument out of range.
    """
    if isinstance(dataset, Task):
        return dataset
    seed = whole_number(seed, "seed")
    if isinstance(dataset, str):
        make, given = DATASETS.configured(dataset)
        name = dataset.partition(":")[0]
        chosen = {**given, **knobs}
        try:
            task = make(seed=seed, **chosen)
        except TypeError as error:
            raise ValueError(f"the dataset {name} cannot be made with {chosen}: {error}") from error
        return replace(task, name=name, keys={**chosen, **task.keys})  # rows of other knobs are other rows
    if not all(hasattr(dataset, f"{part}_{what}") for part in ("train", "test") for what in ("images", "labels")):
        raise ValueError(
            f"dataset: expected a name, GreyImages to be painted, or a Task, got {type(dataset).__name__}; images that "
            "are painted already have no test split: pass the grey ones as lazyartist.data.sources.GreyImages("
            "train_images, train_labels, test_images, test_labels), with palette= for other classes than ten; images "
            "with colours of their own become a task by lazyartist.data.arrays.array_task"
        )
    return paint_task(dataset, "custom", seed=seed, **knobs)
