"""Records and store under any history of appends, cuts, damage and reading, beside a model of what they must hold."""

from __future__ import annotations

import shutil
import tempfile

from pathlib import Path

import pytest
import torch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lazyartist.reporting.records import append_run, read_rows, settle
from lazyartist.training.store import Kept, Provenance, Store

from ..core.conftest import make_row
from .faults import left_over


SEEDS = st.integers(0, 3)
RUNS = st.sampled_from(["old", "new", "newest"])


class Folder(RuleBasedStateMachine):
    """A machine with a folder of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())

    def teardown(self) -> None:
        assert not left_over(self.folder)
        shutil.rmtree(self.folder)


class Records(Folder):
    """`lines` are the runs that were written and are whole, in order; the last one may have been torn since."""

    def __init__(self) -> None:
        super().__init__()
        self.path = self.folder / "cures.jsonl"
        self.lines: list[tuple[int, str, float]] = []
        self.torn = False

    def held(self) -> dict[int, tuple[str, float]]:
        return {seed: (run, value) for seed, run, value in self.lines}  # the newest counts

    @rule(seed=SEEDS, run=RUNS, value=st.floats(0, 1))
    def append(self, seed: int, run: str, value: float) -> None:
        append_run(self.path, [make_row(seed=seed, run=run, value=value), make_row(seed=seed, run=run, metric="n")])
        self.lines.append((seed, run, value))
        self.torn = False

    @rule()
    def sort(self) -> None:
        rows = settle(self.path)
        held = self.held()
        assert {row.seed: row.origin.run for row in rows} == {seed: run for seed, (run, _) in held.items()}
        self.lines, self.torn = [(seed, *held[seed]) for seed in sorted(held)], False

    @precondition(lambda self: self.lines and not self.torn)
    @rule(part=st.floats(0, 0.99), tail=st.sampled_from([b"", b"\n", b"\r\n", bytes(99)]))
    def tear(self, part: float, tail: bytes) -> None:
        content = self.path.read_bytes()
        last = content.rstrip(b"\n").rpartition(b"\n")[2]
        kept = int(part * len(last))
        self.path.write_bytes(content[: content.rindex(last)] + last[:kept] + tail)
        del self.lines[-1]
        self.torn = True

    @precondition(lambda self: self.lines and not self.torn)
    @rule()
    def lose_the_last_line_end(self) -> None:
        self.path.write_bytes(self.path.read_bytes().rstrip(b"\n"))

    @invariant()
    def every_whole_run_is_there_once(self) -> None:
        rows = read_rows(self.path)
        assert len(rows) == 2 * len(self.held())
        found = {row.seed: (row.origin.run, row.value) for row in rows if row.metric != "n"}
        assert found == self.held()


class Stored(Folder):
    """What was kept, by number; what is damaged or half gone is made again."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.kept = Store(self.folder), set[int]()

    @initialize()
    def begin(self) -> None:
        assert self.store.list() == []

    def provenance(self, number: int) -> Provenance:
        return Provenance("thing", {"number": number}, {"torch": "2"}, 1, "code")

    @rule(number=SEEDS)
    def keep(self, number: int) -> None:
        made = []

        def make() -> Kept:
            made.append(number)
            return Kept({"w": torch.full((3,), float(number))}, {"steps": number})

        kept = self.store.keep(self.provenance(number), make)
        assert kept.tensors["w"].tolist() == [number] * 3
        assert kept.facts == {"steps": number}
        assert bool(made) == (number not in self.kept)
        self.kept.add(number)

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), card=st.booleans(), way=st.integers(0, 3), part=st.floats(0, 0.99))
    def damage(self, data: st.DataObject, card: bool, way: int, part: float) -> None:
        number = data.draw(st.sampled_from(sorted(self.kept)))
        path = self.store._path(self.provenance(number)).with_suffix(".json" if card else ".safetensors")
        content = path.read_bytes()
        at = int(part * (len(content) - 1))
        if way == 0:
            path.unlink()
        elif way == 1:
            path.write_bytes(content[:at])
        elif way == 2:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        else:
            path.write_bytes(bytes(len(content)))
        self.kept.discard(number)

    @invariant()
    def nothing_else_is_found(self) -> None:
        for number in range(4):
            found = self.store.find(self.provenance(number))
            assert (found is not None) == (number in self.kept)
            assert found is None or found.tensors["w"].tolist() == [number] * 3


@pytest.mark.parametrize("machine", [Records, Stored])
@pytest.mark.parametrize("histories", [8, pytest.param(100, marks=pytest.mark.soak)])
def test_any_history(machine, histories, counted):
    steps = 10 if histories < 100 else 25
    run_state_machine_as_test(machine, settings=settings(max_examples=histories, stateful_step_count=steps))
    if histories >= 100:
        counted("damage", f"histories of {steps} steps: {machine.__name__.lower()}", histories, used=0)
