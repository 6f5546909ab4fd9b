"""The digits of scikit-learn, which need no file and no network."""

import numpy as np

from lazyartist.data.digits import grey_digits
from lazyartist.data.make import make_task


def test_digits_need_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path))
    grey = grey_digits()
    assert grey.train_images.shape == (1437, 28, 28)
    assert grey.test_images.shape == (360, 28, 28)
    assert (grey.train_images.dtype, grey.train_images.min(), grey.train_images.max()) == (np.uint8, 0, 255)
    assert set(grey.test_labels.tolist()) == set(range(10))
    assert make_task("digits").train.classes == 10
    assert not list(tmp_path.iterdir())
