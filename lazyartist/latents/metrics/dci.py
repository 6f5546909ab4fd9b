"""DCI: disentanglement, completeness and informativeness, from what boosted trees find important."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from sklearn.ensemble import GradientBoostingClassifier
from torch import Tensor

from lazyartist.latents.metrics.validation import Labelled, checked_circles, checked_parts, owners
from lazyartist.latents.posterior import coordinates
from lazyartist.seeding import seed_from


@dataclass(frozen=True, eq=False)
class Dci:
    """What predicts each factor, and how well.

    Attributes:
        importance: (Z, F) float64, the share of the trees' gain for factor k that is latent j's; columns sum to one.
        accuracy: (F,) float64, of the trees on images that they were not fitted on.
    """

    importance: Tensor
    accuracy: Tensor

    @property
    def disentanglement(self) -> float:
        """1 if each latent serves one factor, 0 if each serves all alike; mean over latents by their importance."""
        return _concentration(self.importance.T)

    @property
    def completeness(self) -> float:
        """1 if each factor is served by one latent, 0 if by all alike; mean over factors."""
        return _concentration(self.importance)

    @property
    def informativeness(self) -> float:
        """The mean of `accuracy`; the paper has errors instead. Chance is one in as many values as there are."""
        return float(self.accuracy.mean())


def dci(train: Labelled, test: Labelled, *, circles: int = 0, seed: int = 0) -> Dci:
    """Fit gradient boosting, scikit-learn's as it comes, to all latents for each factor.

    The authors of the large comparison fit on 10,000 images. That is minutes on a core; 2,000 give the same picture in
    some five seconds per factor of ten values. A perfect code scores 1 in all three. Where neighbouring values blur,
    the trees go on to fit noise in the other latents, and all three fall. With shuffled factors all latents serve all
    factors alike: disentanglement and completeness are under .01.

    Args:
        train: codes (N, Z) float and factors (N, F) int64.
        test: the same of other images, with values that `train` has.
        circles: how many of the first latents are angles: they are given as cosine and sine, whose importances add up.
        seed: of the trees, which break ties at random.

    Raises:
        ValueError: codes are not finite floats, sizes or types differ, a factor never changes, or one of the test
            images has a value that no image in `train` has.

    Source: Eastwood and Williams 2018, "A framework for the quantitative evaluation of disentangled representations",
    as computed by Locatello et al. 2019, arXiv:1811.12359.
    """
    (z, values), (z_test, values_test) = checked_parts(train, test)
    at = owners(z.shape[1], checked_circles(circles, z.shape[1]))
    x, x_test = coordinates(z, circles).cpu().numpy(), coordinates(z_test, circles).cpu().numpy()
    importance = torch.zeros(z.shape[1], values.shape[1], dtype=torch.float64)
    accuracy = torch.zeros(values.shape[1], dtype=torch.float64)
    for k in range(values.shape[1]):
        trees = GradientBoostingClassifier(random_state=seed_from("trees", seed, k) % 2**32)
        trees.fit(x, values[:, k].cpu().numpy())
        importance[:, k].index_add_(0, at, torch.as_tensor(trees.feature_importances_).abs())
        accuracy[k] = trees.score(x_test, values_test[:, k].cpu().numpy())
    return Dci(importance, accuracy)


def _concentration(importance: Tensor) -> float:
    """One minus the entropy of each column as a share of the most there could be, mean by the columns' sums."""
    rows, total = len(importance), importance.sum(0)
    if rows == 1:
        return 1.0
    shares = importance + 1e-11
    shares = shares / shares.sum(0)
    each = 1 + torch.xlogy(shares, shares).sum(0) / torch.tensor(float(rows)).double().log()
    return float((each * total).sum() / total.sum())
