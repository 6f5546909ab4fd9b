"""Lies: what is drawn on grey images so that it gives their class away, one file each.

The colour of a stroke, or of what lies behind it, is a lie with a family of images of its own, see
`lazyartist.data.coloured`. All others stand here: `mnist:bias=wave`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazyartist.registry import Registry


if TYPE_CHECKING:
    from lazyartist.data.lies.base import Lie

LIES: Registry[type[Lie]] = Registry("lie", __name__, variable="LIES", group="lazyartist.lies")
COLOUR = "colour"  # the lie that every dataset tells unless another one is named
