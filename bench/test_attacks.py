"""Attacks beside those of foolbox, torchattacks and adv-lib: a 7 becomes a 3, more than 90 % sure.

    pip install --no-deps foolbox==3.3.4 torchattacks==3.5.1  # the latter wants requests 2.25, without need
    pip install eagerpy==0.30.0 GitPython requests websocket-client jsonpatch tornado "setuptools<81" wheel
    pip install --no-deps --no-build-isolation visdom==0.2.4 adv-lib==0.2.8
    pytest bench/test_attacks.py --lazy-results results

The same networks and sevens for all, one thread, processor time, taking turns. Whatever an attack says of itself, its
images are judged by our `TargetedConfidence`. Gradients are counted where they leave the network, of every image in the batch:
an image that has succeeded costs us none any more, and peers as many as any. The network lies in memory as torch makes
it, unless a row says channels last, which is how ours are kept. Asserts nothing.
"""

from __future__ import annotations

import copy
import statistics
import time

from functools import partial
from typing import NamedTuple

import pytest
import torch

from torch import Tensor, nn

from lazyartist.attacks.fmn import FMN
from lazyartist.attacks.bim import BIM
from lazyartist.attacks.pgd import PGD
from lazyartist.attacks.bisection import BisectionAttack
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.criteria import ATTACK_EPSILON
from lazyartist.studies.base import LAZY, STANDARD, Run
from lazyartist.studies.noise.minimum_noise import SOURCE, TARGET, painted, shown
from lazyartist.training.store import Store

from . import speed_rows


SEVENS, STEPS, ROUNDS = 200, 40, 3
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


@pytest.fixture(scope="module", params=["lazy", "erm"])
def case(request):
    for peer in ("foolbox", "torchattacks", "adv_lib.attacks"):
        pytest.importorskip(peer, reason=f"{peer} is not installed: see the top of this file")
    run = Run("mnist", "simple_cnn", request.param, 0, LAZY if request.param == "lazy" else STANDARD)
    ours, test = run.train(Store()).model.requires_grad_(False), run.task().hard["other"]
    index = shown(test, SOURCE, SEVENS)
    images = painted(test, index, "aligned")
    with torch.no_grad():
        right = ours(images).argmax(1) == SOURCE
    labels = test.labels[index][right]
    criterion = TargetedConfidence(torch.full_like(labels, TARGET), labels=labels)
    usual = copy.deepcopy(ours).to(memory_format=torch.contiguous_format)
    return Case(request.param, usual, ours, images[right], criterion, run.task().train.fingerprint)


class Counting(nn.Module):
    """Counts the images whose gradients were asked for."""

    def __init__(self, model):
        super().__init__()
        self.model, self.gradients = model, 0

    def forward(self, x):
        logits = self.model(x)
        if logits.requires_grad:
            logits.register_hook(self.count)
        return logits

    def count(self, gradient):
        self.gradients += len(gradient)


class Margin(nn.Module):
    """Two logits, 0 and the margin of a criterion: who looks for the second class looks for the confidence."""

    def __init__(self, model, criterion):
        super().__init__()
        self.model, self.criterion = model, criterion

    def forward(self, x):
        margin = self.criterion.margin(self.model(x))
        return torch.stack([torch.zeros_like(margin), margin], 1)


def our(attack, *arguments):
    return lambda model, images, criterion: attack(model, images, criterion, *arguments).images


def foolbox_pgd(model, images, criterion):
    import foolbox

    attack = foolbox.attacks.LinfPGD(rel_stepsize=STEP, steps=STEPS)
    criterion = foolbox.criteria.TargetedMisclassification(criterion.target)
    return attack(foolbox.PyTorchModel(model, bounds=(0, 1)), images, criterion, epsilons=ATTACK_EPSILON)[1]


def torchattacks_pgd(model, images, criterion):
    import torchattacks

    attack = torchattacks.PGD(model, eps=ATTACK_EPSILON, alpha=STEP * ATTACK_EPSILON, steps=STEPS)
    attack.set_mode_targeted_by_label(quiet=True)
    return attack(images, criterion.target)


def adv_lib_pgd(model, images, criterion):
    from adv_lib import attacks

    options = {"targeted": True, "steps": STEPS, "relative_step_size": STEP}
    return attacks.pgd_linf(model, images, criterion.target, ATTACK_EPSILON, **options)


def adv_lib_apgd(model, images, criterion):
    """It keeps images of the class that it looks for, however sure, so the class is the confidence."""
    from adv_lib import attacks

    options = {"targeted": True, "n_iter": STEPS - 1, "loss_function": "ce"}  # and a gradient before the first step
    second = torch.ones_like(criterion.target)
    return attacks.apgd(Margin(model, criterion), images, second, ATTACK_EPSILON, float("inf"), **options)


