"""A case that takes no time: a pair of scales that show too much."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

from lazyartist.clinic import CASES, REMEDIES
from lazyartist.clinic.base import Admission, Case, Remedy, Score, WriteUp


@dataclass(frozen=True)
class Scales(Case):
    """The scales show more than things weigh."""

    name: ClassVar[str] = "scales"
    defect: ClassVar[str] = "The scales show more than things weigh."
    metric: ClassVar[str] = "mean error in grams"
    direction: ClassVar[str] = "lower"
    write_up: ClassVar[WriteUp] = WriteUp("half", 40.0)
    cure: ClassVar[str] = "tare"
    lesson: ClassVar[str] = "It counts light things only."

    excess: float = 5.0

    def draw(self, seed, shelf):
        generator = torch.Generator().manual_seed(seed)
        weights = torch.rand(40, generator=generator)
        noise = shelf.keep("noise", seed, lambda: {"noise": 0.01 * torch.rand(40, generator=generator)})["noise"]
        shown = weights + self.excess + noise
        return Admission({"empty": self.excess, "shown": shown}, weights)

    def baseline(self, patient, seed):
        return patient["shown"]

    def oracle(self, admission, seed):
        return admission.sealed

    def judge(self, treated, sealed):
        errors = (treated - sealed).abs()
        return Score(float(errors.mean()), len(errors), {"worst": float(errors.max())}, defective=0.0)


@dataclass(frozen=True)
class Tare(Remedy):
    """Take off what the empty scales show."""

    share: float = 1.0

    def treat(self, patient, seed):
        return patient["shown"] - self.share * patient["empty"]


@dataclass(frozen=True)
class Half(Tare):
    """Take off half of it."""

    share: float = 0.5


@pytest.fixture
def scales():
    """Register the case and its remedies, and take them away afterwards."""
    CASES.register("scales")(Scales)
    REMEDIES.register("scales.tare")(Tare)
    REMEDIES.register("scales.half")(Half)
    yield Scales()
    del CASES._things["scales"], REMEDIES._things["scales.tare"], REMEDIES._things["scales.half"]
