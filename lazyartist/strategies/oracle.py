"""ERM on images whose bias attribute says nothing of the class: the ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lazyartist.strategies import STRATEGIES
from lazyartist.strategies.base import Use
from lazyartist.strategies.erm import Erm


@STRATEGIES.register("oracle")
@dataclass(frozen=True)
class Oracle(Erm):
    """Plain training on the same images with bias attributes that say nothing: the ceiling, not a cure."""

    uses: ClassVar[frozenset[Use]] = frozenset({"unbiased_split"})
