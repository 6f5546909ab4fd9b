"""Bad inputs made from good calls: one argument in turn is wrong."""

from __future__ import annotations

import inspect
import math

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from torch import nn

from lazyartist.activations import activations
from lazyartist.attacks import ATTACKS
from lazyartist.attacks.criterion import TargetedConfidence
from lazyartist.attacks.gradient_masking import gradient_masking
from lazyartist.attribution import MAPS
from lazyartist.attribution.insertion_deletion import deletion, insertion
from lazyartist.attribution.layer import activation, map_layers
from lazyartist.attribution.randomisation import randomise_layers
from lazyartist.attribution.relevance_mass import pointing_game, relevance_mass
from lazyartist.attribution.road import remove_and_debias
from lazyartist.data.arrays import array_task
from lazyartist.data.coloured import colour
from lazyartist.data.make import make_task
from lazyartist.data.memory import memory_task
from lazyartist.data.sources import GreyImages
from lazyartist.inference import predict
from lazyartist.latents import LATENTS
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.learn import learn
from lazyartist.latents.pictures import Pictures
from lazyartist.networks import build
from lazyartist.networks.simple_cnn import SimpleCNN
from lazyartist.probes import accuracy
from lazyartist.probes.conflict_detection import judge_detection, mahalanobis
from lazyartist.probes.cue_conflict import recolour
from lazyartist.probes.groups import group_accuracy
from lazyartist.probes.polysemanticity import measure_polysemanticity
from lazyartist.probes.top_images import top_images
from lazyartist.probes.unit_selectivity import explain_variance, unit_selectivity
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.directions import difference_of_means, random_directions
from lazyartist.sae.erasure import erase_means, leace
from lazyartist.sae.metrics import explained_variance
from lazyartist.sae.sparse_probe import linear_probe, sparse_probe
from lazyartist.sae.steering import ablate, add, clamp, scale
from lazyartist.sae.train import train
from lazyartist.strategies import STRATEGIES
from lazyartist.training.budget import Budget
from lazyartist.training.fit import fit

from .bad_knobs import Bad


