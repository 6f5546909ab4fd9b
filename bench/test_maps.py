"""Maps beside captum's and grad-cam's, and a layer's units visualised in one batch and one at a time.

    pip install --no-deps captum==0.9.0 grad-cam==1.5.7 ttach
    pytest bench/test_maps.py --lazy-results=results

The same network and the same images for all, in one process with one thread, taking turns.
"""

from __future__ import annotations

import importlib

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from torch import Tensor, nn

from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.score_cam import ScoreCam
from lazyartist.data.make import make_task
from lazyartist.data.task import Task
from lazyartist.strategies.lazy import Lazy
from lazyartist.training.fit import fit
from lazyartist.visualise import Channel, Visualise

from . import speed_rows
from .peers import missing, say_missing
from .turns import DATASET, SMOKE, in_turn, rounds


IMAGES, FEW, UNITS, ROUNDS = (16, 2, 4, 1) if SMOKE else (256, 16, 64, rounds(5))
LAYER = "conv3"
NEEDS = {"captum": "captum.attr", "grad-cam": "pytorch_grad_cam"}

Case = tuple[Task, nn.Module, Tensor, Tensor]


@pytest.fixture(scope="module")
def case() -> Case:
    """A task, a lazy model, test images and the classes that the model sees in them."""
    task = make_task(DATASET)
    assert Lazy.budget is not None
    model = fit(Lazy(), task, budget=Lazy.budget).model
    images = task.hard["other"].render(slice(0, IMAGES))
    with torch.no_grad():
        return task, model, images, model(images).argmax(1)


def test_maps(case: Case, lazy_results: Path) -> None:
    task, model, images, classes = case
    module = model.get_submodule(LAYER)
    grad: dict[str, Callable[[], Any]] = {"ours": lambda: GradCam(LAYER)(model, images, classes)}
    score: dict[str, Callable[[], Any]] = {"ours": lambda: ScoreCam(LAYER)(model, images[:FEW], classes[:FEW])}
    if not missing(NEEDS["captum"]):
        captum = importlib.import_module("captum.attr")
        grad["captum"] = lambda: captum.LayerGradCam(model, module).attribute(images, target=classes)
    if not missing(NEEDS["grad-cam"]):
        library = importlib.import_module("pytorch_grad_cam")
        target = importlib.import_module("pytorch_grad_cam.utils.model_targets").ClassifierOutputTarget

        def with_library(kind: Any, n: int) -> Any:
            targets = [target(c) for c in classes[:n].tolist()]
            with kind(model=model, target_layers=[module]) as cam:
                return cam(input_tensor=images[:n], targets=targets)

        grad["grad-cam"] = lambda: with_library(library.GradCAM, IMAGES)
        score["grad-cam"] = lambda: with_library(library.ScoreCAM, FEW)
    rows: dict[str, float] = {}
    for title, n, ways in (("Grad-CAM", IMAGES, grad), ("Score-CAM", FEW, score)):
        seconds = in_turn(ways, ROUNDS)
        rows |= {f"{title}, {n} images, {name}, ms": 1000 * time for name, time in seconds.items()}
        rows |= {f"{title}: {name} / ours": seconds[name] / seconds["ours"] for name in seconds if name != "ours"}
    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=task.train.fingerprint, study="side_by_side")
    say_missing(NEEDS)


def test_units(case: Case, lazy_results: Path) -> None:
    task, model, *_ = case
    look, layer = Visualise(steps=2 if SMOKE else 10), f"{LAYER}.1"
    seconds = in_turn(
        {
            "in a batch": lambda: look(model, Channel(layer, torch.arange(UNITS))),
            "one at a time": lambda: [look(model, Channel(layer, torch.tensor([u]))) for u in range(UNITS)],
        },
        rounds=rounds(3),
    )
    rows = {f"visualising {UNITS} units, {look.steps} steps, {name}, ms": 1000 * t for name, t in seconds.items()}
    rows[f"visualising {UNITS} units: one at a time / in a batch"] = seconds["one at a time"] / seconds["in a batch"]
    speed_rows.keep(lazy_results, rows, n=rounds(3), data=task.train.fingerprint, study="side_by_side")
