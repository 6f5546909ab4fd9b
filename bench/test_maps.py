"""Maps beside captum's and grad-cam's, and a layer's units visualised in one batch and one at a time.

    pytest -m perf bench/test_maps.py

The same network and the same images for all, in one process with one thread, taking turns. Needs the extra `peers`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lazyartist.data.task import make_task
from lazyartist.attribution.grad_cam import GradCam
from lazyartist.attribution.score_cam import ScoreCam
from lazyartist.visualise import Channel, Visualise
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.base import LAZY
from lazyartist.training.fit import fit

from . import speed_rows
from .turns import ROUNDS, in_turn


IMAGES, FEW, UNITS = 256, 16, 64
LAYER = "conv3"


@pytest.fixture(scope="module")
def case():
    """A lazy model, test images and the classes that it sees in them."""
    task = make_task("mnist")
    model = fit(STRATEGIES["lazy"](), task, budget=LAZY).model
    images = task.hard["other"].render(slice(0, IMAGES))
    with torch.no_grad():
        return task, model, images, model(images).argmax(1)


def test_maps(case, lazy_results: Path):
    captum, library = pytest.importorskip("captum.attr"), pytest.importorskip("pytorch_grad_cam")
    target = pytest.importorskip("pytorch_grad_cam.utils.model_targets").ClassifierOutputTarget
    task, model, images, classes = case
    module = model.get_submodule(LAYER)

    def with_library(kind, n):
        targets = [target(c) for c in classes[:n].tolist()]
        with kind(model=model, target_layers=[module]) as cam:
            return cam(input_tensor=images[:n], targets=targets)

    grad = in_turn(
        {
            "ours": lambda: GradCam(LAYER)(model, images, classes),
            "captum": lambda: captum.LayerGradCam(model, module).attribute(images, target=classes),
            "grad-cam": lambda: with_library(library.GradCAM, IMAGES),
        }
    )
    score = in_turn(
        {
            "ours": lambda: ScoreCam(LAYER)(model, images[:FEW], classes[:FEW]),
            "grad-cam": lambda: with_library(library.ScoreCAM, FEW),
        }
    )
    rows = {f"Grad-CAM, {IMAGES} images, {name}, ms": 1000 * time for name, time in grad.items()}
    rows |= {f"Grad-CAM: {name} / ours": grad[name] / grad["ours"] for name in ("captum", "grad-cam")}
    rows |= {f"Score-CAM, {FEW} images, {name}, ms": 1000 * time for name, time in score.items()}
    rows["Score-CAM: grad-cam / ours"] = score["grad-cam"] / score["ours"]
    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=task.train.fingerprint, study="side_by_side")


def test_units(case, lazy_results: Path):
    task, model, *_ = case
    look, layer = Visualise(steps=10), f"{LAYER}.1"
    found = in_turn(
        {
            "in a batch": lambda: look(model, Channel(layer, torch.arange(UNITS))),
            "one at a time": lambda: [look(model, Channel(layer, torch.tensor([u]))) for u in range(UNITS)],
        },
        rounds=3,
    )
    rows = {f"visualising {UNITS} units, {look.steps} steps, {name}, ms": 1000 * t for name, t in found.items()}
    rows[f"visualising {UNITS} units: one at a time / in a batch"] = found["one at a time"] / found["in a batch"]
    speed_rows.keep(lazy_results, rows, n=3, data=task.train.fingerprint, study="side_by_side")
