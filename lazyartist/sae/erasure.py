"""Erasing an attribute from vectors by a linear map in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor
from torch.nn.functional import one_hot


RANK = 1e-8  # relative singular values below this are noise


@dataclass(frozen=True, eq=False)
class Eraser:
    """The edit x − (x − centre) Q: what Q lets through is taken away.

    Attributes:
        centre: (D,), the mean of the vectors it was fitted on, which it leaves in place.
        removed: (D, D), the map Q whose image is taken away.
    """

    centre: Tensor
    removed: Tensor

    def __call__(self, vectors: Tensor) -> Tensor:
        """Return vectors (N, D) without the attribute."""
        return vectors - (vectors - self.centre) @ self.removed


def erase_means(vectors: Tensor, groups: Tensor) -> Eraser:
    """Return the orthogonal projection that makes the means of all groups equal.

    It removes the span of the differences of means, at most groups − 1 dimensions. Source: Haghighatkhah et al. 2022,
    arXiv:2212.04273, mean projection.

    Args:
        vectors: (N, D).
        groups: (N,) int64 from 0 on, such as colours.

    Raises:
        ValueError: there are fewer than two groups.
    """
    x, centre, z = _centred(vectors, groups)
    span = _span(x.T @ z)  # as a combination of the groups' means, each weighed by its size
    return Eraser(centre.float(), (span @ span.T).float())


def leace(vectors: Tensor, groups: Tensor) -> Eraser:
    """Return the least change, in mean square, after which no linear classifier can do better than a constant.

    x − W⁺ P W (x − mean), where W = Σxx^(−½) and P projects onto the columns of W Σxz; see `erase_means` for arguments
    and errors. Source: Belrose et al. 2023, LEACE, arXiv:2306.03819, theorem 4.3.
    """
    x, centre, z = _centred(vectors, groups)
    n = len(x)
    values, basis = torch.linalg.eigh(x.T @ x / n)
    kept = values > RANK * values.max()
    root = values[kept].sqrt()
    whiten = (basis[:, kept] / root) @ basis[:, kept].T
    unwhiten = (basis[:, kept] * root) @ basis[:, kept].T
    span = _span(whiten @ (x.T @ z / n))
    removed = unwhiten @ span @ span.T @ whiten  # acts on columns; an Eraser multiplies rows
    return Eraser(centre.float(), removed.T.contiguous().float())


def _centred(vectors: Tensor, groups: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    if len(vectors) != len(groups) or len(set(groups.tolist())) < 2:
        raise ValueError(
            f"{len(vectors)} vectors, {len(groups)} group numbers, {len(set(groups.tolist()))} of them different: "
            "expected one a vector, and two different ones at least"
        )
    x, z = vectors.double(), one_hot(groups).double()
    centre = x.mean(0)
    return x - centre, centre, z - z.mean(0)


def _span(columns: Tensor) -> Tensor:
    """Return an orthonormal basis (D, rank) of the columns."""
    u, s, _ = torch.linalg.svd(columns, full_matrices=False)
    basis: Tensor = u[:, s > RANK * s.max()]
    return basis
