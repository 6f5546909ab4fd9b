"""How rows of a table of embeddings are broken."""

from __future__ import annotations

import torch

from torch import Tensor


DAMAGES = ("zeros", "noise", "permuted")


def broken_table(table: Tensor, broken: Tensor, damage: str, generator: torch.Generator) -> Tensor:
    """Return a copy of a table with some rows broken.

    Args:
        table: (V, D).
        broken: (V,) bool, which rows.
        damage: "zeros"; "noise": numbers drawn by lot, each row as long as it was; "permuted": rows change places.
        generator: of the noise and the places.

    Raises:
        ValueError: there is no such damage.
    """
    if damage not in DAMAGES:
        raise ValueError(f"damage={damage!r}: expected one of {', '.join(DAMAGES)}")
    result, rows = table.clone(), table[broken]
    if damage == "zeros":
        result[broken] = 0.0
    elif damage == "noise":
        noise = torch.randn(rows.shape, generator=generator)
        result[broken] = noise / noise.norm(dim=1, keepdim=True) * rows.norm(dim=1, keepdim=True)
    else:
        result[broken] = rows[torch.randperm(len(rows), generator=generator)]
    return result
