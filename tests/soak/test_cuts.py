"""The last run of real records, cut at every byte: it is measured again, it is said once, and no other run is lost."""

from __future__ import annotations

import logging

from pathlib import Path

import pytest

from lazyartist.reporting.records import append_run, read_rows, settle


RECORDS = Path(__file__).parents[2] / "results" / "records"
# what may stand behind a cut: line ends, or a block that was never written
TAILS = (b"\n", b"\r\n", bytes(512), b"\n\n")


def facts(rows):
    return [row.fact() for row in rows]


@pytest.mark.parametrize("cuts", [300, pytest.param(21_000, marks=pytest.mark.soak)])
def test_a_run_that_is_cut_anywhere_is_measured_again(cuts, tmp_path, counted, caplog):
    tried = known = lost = silent = unmended = files = 0
    for source in sorted(RECORDS.glob("*.jsonl"), key=lambda path: len(path.read_bytes().splitlines()[-1])):
        if tried >= cuts:
            break
        path, files = tmp_path / source.name, files + 1
        lines = source.read_bytes().splitlines(keepends=True)[-2:]
        path.write_bytes(b"".join(lines))
        every = read_rows(path)
        cut_one = every[-1].experiment
        first, last = ([row for row in every if (row.experiment == cut_one) == mine] for mine in (False, True))
        for cut in range(len(lines[-1]) - 1) if cuts > 1000 else range(0, len(lines[-1]) - 1, 9):
            for tail in (b"", *(TAILS if cut % 20 == 0 else ())):
                path.write_bytes(b"".join(lines[:-1]) + lines[-1][:cut] + tail)
                caplog.clear()
                with caplog.at_level(logging.WARNING):
                    rows = read_rows(path)
                tried += 1
                known += any(row.experiment == cut_one for row in rows)
                lost += facts(rows) != facts(first)
                silent += len(caplog.records) != bool((lines[-1][:cut] + tail).strip())
                if cut % 360 == 0:
                    append_run(path, last)
                    unmended += facts(settle(path)) != facts(every)
                    assert path.read_bytes().count(b"\n") == len(lines)
    if cuts > 1000:
        words = f"the last run of {files} records"
        counted("cut", words, tried, known=known, lost=lost, silent=silent, wrong=unmended)
    assert tried >= cuts
    assert (known, lost, silent, unmended) == (0, 0, 0, 0)
