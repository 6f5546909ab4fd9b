"""Attacks beside those of foolbox, torchattacks and adv-lib: a 7 becomes a 3, more than 90 % sure.

    pip install --no-deps foolbox==3.3.4 torchattacks==3.5.1  # the latter wants requests 2.25, without need
    pip install eagerpy==0.30.0 GitPython requests websocket-client jsonpatch tornado "setuptools<81" wheel
    pip install --no-deps --no-build-isolation visdom==0.2.4 adv-lib==0.2.8
    pytest bench/test_attacks.py --lazy-results=results

The same networks and sevens for all, one thread, processor time, taking turns. Whatever an attack says of itself, its
images are judged by our `TargetedConfidence`. Gradients are counted where they leave the network, of every image in the
batch: an image that has succeeded costs us none any more, and peers as many as any. The network lies in memory as torch
makes it, unless a row says channels last, which is how ours are kept. Asserts nothing.
"""

from __future__ import annotations

import copy
import importlib
import statistics
import time

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from torch import Tensor, nn

from lazyartist.attacks.bim import BIM
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.pgd import PGD
from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.classifiers import STANDARD, Run
from lazyartist.studies.lazy import LAZY
from lazyartist.training.store import Store

from . import speed_rows
from .peers import say_missing, with_installed
from .turns import DATASET, SMOKE, rounds


SOURCE, TARGET = 7, 3
SEVENS, STEPS, ROUNDS = 8 if SMOKE else 200, 4 if SMOKE else 40, rounds(3)
FMN_STEPS = 10 if SMOKE else 100
STEP = 1 / 4  # of ε, of the peers, which keep it: they fool no more with their own 1/30, nor with 1/8, and fewer with 1
ROUNDING = 1e-6  # peers leave the box by some 1e-8


class Case(NamedTuple):
    """A network, in both orders of memory, and the sevens that it names right."""

    name: str
    model: nn.Module
    channels_last: nn.Module
    images: Tensor
    criterion: TargetedConfidence
    data: str


Attack = Callable[[nn.Module, Tensor, TargetedConfidence], Tensor]  # (network, images, criterion) to changed images


