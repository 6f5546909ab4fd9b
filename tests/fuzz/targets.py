"""What is fuzzed: each takes bytes, and lets no error through but the documented one."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile

from collections.abc import Callable
from pathlib import Path

from lazyartist.data.folder_layouts import list_folder
from lazyartist.reporting.gate import _sum, judge, read_baseline, write_baseline
from lazyartist.reporting.records import parse_run, run_line
from lazyartist.reporting.row import Origin, Row


MEMORY = Path("/dev/shm")
FOLDER = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
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


TARGETS: dict[str, Callable[[bytes], None]] = {"rows": rows, "baseline": baseline, "metadata": metadata}
