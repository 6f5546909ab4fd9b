"""A training step of our TopK autoencoder beside those of overcomplete and dictionary_learning; seeds as one product.

    pip install --no-deps overcomplete==0.3.0 dictionary-learning==0.1.0
    pip install einops timm opencv-python-headless scikit-image
    pytest bench/test_autoencoders.py --lazy-results=results

Equal sizes, batches, vectors in memory, one thread. Medians of alternating runs; what comes before the first step is
taken away.
"""

from __future__ import annotations

import sys

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from torch import Tensor

from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.topk import TopK
from lazyartist.sae.train import train

from . import speed_rows
from .turns import ROUNDS, SMOKE, in_turn


N, D, F, K, BATCH = 1024 if SMOKE else 16384, 64, 512, 8, 512
STEPS = 2 if SMOKE else 100


@pytest.fixture(scope="module")
def x() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(N, D, generator=generator) @ torch.randn(D, D, generator=generator) / 8


def ours(x: Tensor, features: int = F, batch: int = BATCH, seeds: Sequence[int] = (0,), steps: int = STEPS) -> None:
    train(TopK(k=K), x, features=features, seeds=seeds, budget=SaeBudget(steps=steps, batch_size=batch))


def overcomplete(x: Tensor) -> Callable[[], None]:
    """Return a run of its own training loop, with its own loss and a loader that only slices."""
    import matplotlib as mpl

    from matplotlib import cm

    cm.get_cmap = mpl.colormaps.get_cmap  # type: ignore[attr-defined]  # it asks for a name that matplotlib 3.9 took away
    sae = pytest.importorskip("overcomplete.sae")
    losses, loop = (pytest.importorskip(f"overcomplete.sae.{name}") for name in ("losses", "train"))
    model = sae.TopKSAE(D, nb_concepts=F, top_k=K, encoder_module="linear")
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    batches = [x[torch.randint(N, (BATCH,))] for _ in range(STEPS)]

    def run() -> None:
        loop.train_sae(model, batches, losses.top_k_auxiliary_loss, optimizer, nb_epochs=1, clip_grad=1.0, monitoring=0)

    return run


def dictionary_learning(x: Tensor) -> Callable[[], None]:
    """Return a run of its own trainer, step by step."""
    stand_ins = {}  # for what is imported, and needed for language models only
    for name, what in (("nnsight", "LanguageModel"), ("transformers", "AutoConfig")):
        if name not in sys.modules:
            stand_ins[name] = ModuleType(name)
            setattr(stand_ins[name], what, object)
    sys.modules.update(stand_ins)
    try:
        trainer_of = pytest.importorskip("dictionary_learning.trainers.top_k").TopKTrainer
    finally:
        for name in stand_ins:
            del sys.modules[name]
    trainer = trainer_of(
        steps=10**6, activation_dim=D, dict_size=F, k=K, layer=0, lm_name="", lr=2e-3, warmup_steps=0, device="cpu"
    )
    batches = [x[torch.randint(N, (BATCH,))] for _ in range(STEPS)]
    done = SimpleNamespace(steps=0)

    def run() -> None:
        for batch in batches:
            trainer.update(done.steps, batch)
            done.steps += 1

    return run


@pytest.mark.parametrize("peer", [overcomplete, dictionary_learning], ids=lambda peer: peer.__name__)
def test_step_beside_peers(x: Tensor, peer: Any, lazy_results: Path) -> None:
    with torch.random.fork_rng(devices=[]):
        ways = {"ours": lambda: ours(x, steps=STEPS + 1), "start": lambda: ours(x, steps=1), "peer": peer(x)}
        seconds = in_turn(ways)
    own, theirs = seconds["ours"] - seconds["start"], seconds["peer"]
    name = peer.__name__
    what = {
        f"autoencoder step, beside {name}, ms": 1e3 * own / STEPS,
        f"autoencoder step of {name}, ms": 1e3 * theirs / STEPS,
        f"autoencoder step / that of {name}": own / theirs,
    }
    speed_rows.keep(lazy_results, what, n=ROUNDS, data="", study="side_by_side")


@pytest.mark.parametrize("batch", [64, 256, 512])
def test_five_seeds_as_one(x: Tensor, batch: int, lazy_results: Path) -> None:
    """As the study trains them, and with other batches: what is saved is what each call costs before it computes."""

    def run(seeds: Sequence[int], steps: int) -> Callable[[], None]:
        return lambda: ours(x, 64, batch, seeds, steps)

    together, alone = range(5), (0,)
    seconds = in_turn(
        {f"{len(seeds)} {steps}": run(seeds, steps) for seeds in (together, alone) for steps in (STEPS + 1, 1)}
    )
    one, five = (seconds[f"{n} {STEPS + 1}"] - seconds[f"{n} 1"] for n in (1, 5))
    what = f"five autoencoders in turn / as one, batches of {batch}"
    speed_rows.keep(lazy_results, {what: 5 * one / five}, n=ROUNDS, data="", study="side_by_side")
