"""Words about many things at once, and warnings that are given once."""

from __future__ import annotations

import logging

from collections.abc import Sequence
from functools import cache


SHOWN = 10  # problems that a message lists; the rest is counted

log = logging.getLogger(__name__)


def listed(problems: Sequence[str]) -> str:
    """Return problems on a line each, ten at most, and how many more there are."""
    more = [f"and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
    return "".join(f"\n  - {problem}" for problem in [*problems[:SHOWN], *more])


@cache
def warn_once(message: str) -> None:
    """Log a warning, unless this process did so before: the same data are made into tasks again for every seed."""
    log.warning("%s", message)