def foolbox_fmn(model, images, criterion, *, margin):
    """With our margin for its loss, or as it is: the criterion sees the confidence, and the loss only the answer."""
    import eagerpy
    import foolbox

    class Sure(foolbox.criteria.TargetedMisclassification):
        def __call__(self, perturbed, outputs):
            return eagerpy.astensor(criterion.holds(eagerpy.astensor(outputs).raw))

    criterion = Sure(criterion.target)
    if margin:
        model = Margin(model, criterion).eval()
        criterion = foolbox.criteria.TargetedMisclassification(torch.ones_like(criterion.target))
    fooled = foolbox.PyTorchModel(model, bounds=(0, 1))
    return foolbox.attacks.LInfFMNAttack(steps=100)(fooled, images, criterion, epsilons=None)[1]


def adv_lib_fmn(model, images, criterion):
    from adv_lib import attacks

    second = torch.ones_like(criterion.target)
    return attacks.fmn(Margin(model, criterion), images, second, float("inf"), targeted=True, steps=100)


def measured(ways, case, order="model", rounds=ROUNDS):
    """Return {way: (distances (N,), gradients an image, seconds)}; the ways take turns, forwards and back."""
    images, found, times = case.images, {}, {name: [] for name in ways}
    for i in range(rounds):
        for name in ways if i % 2 == 0 else reversed(ways):
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
                found[name] = distance, model.gradients / len(images)
    return {name: (*found[name], statistics.median(times[name])) for name in ways}


def test_fixed_epsilon(case, lazy_results):
    ways = {
        "ours, PGD": our(PGD(steps=STEPS, restarts=1), ATTACK_EPSILON),
        "ours, iterated sign": our(BIM(steps=STEPS), ATTACK_EPSILON),
        "foolbox PGD": foolbox_pgd,
        "torchattacks PGD": torchattacks_pgd,
        "adv-lib PGD": adv_lib_pgd,
        "adv-lib APGD with our margin": adv_lib_apgd,
    }
    what = f"{case.name}, 7 to 3 within {ATTACK_EPSILON:g}"
    rows = {}
    for order, words in (("model", ""), ("channels_last", ", channels last")):
        found = measured(ways, case, order)
        each = {name: 1e6 * seconds / gradients / len(case.images) for name, (_, gradients, seconds) in found.items()}
        for name, (distance, gradients, _) in found.items():
            if order == "model":
                within = distance < ATTACK_EPSILON + (0 if name.startswith("ours") else ROUNDING)
                rows[f"{what}, {name}: success, %"] = 100 * float(within.float().mean())
                rows[f"{what}, {name}: gradients an image"] = gradients
            rows[f"{what}, {name}{words}: µs a gradient"] = each[name]
        for name in (name for name in ways if not name.startswith("ours")):
            rows[f"{what}{words}: time, {name} / ours, PGD"] = found[name][2] / found["ours, PGD"][2]
            rows[f"{what}{words}: time a gradient, {name} / ours, PGD"] = each[name] / each["ours, PGD"]
    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=case.data, study="side_by_side")


def test_smallest_epsilon(case, lazy_results):
    found = measured(
        {
            "ours": our(FMN()),
            "ours, half the steps": our(FMN(steps=50)),
            "foolbox FMN": partial(foolbox_fmn, margin=False),
            "foolbox FMN with our margin": partial(foolbox_fmn, margin=True),
            "adv-lib FMN with our margin": adv_lib_fmn,
        },
        case,
    )
    slow = {
        "ours, twice the steps": our(FMN(steps=200)),
        "bisection over PGD": our(BisectionAttack(PGD(steps=STEPS, restarts=1))),
    }
    found |= measured(slow, case, rounds=1)
    what = f"{case.name}, 7 to 3, smallest ε"
    medians = {name: float(distance.median()) for name, (distance, *_) in found.items()}
    rows = {}
    for name, (_, gradients, seconds) in found.items():
        rows[f"{what}, {name}: median, thousandths"] = 1000 * medians[name]
        rows[f"{what}, {name}: gradients an image"] = gradients
        rows[f"{what}, {name}: ms an image"] = 1000 * seconds / len(case.images)
    for mine in ("ours", "ours, half the steps"):
        for name in (name for name in found if not name.startswith("ours")):
            rows[f"{what}: median, {name} / {mine}"] = medians[name] / medians[mine]
    rows[f"{what}: median, ours, twice the steps / ours"] = medians["ours, twice the steps"] / medians["ours"]
    speed_rows.keep(lazy_results, rows, n=ROUNDS, data=case.data, study="side_by_side")
