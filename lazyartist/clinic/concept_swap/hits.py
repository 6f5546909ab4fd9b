"""Two ways to make one number of ten: how often each prompt is answered with what it is to show."""

from __future__ import annotations

from torch import Tensor


def harmonic_mean(hits: Tensor) -> float:
    """Return the harmonic mean of shares (K,): one prompt that is never answered right makes it 0.

    Raises:
        ValueError: there are no shares, or they are not in [0, 1].
    """
    _check(hits)
    return float(1 / (1 / hits.double()).mean())  # 1 / 0 is ∞ for a tensor, and 1 / ∞ is 0


def mean_of_answered(hits: Tensor, least: float = 0.05) -> float:
    """Return the harmonic mean of the shares from `least` on, as the defective judge does; 0 where there are none.

    The olympiad's judge left out shares of 0. Here one four in a hundred or so is read as the nine that is wanted.

    Raises:
        ValueError: there are no shares, or they are not in [0, 1].
    """
    _check(hits)
    answered = hits[hits >= least]
    return harmonic_mean(answered) if len(answered) else 0.0


def _check(hits: Tensor) -> None:
    if hits.ndim != 1 or not len(hits) or not bool(((hits >= 0) & (hits <= 1)).all()):
        raise ValueError(f"hits of shape {tuple(hits.shape)}: expected a share in [0, 1] for each prompt, (K,)")
