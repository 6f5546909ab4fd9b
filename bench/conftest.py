"""One thread, unless a benchmark says otherwise; a smoke round keeps no rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .turns import SMOKE


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    import torch  # pytest reads this file at its start, also in the process that only hands out the tests

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


if SMOKE:

    @pytest.fixture(scope="session")
    def lazy_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A folder that is thrown away: the numbers of a smoke round say nothing."""
        return tmp_path_factory.mktemp("results")
