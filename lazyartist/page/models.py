"""The models that the page shows: trained, or fetched from the store, one after the other while one draws."""

from __future__ import annotations

import copy
import itertools
import re
import threading
import time

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch

from lazyartist.attribution.layer import map_layers
from lazyartist.device import everywhere
from lazyartist.inference import outputs
from lazyartist.page.drawing import SIDE
from lazyartist.strategies import STRATEGIES
from lazyartist.studies.colours import colour_of
from lazyartist.training.store import Trained


if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from lazyartist.studies.classifiers import Run
    from lazyartist.training.store import Provenance, Store

State = Literal["waiting", "training", "ready", "failed"]

# first weights are drawn from torch's one global generator: two threads that train at once would disturb each other
DRAWING = threading.RLock()


@dataclass(eq=False)
class Shown:
    """A model of the page.

    Attributes:
        name: what it is called, and asked for by.
        about: how it was made, in words.
        code: the Python lines that make `model` again.
        make: makes it; what comes from the store has a key.
        state: how far it is.
        reason: why it failed.
        began: when its training began.
        colour: what marks it on the page.
        layers: the names of its layers that put out maps, once it is ready.
        key: what the store knows it by.
        lock: held by whoever uses `tool`.
    """

    name: str
    about: str
    code: str
    make: Callable[[], nn.Module | Trained]
    state: State = "waiting"
    reason: str = ""
    began: float = 0.0
    colour: str = ""
    layers: tuple[str, ...] = ()
    key: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _model: nn.Module | None = None
    _tool: nn.Module | None = None

    def get_ready(self, classes: int | None = None) -> None:
        """Train or fetch it, and see that it answers with so many classes; a failure is kept and told."""
        self.state, self.began = "training", time.monotonic()
        try:
            with DRAWING:
                made = self.make()
            if isinstance(made, Trained):
                self.key, made = made.provenance.key, made.model
                self.code += f"# the store's key: {self.key}\n"
            model, blank = made.eval().requires_grad_(False), torch.zeros(2, 3, SIDE, SIDE)
            with torch.no_grad():
                outputs(model, blank, classes)
            self.layers = map_layers(model, blank)
            self._model, self._tool = model, copy.deepcopy(model)
            self.state = "ready"
        except Exception as error:  # told on the page: the others go on
            self.state, self.reason = "failed", str(error) or type(error).__name__

    @property
    def seconds(self) -> float:
        """How long it has been trained for."""
        return time.monotonic() - self.began if self.state == "training" else 0.0

    @property
    def tool(self) -> nn.Module:
        """A copy for maps, attacks and dials, which is in use by whoever holds `lock`: live answers need not wait."""
        assert self._tool is not None
        return self._tool

    def probabilities(self, images: Tensor) -> list[list[float]]:
        """Return what it answers to images (N, 3, 28, 28), a probability per class, rounded to six digits."""
        assert self._model is not None
        with torch.no_grad():
            shares = outputs(self._model, images).double().softmax(1)
        return [[round(share, 6) for share in line] for line in shares.tolist()]


class Models:
    """All models of the page, in order; a thread makes them ready one by one.

    Args:
        shown: the first ones.
        classes: that each must know.
    """

    def __init__(self, shown: Sequence[Shown], classes: int) -> None:
        self._shown: dict[str, Shown] = {}
        self.classes = classes
        for one in shown:
            self.add(one)

    def add(self, shown: Shown) -> None:
        """Put one behind the others; where its name is taken, it is given a number."""
        name = shown.name
        for number in itertools.count(2):
            if shown.name not in self._shown:
                break
            shown.name = f"{name} {number}"
        shown.colour = colour_of(re.split(r"\W", shown.name)[0], {one.colour for one in self})
        self._shown[shown.name] = shown

    def __iter__(self) -> Iterator[Shown]:
        return iter(list(self._shown.values()))

    def __getitem__(self, name: str) -> Shown:
        return self._shown[name]

    def __contains__(self, name: object) -> bool:
        return name in self._shown

    def start(self) -> threading.Thread:
        """Begin to make them ready."""
        thread = threading.Thread(target=everywhere(self._work), name="models of the page", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        for one in self:
            if one.state == "waiting":
                one.get_ready(self.classes)


def from_run(run: Run, store: Store) -> Shown:
    """Return the model of a run, from the store or trained when its turn comes."""
    code = (
        "import torch\n\n"
        "from lazyartist.studies.classifiers import Run\n"
        "from lazyartist.training.budget import Budget\n"
        "from lazyartist.training.store import Store\n\n"
        "torch.set_num_threads(1)  # another number gives other bits\n"
        f"model = {run!r}.train(Store()).model\n"
    )
    about = f"{run.strategy} on {run.dataset}, {run.network}, {run.budget.epochs:g} epochs, seed {run.seed}"
    return Shown(run.strategy, about, code, lambda: run.train(store))


def from_file(path: Path, network: str | None, *, trust: bool) -> Shown:
    """Return the model of a file that the command line named."""
    from lazyartist.networks.load import load_model

    code = (
        "from pathlib import Path\n\n"
        "from lazyartist.networks.load import load_model\n\n"
        f"model = load_model(Path({str(path)!r}), {network!r}, trust={trust})\n"
    )
    return Shown(path.stem, f"from {path.name}", code, lambda: load_model(path, network, trust=trust))


def from_store(store: Store, provenance: Provenance) -> Shown:
    """Return a model that the store holds."""
    from lazyartist.networks import build

    spec = provenance.spec
    network, classes, seed = str(spec["network"]).split()[0], int(spec["sizes"][0]), int(spec["seed"])

    def make() -> nn.Module:
        kept = store.find(provenance)
        if kept is None:
            raise ValueError(f"the store no longer holds {provenance.key}")
        model = build(network, classes, seed)
        model.load_state_dict(dict(kept.tensors))
        return model

    code = (
        "from lazyartist.networks import build\n"
        "from lazyartist.training.store import Store\n\n"
        "store = Store()\n"
        f"found = next(one for one, _ in store.list() if one.key == {provenance.key!r})\n"
        f"model = build({network!r}, {classes}, {seed}).eval()\n"
        "model.load_state_dict(dict(store.find(found).tensors))\n"
    )
    strategy = _named(str(spec["strategy"]))
    about = f"{strategy} on {spec['dataset']}, {network}, {spec['budget']['epochs']:g} epochs, seed {seed}"
    return Shown(f"{strategy.partition(' ')[0]} {provenance.key[:6]}", about, code, make, key=provenance.key)


def _named(strategy: str) -> str:
    """Return what a strategy is called, from how it is written in Python; with its knobs if some are not as usual."""
    kind, _, knobs = strategy.partition("(")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()
    usual = name in STRATEGIES and repr(STRATEGIES.build(name)) == strategy
    return name if usual or knobs == ")" else f"{name} ({knobs}"
