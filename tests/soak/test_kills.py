"""Processes that are killed: no row is lost, doubled or wrong, nothing is left behind, nobody goes on alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from lazyartist.cli import ENDED, INTERRUPTED
from lazyartist.commands import UNUSABLE
from lazyartist.files import YOUNG
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


@pytest.mark.soak
def test_a_study_that_is_killed_again_and_again_gives_the_rows_of_one_that_is_not(tmp_path, counted):
    random, kills = Random(0), 105
    whole = Sweep(tmp_path / "whole")
    process = whole.start()
    assert process.communicate(timeout=120)[0]
    expected = facts(whole.records)
    assert len(whole.records.read_bytes().splitlines()) == RUNS
    tried: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    watched: list[tuple[float, int]] = []  # groups that must be gone by a time
    said: list[str] = []
    sweeps = 0

    def look(now: float = 0.0) -> None:
        while watched and (now or time.monotonic()) >= watched[0][0]:
            _, group = watched.pop(0)
            bad["orphans"] += len(alive(group))
            end(group)

    while sum(tried.values()) < kills:
        sweep, sweeps = Sweep(tmp_path / str(sweeps)), sweeps + 1
        assert sweeps < kills / 2, f"most of what was to be killed was done before: {tried}"
        while sum(tried.values()) < kills and sweep.lines() < RUNS:
            kind = KINDS[sum(tried.values()) % len(KINDS)]
            process = sweep.start()
            kill(sweep, process, kind, random)
            try:
                _, errors = process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                bad["hangs"] += 1
                said.append(f"{kind}: {alive(process.pid)} after 20 seconds")
                end(process.pid)
                _, errors = process.communicate()
            watched.append((time.monotonic() + LIMIT, process.pid))
            if process.returncode == 0:  # it was done before it was killed
                continue
            tried[kind] += 1
            wanted = SIGNALS.get(kind, UNUSABLE if kind == "worker" else -signal.SIGKILL)
            if process.returncode != wanted or "Traceback" in errors:
                bad["codes"] += 1
                said.append(f"{kind}: {process.returncode}, {errors[-1000:]}")
            look()
        process = sweep.start()
        _, errors = process.communicate(timeout=240)
        found = facts(sweep.records)
        bad["lost"] += len(set(expected) - set(found))
        bad["wrong"] += len(set(found) - set(expected))
        bad["doubled"] += len(found) - len(set(found))
        bad["left"] += len(left_over(sweep.folder))
        bad["codes"] += process.returncode != 0
        watched.append((time.monotonic() + LIMIT, process.pid))
    time.sleep(LIMIT)
    look()
    for name, kinds in {
        "SIGKILL of the group": ("group",),
        "SIGKILL of the group while something is written": ("write",),
        "SIGKILL of the parent": ("parent",),
        "SIGKILL of a worker": ("worker",),
        "SIGINT, SIGTERM, SIGHUP": tuple(SIGNALS),
    }.items():
        counted("kill", f"{name}, of a study", sum(tried[kind] for kind in kinds))
    outcomes = {name: bad[name] for name in ("lost", "doubled", "wrong")}
    counted("kill", "rows, when these studies were done", sweeps * len(expected), **outcomes)
    counted("kill", "processes, five seconds after each", sum(tried.values()), left=bad["orphans"])
    counted("kill", "temporary files, when these studies were done", sweeps, left=bad["left"])
    counted("kill", "exit codes, and words without a traceback", sum(tried.values()), wrong=bad["codes"] + bad["hangs"])
    assert not +bad, (bad, said)


WRITER = """
import sys
from pathlib import Path
from lazyartist.reporting.records import append_run, read_rows, settle
from lazyartist.reporting.row import Origin, Row
path = Path(sys.argv[1])
known = {row.origin.run for row in read_rows(path)}
for seed in range(int(sys.argv[2])):
    if f"run{seed}" not in known:
        origin = Origin(run=f"run{seed}", at={"dataset": "mnist"}, data="f" * 64)
        detail = [[seed] * 500] * 4
        rows = [Row("cures", origin.at, seed, f"m{k}", seed + k / 8, 1, "", origin, detail) for k in range(8)]
        append_run(path, rows)
        print(seed, flush=True)
    if seed % 10 == 9:
        settle(path)
"""


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_a_writer_of_rows_that_is_killed_at_any_time_loses_none(kills, tmp_path, counted):
    random, runs, path = Random(1), 30, tmp_path / "records" / "cures.jsonl"
    tried = lost = doubled = 0
    while tried < kills:
        if path.exists():
            path.unlink()
        said: set[int] = set()
        while tried < kills:
            words = [sys.executable, "-c", WRITER, str(path), str(runs)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    said.add(int(line))
                    if random.random() < 0.1:
                        time.sleep(random.uniform(0, 0.004))
                        process.kill()
                        tried += 1
                        break
            kept = Counter(row.seed for row in read_rows(path))
            lost += sum(kept[seed] != 8 for seed in said)
            doubled += sum(count > 8 for count in kept.values())
            if len(kept) == runs:
                break
    time.sleep(YOUNG)
    path.unlink()
    subprocess.run([sys.executable, "-c", WRITER, str(path), str(runs)], check=True, capture_output=True)
    rows = read_rows(path, whole=True)
    wrong = sum(row.value != row.seed + int(row.metric[1:]) / 8 for row in rows)
    if kills > 50:
        counted("kill", "SIGKILL of a process that only writes rows", tried, lost=lost, doubled=doubled, wrong=wrong)
    assert (lost, doubled, wrong, len(rows), left_over(tmp_path)) == (0, 0, 0, 8 * runs, [])
