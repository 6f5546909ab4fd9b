"""A bar with the time left, for the command line and the pytest plugin; silent where nobody watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(name: str, runs: int) -> Iterator[Callable[[object, bool], None]]:
    """Show a bar over `runs`, and yield what `run_study` calls after each run; without a terminal, show nothing."""
    with tqdm(total=runs, unit="run", desc=name, disable=None) as bar:

        def progress(run: object, measured: bool) -> None:
            bar.set_postfix_str(f"{run}{'' if measured else ' (known)'}", refresh=False)
            bar.update()

        yield progress
