"""Studies that are killed again and again, each until it is done, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from collections import Counter
from pathlib import Path
from random import Random

from lazyartist.cli import ENDED, INTERRUPTED
from lazyartist.commands import UNUSABLE
from lazyartist.reporting.records import read_rows

from .faults import alive, end, left_over, workers_of


LIMIT = 5.0  # seconds after which no process may be left

SWEEP = [
    *("run", "cures", "--datasets", "digits", "--networks", "simple_cnn:width=2", "--epochs", "0.5", "--jobs", "2"),
    *("--strategies", "erm,focal,oracle", "--seeds", "16"),
]
RUNS = 48  # many, so that a study is killed many times before it is done
# behind nohup or in the background of a shell nothing is ended by SIGHUP or SIGINT, and what is started inherits that
STARTED = (
    "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from lazyartist.cli import main; raise SystemExit(main())"
)
SIGNALS = {"SIGINT": INTERRUPTED, "SIGTERM": ENDED, "SIGHUP": ENDED}
KINDS = ("group", "parent", "worker", "write", "group", "parent", "write", *SIGNALS)


def facts(path):
    return sorted(str(row.fact()) for row in read_rows(path))


class Sweep:
    """A study that is started again and again in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.records = folder, folder / "results" / "records" / "cures.jsonl"
        self.store = folder / "store"

    def start(self) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", STARTED, *SWEEP, "--results", str(self.folder / "results")]
        environment = {**os.environ, "LAZYARTIST_STORE": str(self.store), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )

    def lines(self) -> int:
        return len(self.records.read_bytes().splitlines()) if self.records.exists() else 0

    def parts(self) -> set[str]:
        return set(left_over(*(place for place in (self.store, self.records.parent) if place.exists())))


def kill(sweep: Sweep, process: subprocess.Popen[str], kind: str, random: Random) -> None:
    """Kill in one way: when there is a worker, when something is being written, or at a random time.

    Two thirds of the random times are counted from the start, a third from the first run that is added.
    """
    limit, before, left = time.monotonic() + 20, sweep.lines(), sweep.parts()
    if kind == "worker":
        while not (workers := workers_of(process.pid)) and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.05)
        time.sleep(random.uniform(0, 2))
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)
        return
    if kind == "write":
        while not sweep.parts() - left and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.0005)
    elif random.random() < 0.67:
        time.sleep(random.uniform(0.3, 5))
    else:
        while sweep.lines() == before and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 1))
    if process.poll() is None:
        if kind in SIGNALS:
            os.kill(process.pid, getattr(signal, kind))
        elif kind == "parent":
            os.kill(process.pid, signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGKILL)


class Campaign:
    """Studies in folders of their own, one after the other, that are killed so many times in all.

    Attributes:
        expected: the facts of a study that was never killed.
        tried: how often each kind of kill met a study that was not done.
        sweeps: how many studies there were.
        bad: what went wrong, how often.
        said: more about it.
    """

    def __init__(self, folder: Path, expected: list[str], kills: int, seed: int) -> None:
        self.folder, self.expected, self.kills, self.random = folder, expected, kills, Random(seed)
        self.tried: Counter[str] = Counter()
        self.bad: Counter[str] = Counter()
        self.said: list[str] = []
        self.sweeps = 0
        self._watched: list[tuple[float, int]] = []  # groups that must be gone by a time

    def carry_out(self) -> Campaign:
        """Kill, start again, and compare what is there in the end; return the campaign."""
        while self.tried.total() < self.kills:
            sweep, self.sweeps = Sweep(self.folder / str(self.sweeps)), self.sweeps + 1
            assert self.sweeps < self.kills / 2, f"most of what was to be killed was done before: {self.tried}"
            while self.tried.total() < self.kills and sweep.lines() < RUNS:
                self._kill(sweep, KINDS[self.tried.total() % len(KINDS)])
            self._finish(sweep)
        time.sleep(LIMIT)
        self._look()
        return self

    def _kill(self, sweep: Sweep, kind: str) -> None:
        process = sweep.start()
        kill(sweep, process, kind, self.random)
        try:
            _, errors = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.bad["hangs"] += 1
            self.said.append(f"{kind}: {alive(process.pid)} after 20 seconds")
            end(process.pid)
            _, errors = process.communicate()
        self._watched.append((time.monotonic() + LIMIT, process.pid))
        if process.returncode == 0:  # it was done before it was killed
            return
        self.tried[kind] += 1
        wanted = SIGNALS.get(kind, UNUSABLE if kind == "worker" else -signal.SIGKILL)
        if process.returncode != wanted or "Traceback" in errors:
            self.bad["codes"] += 1
            self.said.append(f"{kind}: {process.returncode}, {errors[-1000:]}")
        self._look()

    def _finish(self, sweep: Sweep) -> None:
        process = sweep.start()
        process.communicate(timeout=240)
        found = facts(sweep.records)
        self.bad["lost"] += len(set(self.expected) - set(found))
        self.bad["wrong"] += len(set(found) - set(self.expected))
        self.bad["doubled"] += len(found) - len(set(found))
        self.bad["left"] += len(left_over(sweep.folder))
        self.bad["codes"] += process.returncode != 0
        self._watched.append((time.monotonic() + LIMIT, process.pid))

    def _look(self) -> None:
        while self._watched and time.monotonic() >= self._watched[0][0]:
            _, group = self._watched.pop(0)
            self.bad["orphans"] += len(alive(group))
            end(group)
