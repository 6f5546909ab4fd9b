"""What tests of pages share: a browser."""

import os
import shutil

import pytest


def missing(message):
    """Skip what cannot be tried here; in CI everything is there, so that there it fails."""
    pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)


@pytest.fixture(scope="module")
def browser():
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
