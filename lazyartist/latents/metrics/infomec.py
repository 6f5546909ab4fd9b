"""InfoMEC: modularity, explicitness and compactness, all three as shares of information."""

from __future__ import annotations

import math
import warnings

from dataclasses import dataclass

import torch

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch import Tensor

from lazyartist.latents.metrics.information import mutual_information
from lazyartist.latents.metrics.validation import checked, checked_circles, checked_mask
from lazyartist.latents.posterior import coordinates


ITERATIONS = 100  # the authors'; where values can be told apart perfectly, the regression would go on for ever


@dataclass(frozen=True)
class InfoMec:
    """What a code does with the factors; each is 1 at best.

    Attributes:
        modularity: InfoM, 1 if each active latent tells of one factor only, 0 if of all alike.
        explicitness: InfoE, the share of the factors' entropy that a linear classifier on all latents saves.
        compactness: InfoC, 1 if each factor is told by one active latent only, 0 if by all alike.
    """

    modularity: float
    explicitness: float
    compactness: float


def infomec(codes: Tensor, factors: Tensor, *, circles: int = 0, active: Tensor | None = None) -> InfoMec:
    """Return InfoM, InfoE and InfoC.

    InfoM and InfoC look at the largest share in each row, and column, of I(z_j; v_k) / H(v_k). They differ from the
    authors' in one thing: mutual information is counted in 20 bins, as for MIG, where they ask the ten nearest
    neighbours if codes are continuous. Bins cost nothing and are too high by `plug_in_bias` in every cell, which lowers
    both: a perfect code of 10,000 images scores about .98. Noise scores what is largest among chances, up to .1.

    Args:
        codes: (N, Z) float, means of the posterior.
        factors: (N, F) int64, two columns at least.
        circles: how many of the first latents are angles: InfoE's classifier is given their cosine and sine.
        active: (Z,) bool, latents that InfoM and InfoC look at. None for the authors' rule, all whose range is more
            than a twentieth of the largest, which an unused angle passes. NaN where there are fewer than two.

    Raises:
        ValueError: codes are not finite floats, sizes or types differ, a factor never changes, or there is only one.

    Source: Hsu et al. 2023, "Disentanglement via latent quantization", arXiv:2305.18378.
    """
    z, values = checked(codes, factors)
    if values.shape[1] < 2:
        raise ValueError("factors: there is only one: how a code keeps factors apart takes two at least")
    x = coordinates(z, checked_circles(circles, z.shape[1]))
    if active is None:
        width = z.amax(0) - z.amin(0)
        active = width > width.max() / 20
    shares = mutual_information(z, values).normalised[checked_mask("active", active, (z.shape[1],))]
    explicitness = [_saved(x, column) for column in values.unbind(1)]
    return InfoMec(_largest(shares.T), sum(explicitness) / len(explicitness), _largest(shares))


def _largest(shares: Tensor) -> float:
    """The mean over columns of the largest part of their sum, scaled so that equal parts score 0."""
    rows = len(shares)
    if rows < 2 or not shares.shape[1]:
        return math.nan
    total = shares.sum(0)
    part = (shares.amax(0) / total).where(total > 0, 1 / rows)
    return float((part.mean() - 1 / rows) / (1 - 1 / rows))


def _saved(x: Tensor, values: Tensor) -> float:
    """1 − cross-entropy / ln(values), of an unpenalised multinomial regression judged on what it was fitted on.

    Values have the same mass, so that to know nothing costs ln(values).
    """
    spread, centre = torch.std_mean(x, 0)
    scaled = ((x - centre) / spread.where(spread > 0, 1)).cpu().numpy()
    model = LogisticRegression(C=math.inf, class_weight="balanced", max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(scaled, values.cpu().numpy())
    return 1 - float(log_loss(values.cpu().numpy(), model.predict_proba(scaled))) / math.log(len(model.classes_))
