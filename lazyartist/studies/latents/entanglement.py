"""What a dataset's latents say of its lie before a classifier is trained: entangled latents, and odd images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from lazyartist.knobs import knob
from lazyartist.latents.class_outliers import class_outliers, learn_briefly, posterior_of_all
from lazyartist.latents.metrics.information import mutual_information
from lazyartist.latents.metrics.null import shuffled
from lazyartist.latents.pictures import Pictures
from lazyartist.probes.conflict_detection import judge_detection
from lazyartist.studies import STUDIES
from lazyartist.studies.base import Fact
from lazyartist.studies.datasets import DataRun, DataStudy
from lazyartist.studies.latents import metrics as names


if TYPE_CHECKING:
    from torch import Tensor

    from lazyartist.data.images import Split
    from lazyartist.data.task import Task
    from lazyartist.reporting.row import Key

TRAINED, FAIR = "training", "attribute says nothing"


@STUDIES.register("entanglement")
@dataclass(frozen=True)
class EntanglementStudy(DataStudy):
    """The latents of a dataset that lies: which tell attribute and class at once, and which images of a class are odd.

    Attributes:
        steps: of the autoencoder's training.
        images: how many training images it sees.
    """

    name: ClassVar[str] = "entanglement"
    default_datasets: ClassVar[tuple[str, ...]] = ("mnist", "fashion", "mnist:where=background", "room3d", "sprites2d")

    steps: int = knob(300, low=1, whole=True)
    images: int = knob(12_000, low=2, whole=True)

    def measure(self, run: DataRun, task: Task) -> Iterator[Fact]:
        """Yield what the latents tell of attribute and class, and how well they find conflicting images.

        Of the training images, and of others whose attribute says nothing of the class where there are some.
        """
        for name, split in {TRAINED: task.train, FAIR: task.unbiased}.items():
            if split is None:
                continue
            seen = split.subset(slice(0, self.images))
            pictures = Pictures(seen)
            model = learn_briefly(pictures, steps=self.steps, seed=run.seed)
            posterior = posterior_of_all(model, pictures)
            where: dict[str, Key] = {"split": name}
            yield from told_facts(posterior.mean, model.active, seen, where)
            conflicting = ~task.aligned(seen)
            if name == TRAINED and bool(conflicting.any()):
                oddness = class_outliers(posterior, model.active, seen.labels)
                quality = judge_detection(oddness, conflicting)
                flagged = oddness > 1
                yield Fact(names.AUROC, quality.auroc, len(seen), at=where)
                yield Fact(names.PRECISION_AVERAGE, quality.average_precision, len(seen), at=where)
                hits = int((flagged & conflicting).sum())
                yield Fact(names.PRECISION, hits / max(1, int(flagged.sum())), len(seen), at=where)
                yield Fact(names.RECALL, hits / int(conflicting.sum()), len(seen), at=where)


def told_facts(means: Tensor, active: Tensor, split: Split, where: dict[str, Key]) -> Iterator[Fact]:
    """Yield the shares of attribute and of class that latents tell, and the share of both that one latent tells."""
    values = torch.stack([split.attribute, split.labels], 1)
    for metric, factors in ((names.ENTANGLED, values), (names.ENTANGLED_NULL, shuffled(values))):
        told = mutual_information(means, factors, active=active).normalised  # (Z, 2)
        detail = [[round(share, 4) for share in line] for line in told.tolist()]
        yield Fact(metric, float(told.amin(1).max()), len(split), detail=detail, at=where)
        if metric == names.ENTANGLED:
            for name, share in zip(("attribute", "class"), told.amax(0).tolist(), strict=True):
                yield Fact(names.LARGEST, share, len(split), at={**where, "factor": name})
