"""Concept erasure: mean projection and LEACE, linear maps in closed form that take an attribute out of vectors."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torch import Tensor
from torch.nn.functional import one_hot

from lazyartist.sae.validation import finite_rows


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
        groups: (N,) int64 from 0 on, such as the bias attribute's values.

    Raises:
        ValueError: the vectors are not finite floats, the groups are not whole numbers from 0 on, one per vector, or
            there are fewer than two different ones.
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
    finite_rows("vectors", vectors)
    if not isinstance(groups, Tensor):
        raise ValueError(f"groups: expected a tensor ({len(vectors)},) int64, got a {type(groups).__name__}")
    if groups.shape != vectors.shape[:1] or len(set(groups.tolist())) < 2:
        raise ValueError(
            f"{len(vectors)} vectors, {len(groups)} group numbers, {len(set(groups.tolist()))} of them different: "
            "expected one per vector, and at least two different ones"
        )
    if groups.dtype != torch.int64 or int(groups.min()) < 0:
        raise ValueError(f"groups: expected int64 from 0 on, got {groups.dtype} from {groups.min().item()} on")
    x, z = vectors.double(), one_hot(groups).double()
    centre = x.mean(0)
    return x - centre, centre, z - z.mean(0)


def _span(columns: Tensor) -> Tensor:
    """Return an orthonormal basis (D, rank) of the columns."""
    u, s, _ = torch.linalg.svd(columns, full_matrices=False)
    basis: Tensor = u[:, s > RANK * s.max()]
    return basis