@pytest.fixture(scope="module", params=[LAZY, "erm"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    run = Run(DATASET, "simple_cnn", request.param, 0, STRATEGIES[request.param].budget or STANDARD)
    store = Store(tmp_path_factory.mktemp("store")) if SMOKE else Store()
    ours, task = run.train(store).model.requires_grad_(False), run.task()
    index = (task.test.labels == SOURCE).nonzero()[:SEVENS, 0]
    images = task.test.render(index, task.own_attribute[task.test.labels[index]])
    with torch.no_grad():
        right = ours(images).argmax(1) == SOURCE
    if not right.any():  # digits are few and soon learnt by colour alone: all of them will do for a smoke round
        right = torch.ones_like(right)
    labels = task.test.labels[index][right]
    criterion = TargetedConfidence(torch.full_like(labels, TARGET), labels=labels)
    usual = copy.deepcopy(ours).to(memory_format=torch.contiguous_format)
    return Case(request.param, usual, ours, images[right], criterion, task.train.fingerprint)


class Counting(nn.Module):
    """Counts the images whose gradients were asked for."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model, self.gradients = model, 0

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.model(x)
        if logits.requires_grad:
            logits.register_hook(self.count)
        return logits

    def count(self, gradient: Tensor) -> None:
        self.gradients += len(gradient)


class Margin(nn.Module):
    """Two logits, 0 and the margin of a criterion: an attack on the second class is one on the confidence."""

    def __init__(self, model: nn.Module, criterion: TargetedConfidence) -> None:
        super().__init__()
        self.model, self.criterion = model, criterion

    def forward(self, x: Tensor) -> Tensor:
        margin = self.criterion.margin(self.model(x))
        return torch.stack([torch.zeros_like(margin), margin], 1)


def our(attack: Any, *arguments: float) -> Attack:
    return lambda model, images, criterion: attack(model, images, criterion, *arguments).images


def foolbox_pgd(model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> Tensor:
    import foolbox

    attack = foolbox.attacks.LinfPGD(rel_stepsize=STEP, steps=STEPS)
    misclassified = foolbox.criteria.TargetedMisclassification(criterion.target)
    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1))
    noisy: Tensor = attack(wrapped, images, misclassified, epsilons=ATTACK_EPSILON)[1]
    return noisy


def torchattacks_pgd(model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> Tensor:
    import torchattacks

    attack = torchattacks.PGD(model, eps=ATTACK_EPSILON, alpha=STEP * ATTACK_EPSILON, steps=STEPS)
    attack.set_mode_targeted_by_label(quiet=True)
    noisy: Tensor = attack(images, criterion.target)
    return noisy


def adv_lib_pgd(model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> Tensor:
    from adv_lib import attacks

    options = {"targeted": True, "steps": STEPS, "relative_step_size": STEP}
    noisy: Tensor = attacks.pgd_linf(model, images, criterion.target, ATTACK_EPSILON, **options)
    return noisy


def adv_lib_apgd(model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> Tensor:
    """It keeps images of the class that it looks for, however sure, so the class is the confidence."""
    from adv_lib import attacks

    options = {"targeted": True, "n_iter": STEPS - 1, "loss_function": "ce"}  # and a gradient before the first step
    second = torch.ones_like(criterion.target)
    noisy: Tensor = attacks.apgd(Margin(model, criterion), images, second, ATTACK_EPSILON, float("inf"), **options)
    return noisy


def foolbox_fmn(model: nn.Module, images: Tensor, criterion: TargetedConfidence, *, margin: bool) -> Tensor:
    """With our margin for its loss, or as it is: the criterion sees the confidence, and the loss only the answer."""
    import foolbox

    eagerpy = importlib.import_module("eagerpy")  # comes with foolbox
    kinds = foolbox.criteria

    class Sure(kinds.TargetedMisclassification):
        def __call__(self, perturbed: Any, outputs: Any) -> Any:
            return eagerpy.astensor(criterion.holds(eagerpy.astensor(outputs).raw))

    if margin:
        model = Margin(model, criterion).eval()
        success = kinds.TargetedMisclassification(torch.ones_like(criterion.target))
    else:
        success = Sure(criterion.target)
    attack = foolbox.attacks.LInfFMNAttack(steps=FMN_STEPS)
    noisy: Tensor = attack(foolbox.PyTorchModel(model, bounds=(0, 1)), images, success, epsilons=None)[1]
    return noisy


def adv_lib_fmn(model: nn.Module, images: Tensor, criterion: TargetedConfidence) -> Tensor:
    from adv_lib import attacks

    second, inside = torch.ones_like(criterion.target), Margin(model, criterion)
    noisy: Tensor = attacks.fmn(inside, images, second, float("inf"), targeted=True, steps=FMN_STEPS)
    return noisy


FIXED: dict[str, Attack] = {
    "ours, PGD": our(PGD(steps=STEPS, restarts=1), ATTACK_EPSILON),
    "ours, iterated sign": our(BIM(steps=STEPS), ATTACK_EPSILON),
    "foolbox PGD": foolbox_pgd,
    "torchattacks PGD": torchattacks_pgd,
    "adv-lib PGD": adv_lib_pgd,
    "adv-lib APGD with our margin": adv_lib_apgd,
}
SMALLEST: dict[str, Attack] = {
    "ours": our(FMN(steps=FMN_STEPS)),
    "ours, half the steps": our(FMN(steps=FMN_STEPS // 2)),
    "foolbox FMN": partial(foolbox_fmn, margin=False),
    "foolbox FMN with our margin": partial(foolbox_fmn, margin=True),
    "adv-lib FMN with our margin": adv_lib_fmn,
}
SLOW: dict[str, Attack] = {
    "ours, twice the steps": our(FMN(steps=2 * FMN_STEPS)),
    "bisection over PGD": our(BisectionAttack(PGD(steps=STEPS, restarts=1))),
}
LIBRARIES = {"foolbox": "foolbox", "torchattacks": "torchattacks", "adv-lib": "adv_lib.attacks"}
NEEDS = {name: LIBRARIES[name.split()[0]] for name in {**FIXED, **SMALLEST} if name.split()[0] in LIBRARIES}


def measured(
    ways: Mapping[str, Attack], case: Case, order: str = "model", rounds: int = ROUNDS
) -> dict[str, tuple[Tensor, float, float]]:
    """Return {way: (distances (N,), gradients per image, seconds)}; the ways take turns, forwards and back."""
    images, results = case.images, {}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for i in range(rounds):
        for name in ways if i % 2 == 0 else reversed(list(ways)):
            model = Counting(getattr(case, order)).eval()
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(i)
                start = time.process_time()
                noisy = ways[name](model, images, case.criterion)
                times[name].append(time.process_time() - start)
            if i == 0:
                with torch.no_grad():
                    sure = case.criterion.holds(case.model(noisy))
                distance = (noisy - images).abs().amax((1, 2, 3)).masked_fill(~sure, torch.inf)
                results[name] = distance, model.gradients / len(images)
    return {name: (*results[name], statistics.median(times[name])) for name in ways}


def test_fixed_epsilon(case: Case, lazy_results: Path) -> None:
    what = f"{case.name}, 7 to 3 within {ATTACK_EPSILON:g}"
    ways, rows = with_installed(FIXED, NEEDS), {}
    for order, words in (("model", ""), ("channels_last", ", channels last")):
        results = measured(ways, case, order)
        each = {n: 1e6 * seconds / gradients / len(case.images) for n, (_, gradients, seconds) in results.items()}
        for name, (distance, gradients, _) in results.items():
            if order == "model":
                within = distance < ATTACK_EPSILON + (ROUNDING if name in NEEDS else 0)
                rows[f"{what}, {name}: success, %"] = 100 * float(within.float().mean())
                rows[f"{what}, {name}: gradients per image"] = gradients
            rows[f"{what}, {name}{words}: µs per gradient"] = each[name]
        for name in (name for name in ways if name in NEEDS):
            rows[f"{what}{words}: time, {name} / ours, PGD"] = results[name][2] / results["ours, PGD"][2]
            rows[f"{what}{words}: time per gradient, {name} / ours, PGD"] = each[name] / each["ours, PGD"]
    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=case.data, study="side_by_side")
    say_missing({name: NEEDS[name] for name in FIXED if name in NEEDS})


def test_smallest_epsilon(case: Case, lazy_results: Path) -> None:
    results = {**measured(with_installed(SMALLEST, NEEDS), case), **measured(SLOW, case, rounds=1)}
    what = f"{case.name}, 7 to 3, smallest ε"
    medians = {name: float(distance.median()) for name, (distance, *_) in results.items()}
    rows = {}
    for name, (_, gradients, seconds) in results.items():
        rows[f"{what}, {name}: median, thousandths"] = 1000 * medians[name]
        rows[f"{what}, {name}: gradients per image"] = gradients
        rows[f"{what}, {name}: ms per image"] = 1000 * seconds / len(case.images)
    for ours in ("ours", "ours, half the steps"):
        for name in (name for name in results if name in NEEDS):
            rows[f"{what}: median, {name} / {ours}"] = medians[name] / medians[ours]
    rows[f"{what}: median, ours, twice the steps / ours"] = medians["ours, twice the steps"] / medians["ours"]
    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=case.data, study="side_by_side")
    say_missing({name: NEEDS[name] for name in SMALLEST if name in NEEDS})
