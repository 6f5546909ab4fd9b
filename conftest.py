"""Marks by folder, offline data for the fast tests, and one thread everywhere."""

from __future__ import annotations

import importlib.abc
import os
import shutil
import sys

from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hypothesis import settings


pytest_plugins = ["lazyartist.pytest_plugin", "pytester"]
ROOT = Path(__file__).parent
DEFAULT_MARKS = "not acceptance and not slow and not perf and not page and not notebooks and not soak"

settings.register_profile("lazyartist", deadline=None, max_examples=25, derandomize=True, database=None)
settings.load_profile("lazyartist")


class AsItStands(importlib.abc.MetaPathFinder):
    """Imports our own package as Python does.

    pytest rewrites the asserts of a package that brings a plugin, in all its modules and in every process, which takes
    seconds. Of ours, only those of the contracts are tests.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_ours = name.startswith("lazyartist.") and not name.endswith("checks")
        return PathFinder.find_spec(name, path, target) if is_ours else None


sys.meta_path.insert(0, AsItStands())


def pytest_configure(config: pytest.Config) -> None:
    # what the studies found over all seeds is committed in results/; a run of the tests must not replace it unasked
    config.option.lazy_results = config.option.lazy_results or ROOT / "results" / "acceptance"
    # what is named by hand is wanted, whatever its mark: `pytest bench`, `pytest tests/acceptance/test_lazy.py`
    named = [(config.invocation_params.dir / word.partition("::")[0]).resolve() for word in config.args]
    marked = {ROOT / "bench", ROOT / "tests" / "acceptance", ROOT / "tests" / "soak"}
    by_hand = config.args_source is pytest.Config.ArgsSource.ARGS and any(marked & {p, *p.parents} for p in named)
    if by_hand and config.option.markexpr == DEFAULT_MARKS:
        config.option.markexpr = ""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers for the fast tests as a whole; what trains or measures time has its own processes."""
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    return 2 if whole and config.option.markexpr == DEFAULT_MARKS else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (ROOT / "bench") in item.path.parents:
            item.add_marker(pytest.mark.perf)
        elif (ROOT / "tests" / "acceptance") in item.path.parents and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.acceptance)


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Skip what cannot be tried here, with a reason; in CI everything is there, so that there it fails."""

    def tell(reason: str) -> None:
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)

    return tell


@pytest.fixture(scope="module")
def browser(missing: Callable[[str], None]) -> Iterator[Any]:
    """A Chromium that is installed already, driven by Playwright."""
    try:
        from playwright import sync_api
    except ModuleNotFoundError:
        missing("playwright is not installed: pip install 'lazyartist[browser]'")
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_api.sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except sync_api.Error as error:
            missing(f"no browser to look with, `playwright install chromium` gets one: {error}")
        yield started
        started.close()
