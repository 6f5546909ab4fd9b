"""What figures and pages show of an image that is odd; torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    import numpy as np

    from numpy.typing import NDArray

    Picture = NDArray[np.float32]  # (H, W, 1 or 3) in [0, 1]


@dataclass(frozen=True, eq=False)
class OddImage:
    """One image of a batch that is unlike the others.

    Attributes:
        name: what it is called: the name of its file.
        image: (H, W, 1 or 3) in [0, 1].
        distance: how odd it is.
        z: one z-score per latent; NaN for latents that are not in use.
        latent: the one that deviates most.
        reconstruction: (H, W, 1 or 3), what the decoder makes of it; None where there is none.
        counterfactual: (H, W, 1 or 3), what it would look like otherwise; None where there is none.
        words: what was changed for that, in words.
    """

    name: str
    image: Picture
    distance: float
    z: Sequence[float]
    latent: int
    reconstruction: Picture | None = None
    counterfactual: Picture | None = None
    words: str = ""


def latent_name(latent: int, circles: int) -> str:
    """Return what figures and pages call a latent: "2 (angle)" or "5 (line)"; the first ones are the angles."""
    return f"{latent} ({'angle' if latent < circles else 'line'})"
