"""How soon the live page answers, in a real browser with four models: from the pointer's move to the new bars.

    pytest bench/test_page.py --lazy-results=results

Asserts nothing: speed is measured, not judged. The models come from the store, or are trained first.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import speed_rows
from .turns import DATASET, SMOKE


STROKES, MOVES, ASKED = (3, 4, 2) if SMOKE else (200, 8, 40)
STRATEGIES = "lazy,erm" if SMOKE else "lazy,erm,group_balanced,recoloured_reversal"
ZIGZAG = ((70, 80), (205, 80), (130, 215), (90, 150))


@pytest.fixture
def url() -> Iterator[str]:
    """The page of models that are all ready, served by a process of its own."""
    command = [
        sys.executable,
        "-m",
        "lazyartist",
        "page",
        "--no-browser",
        "--data",
        DATASET,
        "--strategies",
        STRATEGIES,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()


def test_the_page(url: str, browser: Any, lazy_results: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(url, wait_until="load")
    numbers: dict[str, float] = {}
    numbers["page: shown after, ms"] = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    page.locator("#cards article").first.wait_for()
    numbers["page: what it loads, KB"] = sum(sizes) / 1000
    page.get_by_text("sure").nth(STRATEGIES.count(",")).wait_for(timeout=600_000) if _drawn(page, 1) else None
    page.evaluate("lazyartist.times.length = 0")
    _drawn(page, STROKES)
    page.wait_for_timeout(300)
    times = sorted(page.evaluate("lazyartist.times"))
    numbers["page: from the pointer's move to the new bars, ms, median"] = statistics.median(times)
    numbers["page: from the pointer's move to the new bars, ms, 99th percentile"] = times[int(0.99 * (len(times) - 1))]
    for what, path in (("a recolour strip of all models", "recolour"), ("Grad-CAM of all models", "maps")):
        taken = page.evaluate(
            """async ([path, times]) => {
              const { ask } = await import("/static/ask.js");
              const taken = [];
              for (let i = 0; i < times; i += 1) {
                const began = performance.now();
                await ask(path, lazyartist.drawing());
                taken.push(performance.now() - began);
              }
              return taken;
            }""",
            [f"/api/{path}", ASKED],
        )
        numbers[f"page: {what}, ms, median"] = statistics.median(taken)
    page.close()
    if SMOKE:
        assert all(value > 0 for value in numbers.values())
    else:
        speed_rows.keep(lazy_results, numbers, n=len(times), data="")


def _drawn(page: Any, strokes: int) -> bool:
    """Draw zigzags with the mouse; each is cleared before the next."""
    box = page.locator("#pad").bounding_box()
    for _ in range(strokes):
        page.locator("#clear").click()
        for place, (x, y) in enumerate(ZIGZAG):
            page.mouse.move(box["x"] + x, box["y"] + y, steps=MOVES if place else 1)
            if place == 0:
                page.mouse.down()
        page.mouse.up()
    return True
