"""Conflict detection: scores that find the training images which contradict the shortcut, without attribute labels.

Each score is a number per image, larger for what looks more like a conflicting image. All take logits (N, classes),
features (N, D) and labels (N,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch

from sklearn.covariance import EmpiricalCovariance, MinCovDet
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor
from torch.nn.functional import cross_entropy

from lazyartist.probes.validation import need_labels, need_rows


DIRECTIONS = 8

Score = Callable[[Tensor, Tensor, Tensor], Tensor]


def loss(logits: Tensor, features: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy: what contradicts is hard. Source: Arazo et al. 2019, arXiv:1904.11238."""
    del features
    return cross_entropy(logits, labels, reduction="none")


def margin(logits: Tensor, features: Tensor, labels: Tensor) -> Tensor:
    """Return by how much another class's logit exceeds the label's; averaged over a training, it is the area under the
    margin. Source: Pleiss et al. 2020, arXiv:2001.10528.
    """  # noqa: D205
    del features
    own = logits.gather(1, labels[:, None])
    return (logits.scatter(1, labels[:, None], -torch.inf).amax(1, keepdim=True) - own)[:, 0]


def error(logits: Tensor, features: Tensor, labels: Tensor) -> Tensor:
    """Return 1 where the answer is wrong, else 0. Source: Liu et al. 2021, JTT, arXiv:2107.09044."""
    del features
    return (logits.argmax(1) != labels).float()


def mahalanobis(logits: Tensor, features: Tensor, labels: Tensor, *, robust: bool = False) -> Tensor:
    """Return the Mahalanobis distance from the image's own class, in the main directions of the class's features.

    Args:
        logits: not used.
        features: (N, D).
        labels: (N,).
        robust: estimate centre and covariance from the tightest half of the class (minimum covariance determinant,
            Rousseeuw 1984), so that the conflicting images do not widen it.

    Raises:
        ValueError: the sizes differ, or a feature is NaN.
    """
    del logits
    need_rows(features, "features")
    need_labels(labels, "labels", len(features))
    distance = torch.zeros(len(labels))
    for label in set(labels.tolist()):
        members = labels == label
        main = PCA(min(DIRECTIONS, features.shape[1]), random_state=0).fit_transform(
            features[members].double().cpu().numpy()
        )
        estimator = MinCovDet(random_state=0) if robust else EmpiricalCovariance()
        distance[members] = torch.as_tensor(estimator.fit(main).mahalanobis(main)).sqrt().float()
    return distance


CONFLICT_SCORES: dict[str, Score] = {
    "loss": loss,
    "margin": margin,
    "mahalanobis": mahalanobis,
    "robust_mahalanobis": partial(mahalanobis, robust=True),
    "error_set": error,
}


@dataclass(frozen=True)
class DetectionQuality:
    """How well a score ranks conflicting images above the others; all three in [0, 1].

    Attributes:
        average_precision: the mean precision over the ranks of conflicting images; a random order has their share.
        r_precision: R-precision, the share of conflicting images among as many first ranks as there are of them.
        auroc: the probability that a conflicting image ranks above an aligned one; a random order has one half.
    """

    average_precision: float
    r_precision: float
    auroc: float


def judge_detection(score: Tensor, conflicting: Tensor) -> DetectionQuality:
    """Judge a ranking.

    Args:
        score: (N,) larger for what is held to conflict; images with the same score share their ranks.
        conflicting: (N,) bool, the truth.

    Raises:
        ValueError: sizes differ, a score is NaN, there is no conflicting image, or no other.
    """
    if not isinstance(conflicting, Tensor) or conflicting.ndim != 1 or conflicting.dtype != torch.bool:
        kind = conflicting.dtype if isinstance(conflicting, Tensor) else type(conflicting).__name__
        raise ValueError(f"conflicting: expected a tensor (N,) bool, got {kind}")
    if not isinstance(score, Tensor) or score.shape != conflicting.shape or bool(score.isnan().any()):
        got = tuple(score.shape) if isinstance(score, Tensor) else type(score).__name__
        raise ValueError(f"score: expected {tuple(conflicting.shape)} numbers, got {got}, or NaN among them")
    count = int(conflicting.sum())
    if not 0 < count < len(conflicting):
        raise ValueError(
            f"{count} of {len(conflicting)} images conflict: expected at least one that does and one that does not"
        )
    truth, ranks = conflicting.cpu().numpy(), score.cpu().numpy()
    threshold = score.sort(descending=True).values[count - 1]
    above, level = score > threshold, score == threshold
    shared = (count - int(above.sum())) * float(conflicting[level].float().mean())
    return DetectionQuality(
        average_precision=float(average_precision_score(truth, ranks)),
        r_precision=(int(conflicting[above].sum()) + shared) / count,
        auroc=float(roc_auc_score(truth, ranks)),
    )
