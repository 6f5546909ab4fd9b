"""Draw the pictures of the live page in docs/img: every panel, narrow and wide, light and dark.

    python docs/screenshots.py            # needs `pip install -e ".[page,browser]"` and a Chromium; a few minutes

Models of MNIST come from the store, or are trained first.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright


IMAGES = Path(__file__).parent / "img"
PANELS = {
    "recolour": "Recolour test", "looks": "Where it looks", "cloak": "Invisible cloak", "dials": "Dials",
    "units": "What its units see", "latents": "Latents", "clinic": "Clinic",
}  # fmt: skip
WIDTHS = (360, 1280, 1920)
SEVEN = ((60, 70), (210, 70), (130, 220))
INKS = 256  # colours of a picture: what is drawn flat needs no more
PATIENCE = 600_000  # ms


def main() -> None:
    """Serve the page, draw a seven on it, and take every picture."""
    IMAGES.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "lazyartist", "page", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:  # noqa: S603
        assert server.stdout is not None
        url = re.findall(r"http://\S+", server.stdout.readline())[0]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                page.set_default_timeout(PATIENCE)
                page.goto(url)
                _draw(page)
                page.get_by_text("models are ready").wait_for(state="hidden")
                page.locator("#colours label").nth(4).click()
                for name, title in PANELS.items():
                    _show(page, title)
                    _keep(page.screenshot(full_page=True), IMAGES / f"page_{name}_{width}_{scheme}.png")
                page.close()
        server.terminate()


def _draw(page: Any) -> None:
    box = page.locator("#pad").bounding_box()
    scale = box["width"] / 280
    for place, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=8)
        if place == 0:
            page.mouse.down()
    page.mouse.up()


def _show(page: Any, title: str) -> None:
    page.get_by_role("tab", name=title).click()
    if title == "Invisible cloak":
        page.get_by_role("button", name="Find the noise").click()
        page.get_by_text("sure of a 3").wait_for()
    if title == "Dials":
        page.get_by_label("violet, feature").first.fill("8")
        page.get_by_text("with the dials set").first.wait_for()
    if title == "What its units see":
        page.get_by_role("group", name="unit 0").wait_for()
    if title == "Latents":
        if page.get_by_role("button", name="Show the rooms").is_visible():
            page.get_by_role("button", name="Show the rooms").click()
        page.get_by_text("by latent").first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1000)


def _keep(content: bytes, path: Path) -> None:
    Image.open(io.BytesIO(content)).convert("RGB").quantize(INKS, kmeans=1).save(path, optimize=True)


if __name__ == "__main__":
    main()
