"""Ten thousand bad requests, some of them at once: the page goes on, and takes no more memory than before."""

import itertools
import random

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest


pytestmark = pytest.mark.soak
REQUESTS, AT_ONCE = 10_000, 8
MOST_MORE = 32  # MB


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def bad_requests(ink):
    draw = random.Random(0)
    fine = {"ink": ink, "models": ["lazy"]}
    kinds = itertools.cycle(
        [
            lambda: {"body": {**fine, "ink": ink[: draw.randrange(len(ink))]}},
            lambda: {"body": {**fine, "colour": [draw.randrange(-300, 600) for _ in range(draw.randrange(5))]}},
            lambda: {"body": {**fine, "models": [f"model {draw.random()}"]}},
            lambda: {"body": {**fine, f"more {draw.random()}": 1}},
            lambda: {"raw": draw.randbytes(draw.randrange(70_000))},
            lambda: {"raw": b"[" * draw.randrange(60_000)},
            lambda: {"body": fine, "headers": {"Host": f"host-{draw.random()}.example"}},
            lambda: {"body": fine, "headers": {"Origin": f"http://{draw.random()}.example"}},
            lambda: {"raw": b"x" * (65_537 + draw.randrange(1_000_000))},
            lambda: {"body": {**fine, "target": draw.randrange(10, 10**6)}},
        ]
    )
    return [next(kinds)() for _ in range(REQUESTS)]


def test_bad_requests_neither_stop_nor_leak(call, served, seven):
    def send(request):
        try:
            return call("/api/noise", **request)[0]
        except OSError:  # the server closed the connection before all of a large body was sent
            return 413

    requests = bad_requests(seven)
    with ThreadPoolExecutor(AT_ONCE) as senders:
        list(senders.map(send, requests[: REQUESTS // 10]))
        before = resident()
        statuses = set(senders.map(send, requests))
        grown = resident() - before
    assert statuses <= {400, 403, 404, 413, 415, 421, 422}
    assert grown < MOST_MORE
    assert call("/api/answers", {"ink": seven, "models": ["lazy"]})[0] == 200