class Odd(SimpleCNN):
    """A network that returns something else than logits."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        super().__init__(10, 4)
        self.change = change

    def forward(self, x: Any) -> Any:
        return self.change(super().forward(x))


def _models() -> dict[str, Any]:
    grey = nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10))
    grey.conv2 = grey[0]
    changes: dict[str, Callable[[Any], Any]] = {
        "a tuple": lambda y: (y, y),
        "a dict": lambda y: {"logits": y},
        "NumPy": lambda y: y.detach().numpy(),
        "NaN": lambda y: y * math.nan,
        "infinity": lambda y: y + math.inf,
        "one number": lambda y: y[:, :1],
        "no rows": lambda y: y[:, 0],
        "classes": lambda y: y.argmax(1, keepdim=True).expand(-1, 10),
    }
    # evaluated, since the maps of a layer need no logits of these
    return {
        "None": None,
        "a name": "simple_cnn",
        "a function": lambda x: x,
        **{name: Odd(change).eval() for name, change in changes.items()},
        "half": build("simple_cnn:width=4", 10, 0).half(),
        "double": build("simple_cnn:width=4", 10, 0).double(),
        "grey": grey.eval(),
    }


def _images(good: Any) -> dict[str, Any]:
    return {
        "None": None, "a name": "images", "a list": good.tolist(), "NumPy": good.numpy(), "bytes": (255 * good).byte(),
        "one image": good[0], "grey": good[:, :1], "none": good[:0], "NaN": good * math.nan, "bright": good * 255,
        "double": good.double(),
    }  # fmt: skip


def _tensors(good: Any) -> dict[str, Any]:
    found = {"None": None, "a name": "x", "none": good[:0], "one less": good[:-1]}
    if good.is_floating_point():
        return {**found, "NaN": good * math.nan, "flat": good.reshape(-1)[:3]}
    return {**found, "below 0": good.long() - 100, "floats": good.double() + 0.5}


def wrong_for(name: str, good: Any) -> dict[str, Any]:
    """Return what must be refused in the place of a good argument: what it is called -> the value."""
    if isinstance(good, nn.Module):
        return _models()
    if isinstance(good, torch.Tensor):
        return _images(good) if good.ndim == 4 else _tensors(good)
    values: tuple[Any, ...]
    if isinstance(good, int):
        values = (1.5, math.nan, "x", None, -1, [])
    elif isinstance(good, float):
        values = (math.nan, math.inf, "x", None, [])
    elif isinstance(good, str):
        values = ("no such thing", 3, None)
    elif isinstance(good, tuple):
        values = (3, None, "x")
    else:
        values = (None, "x", 3)
    return {repr(value): value for value in values}


# What is no mistake: any seed is one, nothing bounds a noise, maps of a layer ask for no logits, a row less will do.
FINE = {
    ("*", "seed"), ("*", "epsilon", "inf"), ("eigen_cam", "target"), ("mahalanobis", "logits"),
    ("map_layers", "model", "a tuple"), ("map_layers", "model", "a dict"), ("map_layers", "model", "NumPy"),
    ("map_layers", "model", "NaN"), ("map_layers", "model", "infinity"), ("map_layers", "model", "one number"),
    ("map_layers", "model", "no rows"), ("map_layers", "model", "classes"), ("activations", "model", "a tuple"),
    ("activations", "model", "a dict"), ("activations", "model", "NumPy"), ("activations", "model", "NaN"),
    ("activations", "model", "infinity"), ("activations", "model", "one number"), ("activations", "model", "no rows"),
    ("activations", "model", "classes"), ("top_images", "activations", "one less"), ("train", "vectors", "one less"),
    ("memory_task", "split", "None"), ("memory_task", "target", "None"), ("memory_task", "size", "None"),
    ("memory_task", "factors", "None"),
}  # fmt: skip


def good_calls() -> dict[str, tuple[Callable[..., object], dict[str, Any]]]:
    """Return calls that are right: name -> function and arguments."""
    task = make_task("digits")
    split, model = task.easy.subset(torch.arange(60)), build("simple_cnn:width=4", 10, 0).eval()
    images, maps = split.render(slice(0, 4)), torch.rand(4, 28, 28, generator=torch.Generator().manual_seed(0))
    ask = {"model": model, "images": images}
    vectors = torch.randn(200, 8, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(200) % 2
    holds = labels.bool()
    grey, digits = np.full((200, 28, 28), 200, np.uint8), np.arange(200) % 10
    own = np.zeros((200, 3, 8, 8), np.uint8)
    factors = {"class": digits, "place": digits % 2}
    parts = np.array(["train", "easy", "test", "train"] * 50)

    def map_of(name: str) -> Callable[..., object]:
        layered = "layer" in inspect.signature(MAPS[name]).parameters
        return lambda layer="conv2", **words: MAPS.build(name, **({"layer": layer} if layered else {}))(**words)

    fast = {"bim": ":steps=2", "pgd": ":steps=2:restarts=1", "square": ":queries=5", "random_noise": ":queries=5",
            "fmn": ":steps=2", "bisection": ":rounds=1"}  # fmt: skip
    attacks = {name: ATTACKS.build(f"{name}{fast.get(name, '')}") for name in ATTACKS}
    criterion = TargetedConfidence(torch.full((4,), 3))
    calls: dict[str, tuple[Callable[..., object], dict[str, Any]]] = {
        **{name: (map_of(name), {**ask, "target": 3}) for name in MAPS},
        **{
            name: (
                attack,
                {
                    **ask,
                    "criterion": criterion,
                    **({"epsilon": 0.05} if "epsilon" in inspect.signature(attack).parameters else {}),
                },
            )
            for name, attack in attacks.items()
        },
        "array_task": (
            array_task,
            {"images": own, "factors": factors, "split": parts, "target": "class", "bias": "place"},
        ),
        "memory_task": (
            memory_task,
            {"images": own.transpose(0, 2, 3, 1), "factors": factors, "split": parts, "target": "class", "size": 8},
        ),
    }
    for function, arguments in (
        (accuracy, {"model": model, "split": split}),
        (recolour, {"model": model, "split": split}),
        (group_accuracy, {"model": model, "split": split}),
        (activations, {"model": model, "layer": "conv2", "split": split, "pooling": "pooled"}),
        (activation, {**ask, "layer": "conv2"}),
        (map_layers, ask),
        (gradient_masking, {**ask, "criterion": criterion}),
        (insertion, {**ask, "maps": maps, "target": 3, "baseline": "black", "steps": 3}),
        (deletion, {**ask, "maps": maps, "target": 3, "baseline": "black", "steps": 3}),
        (remove_and_debias, {**ask, "maps": maps, "target": 3, "shares": (0.5,)}),
        (randomise_layers, {**ask, "target": 3, "method": MAPS.build("saliency")}),
        (relevance_mass, {"maps": maps, "masks": {"a": maps > 0.5}}),
        (pointing_game, {"maps": maps, "mask": maps > 0.5}),
        (unit_selectivity, {"activations": vectors, "classes": labels, "attribute": labels, "least": 0.1}),
        (explain_variance, {"activations": vectors, "labels": labels, "resamples": 5}),
        (top_images, {"activations": vectors, "count": 3}),
        (measure_polysemanticity, {"activations": vectors, "classes": labels, "attribute": labels, "count": 5}),
        (judge_detection, {"score": vectors[:, 0], "conflicting": holds}),
        (mahalanobis, {"logits": vectors, "features": vectors, "labels": labels}),
        (train, {"variant": SAES.build("topk:k=2"), "vectors": vectors, "features": 4, "seeds": (0,),
                 "budget": SaeBudget(2, 16, 1e-3)}),
        (fit, {"strategy": STRATEGIES.build("erm"), "task": task, "network": "simple_cnn:width=2",
               "budget": Budget(epochs=0.1)}),
        (predict, {"model": model, "data": split}),
        (learn, {"variant": LATENTS.build("vae"), "pictures": Pictures(split.images), "coder": "basis_mlp",
                 "latents": 2, "budget": LatentBudget(steps=2)}),
        (sparse_probe, {"train": (vectors, labels), "test": (vectors, labels), "k": 2}),
        (linear_probe, {"train": (vectors, labels), "test": (vectors, labels)}),
        (explained_variance, {"x": vectors, "x_hat": vectors}),
        (leace, {"vectors": vectors, "groups": labels}),
        (erase_means, {"vectors": vectors, "groups": labels}),
        (difference_of_means, {"vectors": vectors, "holds": holds}),
        (random_directions, {"dimensions": 4, "n": 3}),
        (scale, {"features": (1,), "factor": 2.0}),
        (ablate, {"features": (1,)}),
        (clamp, {"features": (1,), "value": 1.0}),
        (add, {"features": (1,), "amount": 1.0}),
        (make_task, {"dataset": "digits", "seed": 0}),
        (GreyImages, {"train_images": grey, "train_labels": digits, "test_images": grey, "test_labels": digits}),
        (colour, {"images": grey, "labels": digits, "correlation": 0.95, "conflict": "all", "where": "foreground",
                  "palette": "hues"}),
        (build, {"spec": "simple_cnn:width=2", "classes": 10}),
        (Budget, {"epochs": 1.0, "batch_size": 64, "learning_rate": 0.1}),
        (SaeBudget, {"steps": 2, "batch_size": 16, "learning_rate": 1e-3}),
    ):  # fmt: skip
        calls[function.__name__] = (function, arguments)
    calls["build"] = (lambda spec, classes: build(spec, classes, 0), calls["build"][1])
    return calls


def bad_calls() -> Iterator[Bad]:
    """Yield every good call with one argument in turn that is wrong."""
    for name, (function, arguments) in good_calls().items():
        for key, good in arguments.items():
            for what, value in wrong_for(key, good).items():
                if FINE & {("*", key), (name, key), ("*", key, what), (name, key, what)}:
                    continue
                words = (*arguments, *(key.rstrip("s") for key in arguments), "layer", "Split", "name", "network")
                changed = {**arguments, key: value}
                yield Bad(f"{name}: {key} is {what}", words, lambda f=function, changed=changed: f(**changed))
