"""Processes that are killed: no row is lost, doubled or wrong, nothing is left behind, nobody goes on alone."""

from __future__ import annotations

import subprocess
import sys
import time

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from lazyartist.files import YOUNG
from lazyartist.reporting.records import read_rows

from .campaign import RUNS, SIGNALS, Campaign, Sweep, facts
from .faults import left_over


KILLS = 53  # by each of two campaigns


@pytest.mark.soak
def test_studies_that_are_killed_again_and_again_give_the_rows_of_one_that_is_not(tmp_path, counted):
    whole = Sweep(tmp_path / "whole")
    assert whole.start().communicate(timeout=120)[0]
    expected = facts(whole.records)
    assert len(whole.records.read_bytes().splitlines()) == RUNS
    # two at a time: most of a kill is waiting for it
    campaigns = [Campaign(tmp_path / str(seed), expected, KILLS, seed) for seed in range(2)]
    with ThreadPoolExecutor(len(campaigns)) as side_by_side:
        done = list(side_by_side.map(Campaign.carry_out, campaigns))
    tried = sum((each.tried for each in done), Counter())
    bad = sum((each.bad for each in done), Counter())
    sweeps = sum(each.sweeps for each in done)
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
    counted("kill", "processes, five seconds after each", tried.total(), left=bad["orphans"])
    counted("kill", "temporary files, when these studies were done", sweeps, left=bad["left"])
    counted("kill", "exit codes, and words without a traceback", tried.total(), wrong=bad["codes"] + bad["hangs"])
    assert not bad, (bad, [line for each in done for line in each.said])


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


@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.soak)])
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
