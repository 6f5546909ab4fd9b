"""Ways to train, one file each. A new one is a new file here; nothing else has to be touched.

`STRATEGIES.build("focal:gamma=5")` makes one from its name and the knobs behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.strategies.base import Strategy

STRATEGIES: Registry[type[Strategy]] = Registry("strategy", __name__)
