"""What is fuzzed: each takes bytes, and lets no error through but the documented one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import tempfile

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lazyartist.data.folder_layouts import list_folder
from lazyartist.reporting.gate import _sum, judge, read_baseline, write_baseline
from lazyartist.reporting.records import parse_run, run_line
from lazyartist.reporting.row import Origin, Row


if TYPE_CHECKING:
    from lazyartist.page.guard import App

MEMORY = Path("/dev/shm")
FOLDER = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
INK = base64.b64encode(bytes(28 * 12) + bytes([255]) * 28 * 4 + bytes(28 * 12))
IMAGES = ("a.png", "b.png", "c/d.png", "é.jpg")


def rows(content: bytes) -> None:
    """A line of records, as it is and with the digest that it should have."""
    rest = content.replace(b"\n", b" ")
    signed = b'{"sum": "' + hashlib.sha256(rest).hexdigest()[:16].encode() + b'", ' + rest
    for line in (content, signed):
        with contextlib.suppress(ValueError):
            found = parse_run(line)
            again = parse_run(run_line(found))
            assert [repr(row.fact()) for row in again] == [repr(row.fact()) for row in found]


def baseline(content: bytes) -> None:
    """A baseline, as it is and with the count and the digest that it should have; one that is read can be judged."""
    path = FOLDER / "baseline.json"
    texts = [content]
    with contextlib.suppress(ValueError, RecursionError, TypeError):
        lines = json.loads(content)
        texts.append(json.dumps({"groups": len(lines), "sum": _sum(lines), "baseline": lines}).encode())
    for text in texts:
        path.write_bytes(text)
        with contextlib.suppress(ValueError):
            known = read_baseline(path)
            assert judge([], known).exit_code == 2
            again = [
                Row(group[0], dict(group[1:-1]), seed, group[-1], value, 1, blessed.direction, Origin("a", {}))
                for group, blessed in known.items()
                for seed, value in blessed.values.items()
            ]
            write_baseline(path, again)  # leaves out what is not finite
            assert read_baseline(path).items() <= known.items()


def metadata(content: bytes) -> None:
    """A metadata.csv beside four images."""
    root = FOLDER / "images"
    for name in IMAGES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "metadata.csv").write_bytes(content)
    with contextlib.suppress(ValueError):
        listing = list_folder(root)
        assert all(len(texts) == len(listing.files) for texts in listing.columns.values())


@cache
def page() -> App:
    """The live page, with one model of the embedded digits, which has fresh weights."""
    from lazyartist.data.make import make_task
    from lazyartist.networks import build
    from lazyartist.page.app import create_app
    from lazyartist.page.models import Models, Shown
    from lazyartist.training.store import Store

    models = Models([Shown("erm", "", "", lambda: build("simple_cnn:width=2", 10, seed=0))], 10)
    models.start().join()
    return create_app(make_task("digits"), models, Store(FOLDER / "store"), {"localhost"}, FOLDER / "results")


def requests(content: bytes) -> None:
    """A body of each kind of request: it is answered, or refused in words; what is read makes a drawing.

    INK in it stands for a drawing, which no mutation hits upon.
    """
    from lazyartist.page import asked
    from lazyartist.page.rooms import AskForRoom

    content = content.replace(b"INK", INK)
    kinds = (asked.Drawing, asked.AskForMaps, asked.AskForNoise, asked.AskForDials, asked.AskForModel, AskForRoom)
    for kind in kinds:
        with contextlib.suppress(ValueError):  # pydantic's errors are some
            read = kind.model_validate_json(content)
            if isinstance(read, asked.Drawing):
                assert read.shape.shape == (28, 28)
    for path in ("answers", "recolour"):
        assert asyncio.run(_status(f"/api/{path}", content)) in {200, 400, 404, 413, 422}


async def _status(path: str, body: bytes) -> int:
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
    }
    said: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            said.append(message["status"])

    await page()(scope, receive, send)
    return said[0]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "rows": rows,
    "baseline": baseline,
    "metadata": metadata,
    "requests": requests,
}
