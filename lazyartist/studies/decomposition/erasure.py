"""Task 6: can a lazy model be cured without training, by taking the bias attribute out of its last hidden layer?"""

from __future__ import annotations

import hashlib

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lazyartist.activations import activations
from lazyartist.knobs import knob
from lazyartist.probes import accuracy
from lazyartist.provenance import code_digest
from lazyartist.sae.directions import Edit, random_features, set_channels
from lazyartist.sae.erasure import erase_means, leace
from lazyartist.sae.labelling import label_features
from lazyartist.sae.scr import Pairs, spurious_correlation_removal
from lazyartist.sae.steering import ablate, intervene
from lazyartist.statistics import eta_squared
from lazyartist.strategies import STRATEGIES
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.classifiers import Run, has_knob
from lazyartist.studies.decomposition.metrics import CEILING, OWN_HEAD, REFITTED_HEAD, SCR, UNEDITED
from lazyartist.studies.decomposition.trained_saes import VARIANT, LastLayerStudy
from lazyartist.studies.lazy import LAZY
from lazyartist.training.budget import Budget


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task
    from lazyartist.sae.base import SparseAutoencoder
    from lazyartist.studies.decomposition.last_layer import LastLayer
    from lazyartist.training.store import Store, Trained


@STUDIES.register("erasure")
@dataclass(frozen=True)
class ErasureStudy(LastLayerStudy):
    """Task 6: the cure without training: the attribute erased in a lazy model, and in one trained for long.

    A strategy with a budget of its own, such as the lazy one, is lazy by its budget. Plain training is lazy here by a
    strong shortcut: it is trained for long, where few images conflict, and none has its class's value by luck.

    Attributes:
        strong_correlation: of the strong shortcut; datasets whose correlation cannot be chosen are taken as they are.
        refitted_on: unbiased training images that a new last layer is fitted to.
        scr_counts: how many features SCR ablates.
        scr_classes: the two classes of SCR; of a dataset that lacks one of them, the first two.
        variant: of sparse autoencoder, with its knobs.
    """

    name: ClassVar[str] = "erasure"
    default_strategies: ClassVar[tuple[str, ...]] = (LAZY, "erm")
    standard: ClassVar[Budget] = Budget(epochs=4)

    strong_correlation: float = knob(0.995, low=0, high=1)
    refitted_on: int = knob(5000, low=2, whole=True)
    scr_counts: tuple[int, ...] = knob((2, 5, 10, 20), low=1, whole=True)
    scr_classes: tuple[int, ...] = knob((3, 8), low=0, whole=True)
    variant: str = VARIANT

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.scr_classes)) != 2 or len(self.scr_classes) != 2:
            raise ValueError(f"scr_classes={self.scr_classes}: expected two different classes, such as (3, 8)")

    def sae_variants(self) -> Sequence[str]:
        """Return the one variant."""
        return (self.variant,)

    def digest(self, run: Run) -> str:
        """Return what decides the rows of a run: also the code of the oracle, which it is compared with."""
        code = code_digest(STRATEGIES.configured(CEILING)[0])
        return hashlib.sha256(f"{super().digest(run)} {code}".encode()).hexdigest()[:16]

    def runs(self) -> list[Run]:
        """Return the runs; those of strategies without a budget of their own are at the strong correlation."""
        return [self._strong(run) for run in super().runs()]

    def _strong(self, run: Run) -> Run:
        own_budget = type(STRATEGIES.build(run.strategy)).budget is not None
        if own_budget or not has_knob(run.dataset, "correlation"):
            return run
        return run.with_data(correlation=self.strong_correlation, conflict="others")

    def facts(self, run: Run, trained: Trained, store: Store) -> Iterator[Fact]:
        """Yield accuracies after every edit, by the model's head and by a refitted one; SCR; the oracle's accuracies.

        The oracle had the same network, images and seed, and was trained for long. To it the correlation of the
        training images is nothing: there is one for all of them.
        """
        task = run.task()
        layer = self.last_layer(run, trained)
        sae, _ = self.sae_pair(store, trained, layer, self.variant)
        splits = judged(task)
        vectors = {name: activations(trained.model, layer.name, split) for name, split in splits.items()}
        for kind, edit in edits(layer, sae, run.seed).items():
            refitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
            fitted_on = slice(0, self.refitted_on)
            refitted.fit(edit(layer.fair_vectors[fitted_on]).cpu().numpy(), layer.fair.labels[fitted_on].cpu().numpy())
            for name, split in splits.items():
                x = edit(vectors[name])
                right = layer.answers(x) == split.labels
                again = torch.as_tensor(refitted.predict(x.cpu().numpy())) == split.labels
                for head, correct in ((OWN_HEAD, right), (REFITTED_HEAD, again)):
                    where = {"edit": kind, "head": head}
                    yield Fact(f"{name}_accuracy", float(correct.double().mean()), len(split), at=where)
        yield from self.scr_facts(layer, sae)
        ceiling = replace(run, strategy=CEILING, budget=self.budget_of(CEILING), data=()).train(store)
        for name, split in splits.items():
            measured = accuracy(ceiling.model, split)
            yield Fact(f"{name}_accuracy", measured.value, measured.n, at={"edit": CEILING, "head": OWN_HEAD})

    def scr_facts(self, layer: LastLayer, sae: SparseAutoencoder) -> Iterator[Fact]:
        """Yield SCR, for each number of ablated features that there are; nothing where no two classes can be told."""
        two = self.scr_classes if max(self.scr_classes) < layer.fair.classes else (0, 1)
        if layer.own_attribute[two[0]] == layer.own_attribute[two[1]]:
            return  # what both classes have in common misleads nobody
        train_on = pairs(layer.fair_vectors, layer.fair, layer.own_attribute, two)
        test_on = pairs(layer.test_vectors, layer.test, layer.own_attribute, two)
        counts = [n for n in self.scr_counts if n <= sae.features]
        for count, score in spurious_correlation_removal(sae, train_on, test_on, counts=counts).items():
            yield Fact(SCR, score, len(test_on.x), at={"ablated": count})


