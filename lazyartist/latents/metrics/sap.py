"""SAP: how much better the best latent predicts a factor than the second, by a linear classifier on one latent."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from sklearn.svm import LinearSVC
from torch import Tensor

from lazyartist.latents.metrics.validation import Labelled, best_less_second, checked_circles, checked_parts, owners
from lazyartist.latents.posterior import coordinates


@dataclass(frozen=True, eq=False)
class Separability:
    """How well each latent predicts each factor.

    Attributes:
        accuracy: (Z, F) float64 in [0, 1], on images that the classifier was not fitted on.
    """

    accuracy: Tensor

    @property
    def gaps(self) -> Tensor:
        """(F,) the best latent's accuracy less that of the second.

        Raises:
            ValueError: there is one latent only.
        """
        return best_less_second(self.accuracy)

    @property
    def sap(self) -> float:
        """The separated attribute predictability, the mean of `gaps`."""
        return float(self.gaps.mean())


def separability(train: Labelled, test: Labelled, *, circles: int = 0) -> Separability:
    """Fit a linear support vector machine to each pair of a latent and a factor.

    The authors' numbers: C = 0.01, classes weighted to the same mass, 10,000 images to fit on and 5,000 to judge by.

    SAP is low even for a perfect code: linear classifiers on one line tell little but its two ends from the rest, so
    that the code `z = v` scores .5 for two values and .2 for ten. On a circle they tell every value from the rest,
    and the same code as an angle scores .9 for ten: never compare lines with circles, nor either with 1. Chance alone
    gives the difference of the two largest of Z accuracies, under .01 for 5,000 images.

    Args:
        train: codes (N, Z) float and factors (N, F) int64.
        test: the same of other images, with values that `train` has.
        circles: how many of the first latents are angles: they are given as cosine and sine.

    Raises:
        ValueError: codes are not finite floats, sizes or types differ, a factor never changes, or one of the test
            images has a value that no image in `train` has.

    Source: Kumar et al. 2018, arXiv:1711.00848, as computed by Locatello et al. 2019, arXiv:1811.12359.
    """
    (z, values), (z_test, values_test) = checked_parts(train, test)
    at = owners(z.shape[1], checked_circles(circles, z.shape[1]))
    x, x_test = coordinates(z, circles).cpu().numpy(), coordinates(z_test, circles).cpu().numpy()
    accuracy = torch.zeros(z.shape[1], values.shape[1], dtype=torch.float64)
    for j in range(z.shape[1]):
        columns = (at == j).cpu().numpy()
        for k in range(values.shape[1]):
            machine = LinearSVC(C=0.01, class_weight="balanced", dual=False)
            machine.fit(x[:, columns], values[:, k].cpu().numpy())
            right = machine.predict(x_test[:, columns]) == values_test[:, k].cpu().numpy()
            accuracy[j, k] = right.mean()
    return Separability(accuracy)
