"""Seeds made from names, so that a result does not depend on what ran before it."""

from __future__ import annotations

import hashlib


def seed_from(*names: object) -> int:
    """Return a seed in [0, 2^63) that depends on `names` and on nothing else.

    `seed_from("order", 3)` and `seed_from("initial weights", 3)` are unrelated, so one user-facing seed can feed
    every source of randomness of a run without any two of them sharing a stream.
    """
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
