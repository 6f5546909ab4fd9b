"""Fashion-MNIST, its clothes painted in the colours of their classes."""

from __future__ import annotations

from typing import Any

from lazyartist.data import DATASETS
from lazyartist.data.painting import paint_task
from lazyartist.data.sources import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, Source, load
from lazyartist.data.task import Task


SOURCE = Source(
    "FashionMNIST",
    {
        TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    debian="dataset-fashion-mnist",
)


# the classes, from 0 on
NAMES = (
    *("T-shirt", "trousers", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)


@DATASETS.register("fashion", source="Xiao et al. 2017, arXiv:1708.07747")
def fashion(**knobs: Any) -> Task:
    """70,000 pieces of clothing (Fashion-MNIST) in the colours of their classes; fetched once."""
    return paint_task(load(SOURCE), "fashion", **knobs)
