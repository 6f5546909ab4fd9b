"""Who wrote this? Two detectors that look at which words occur, contents aside."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from sklearn.linear_model import LogisticRegression
from torch import Tensor

from lazyartist.clinic.steering.grammar import CONTENTS, INDEX, MARKERS, WORDS, Texts


CLOSING = max(MARKERS)  # the place of the last marker


@dataclass(frozen=True, eq=False)
class Detector:
    """A logistic regression on the presence of words.

    Attributes:
        weight: (V,), 0 for words that it does not look at.
        bias: a number.
    """

    weight: Tensor
    bias: float

    @classmethod
    def fitted(cls, texts: Texts, blind: frozenset[str] = frozenset()) -> Detector:
        """Learn from texts of both styles; `blind` are words that it does not look at, beside contents."""
        passed_over = blind.union(*(words.split() for words in CONTENTS.values()))
        looks = torch.tensor([word not in passed_over for word in WORDS])
        line = LogisticRegression().fit(_present(texts.reports)[:, looks].cpu().numpy(), texts.style.cpu().numpy())
        weight = torch.zeros(len(WORDS), dtype=torch.float64)
        weight[looks] = torch.as_tensor(line.coef_[0])
        return cls(weight, float(line.intercept_[0]))

    def __call__(self, reports: Tensor) -> Tensor:
        """Tell of each report (N, L) whether a person wrote it, (N,) bool."""
        return _present(reports) @ self.weight + self.bias > 0


@dataclass(frozen=True, eq=False)
class Detectors:
    """Both.

    Attributes:
        all_words: looks at all words, contents aside.
        blind: does not look at the closing marker, so that one word does not win.
    """

    all_words: Detector
    blind: Detector

    @classmethod
    def fitted(cls, texts: Texts) -> Detectors:
        """Learn both from texts of both styles."""
        closing = frozenset(word for words in MARKERS[CLOSING] for word in words)
        return cls(Detector.fitted(texts), Detector.fitted(texts, closing))

    def __call__(self, reports: Tensor) -> Tensor:
        """Tell of each report (N, L) whether both say that a person wrote it, (N,) bool."""
        return self.all_words(reports) & self.blind(reports)


def _present(reports: Tensor) -> Tensor:
    """Return for each report which words occur, (N, V) float64 of 0 and 1."""
    present = torch.zeros(len(reports), len(INDEX), dtype=torch.float64)
    return present.scatter_(1, reports, 1.0)