def judged(task: Task) -> dict[str, Split]:
    """Return the splits that accuracies are taken on."""
    return {"easy": task.easy, **{f"hard_{way}": split for way, split in task.hard.items()}}


def edits(layer: LastLayer, sae: SparseAutoencoder, seed: int) -> dict[str, Edit]:
    """Return ways to take the attribute out of vectors (N, D), all chosen on images whose attribute says nothing."""
    x, attribute = layer.fair_vectors, layer.fair.attribute
    cards = label_features(sae.encode(x), layer.fair)
    about_bias = [card.index for card in cards if card.kind in layer.fair.bias]
    living = [card.index for card in cards if card.density > 0]
    # as many of each, or all that there are
    channels = eta_squared(x, attribute).argsort(descending=True)[: len(about_bias)].tolist()
    return {
        UNEDITED: lambda vectors: vectors,
        f"{' and '.join(layer.fair.bias)} features": intervene(sae, ablate(about_bias)),
        "raw channels": set_channels(channels, x.mean(0)),
        "difference of means": erase_means(x, attribute),
        "LEACE": leace(x, attribute),
        "random features": intervene(sae, ablate(random_features(living, len(about_bias), seed))),
    }


def pairs(x: Tensor, split: Split, own_attribute: Tensor, classes: tuple[int, ...]) -> Pairs:
    """Return the vectors of two classes, each with its own attribute value or with the other's."""
    a, b = classes
    of_a, of_b = (split.attribute == own_attribute[label] for label in classes)
    chosen = ((split.labels == a) | (split.labels == b)) & (of_a | of_b)
    return Pairs(x[chosen], split.labels[chosen] == a, of_a[chosen])
