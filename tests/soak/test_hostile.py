"""The hostile files of the other tests, once more and counted."""

from __future__ import annotations

import pytest

from lazyartist.cli import main

from ..core.data.test_hostile_archives import HOSTILE, escaped
from ..torch.networks.test_hostile_files import archive, forged


__all__ = ["archive"]  # a fixture


@pytest.mark.soak
def test_nothing_runs_and_nothing_lands_outside(tmp_path, archive, capsys, counted):
    ran = refused = 0
    names = list(forged(tmp_path, archive))
    for name in names:
        path, marker = tmp_path / name, tmp_path / f"{name} ran"
        path.write_bytes(forged(marker, archive)[name])
        refused += main(["probe", "--model", str(path), "--network", "simple_cnn:width=4", "--data", "digits"]) == 2
        ran += marker.exists()
    out = 0
    for number, name in enumerate(HOSTILE):
        folder = tmp_path / str(number)
        folder.mkdir()
        out += bool(escaped(name, folder))
    counted("hostile", "model files", len(names), refused=refused, ran=ran)
    counted("hostile", "archives", len(HOSTILE), escaped=out)
    assert (ran, out, refused) == (0, 0, len(names))
