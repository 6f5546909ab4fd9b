"""What is known of tokens beside their embeddings: how they are spelt, and in what company they stand in texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from torch import Tensor

from lazyartist.clinic.broken_embeddings.sentences import Sentences
from lazyartist.clinic.broken_embeddings.spelling import CONTINUED
from lazyartist.seeding import seed_from


WINDOW = 5  # tokens on either side
COMMON = 0.75  # exponent that makes rare contexts a little more frequent
CONTEXTS = 20_000  # the most frequent tokens serve as contexts
ROUNDS = 4  # of the search for leading directions


def ngram_vectors(tokens: Sequence[str], size: int) -> Tensor:
    """Return vectors of spellings, (V, size): the leading directions of weighted counts of 2 to 5 letters in a row."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    spelt = [token[len(CONTINUED) :] + ">" if token.startswith(CONTINUED) else f"<{token}>" for token in tokens]
    counts = TfidfVectorizer(analyzer="char", ngram_range=(2, 5), min_df=3, lowercase=False, sublinear_tf=True)
    return leading(counts.fit_transform(spelt), size)


def text_vectors(text: Sentences, vocabulary: int, size: int) -> Tensor:
    """Return vectors of company in texts, (V, size + 1), of unit length, with the logarithm of the frequency behind.

    They are the leading directions of the positive pointwise mutual information of a token and those within five
    places, which count by one over the distance (Levy, Goldberg and Dagan 2015, TACL 3). Tokens that never stand in a
    text get 0.

    Args:
        text: tokenised, unlabelled.
        vocabulary: how many tokens there are.
        size: of the vectors.
    """
    from scipy import sparse

    counts: Any
    ids, numbers = text.ids.cpu().numpy(), text.numbers().cpu().numpy()
    frequency = np.bincount(ids, minlength=vocabulary)
    counts = 0
    for far in range(1, WINDOW + 1):
        near = numbers[:-far] == numbers[far:]
        pair = ids[:-far][near], ids[far:][near]
        weights = np.full(len(pair[0]), 1 / far, dtype=np.float32)
        counts = counts + sparse.coo_matrix((weights, pair), shape=(vocabulary, vocabulary)).tocsr()
    counts = (counts + counts.T).tocsr()
    contexts = np.sort(np.argsort(-frequency, kind="stable")[:CONTEXTS])
    found = leading(_mutual_information(counts[:, contexts].tocoo()), size)
    return torch.cat([torch.nn.functional.normalize(found), torch.as_tensor(np.log1p(frequency))[:, None].float()], 1)


def _mutual_information(counts: Any) -> Any:
    """Return the positive pointwise mutual information of rows and columns, sparse as the counts are."""
    from scipy import sparse

    rows, columns = (np.asarray(counts.sum(axis)).ravel() for axis in (1, 0))
    smooth = columns**COMMON
    expected = rows[counts.row] * (smooth / smooth.sum())[counts.col]
    values = np.maximum(np.log(counts.data / expected), 0).astype(np.float32)
    return sparse.csr_matrix((values, (counts.row, counts.col)), shape=counts.shape)


def leading(matrix: Any, size: int) -> Tensor:
    """Return the rows of a sparse matrix along its leading directions, (N, size) float32.

    Source: Halko, Martinsson and Tropp 2011, arXiv:0909.4061.
    """
    from sklearn.utils.extmath import randomized_svd

    size = min(size, min(matrix.shape) - 1)
    left, sizes, _ = randomized_svd(
        matrix.astype(np.float32), size, n_iter=ROUNDS, random_state=seed_from("leading directions") % 2**32
    )
    return torch.as_tensor(np.ascontiguousarray(left * np.sqrt(sizes), dtype=np.float32))
