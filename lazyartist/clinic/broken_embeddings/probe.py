"""A linear probe that reads classes from vectors of texts, and why it must not be trained anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from torch import Tensor


PENALTY = 10.0  # C of the logistic regression
PARTS = 3  # of the cross-validation


@dataclass(frozen=True, eq=False)
class Probe:
    """A logistic regression.

    Attributes:
        weight: (K, D) float64.
        bias: (K,) float64.
    """

    weight: Tensor
    bias: Tensor

    @classmethod
    def fit(cls, vectors: Tensor, labels: Tensor) -> Probe:
        """Fit it to vectors (N, D) with labels (N,) from 0 on."""
        found = _logistic().fit(vectors.double().cpu().numpy(), labels.cpu().numpy())
        weight, bias = torch.as_tensor(found.coef_), torch.as_tensor(found.intercept_)
        if len(weight) == 1:  # of two classes only the second is described
            weight, bias = torch.cat([-weight, weight]), torch.cat([-bias, bias])
        return cls(weight, bias)

    def tensors(self) -> dict[str, Tensor]:
        """Return its weights by name."""
        return {"weight": self.weight, "bias": self.bias}

    def classes(self, vectors: Tensor) -> Tensor:
        """Return the class that it reads from each vector (N, D), (N,) int64."""
        return (vectors.double() @ self.weight.T + self.bias).argmax(1)


def refitted_f1(vectors: Tensor, labels: Tensor) -> float:
    """Return the macro-F1 in [0, 1] of probes that are trained anew on such vectors as they judge, by cross-validation.

    It judges badly: it forgives whatever can be learnt anew, and whoever uses an encoder has a head that was trained on
    the healthy one.
    """
    from sklearn.metrics import f1_score
    from sklearn.model_selection import cross_val_predict

    guessed = cross_val_predict(_logistic(), vectors.double().cpu().numpy(), labels.cpu().numpy(), cv=PARTS)
    return float(f1_score(labels.cpu().numpy(), guessed, average="macro"))


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=PENALTY, max_iter=1000)
