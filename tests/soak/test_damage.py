"""Files that are damaged in fourteen ways: each is healed or named, and none is used."""

from __future__ import annotations

import gzip
import hashlib
import logging
import warnings

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import torch

from lazyartist.cli import main
from lazyartist.data import sources
from lazyartist.data.make import make_task
from lazyartist.networks import build
from lazyartist.reporting.gate import write_baseline
from lazyartist.reporting.records import read_rows, write_rows
from lazyartist.sae import SAES
from lazyartist.sae.budget import SaeBudget
from lazyartist.sae.io import from_tensors, to_tensors
from lazyartist.sae.train import train
from lazyartist.training.store import Kept, Provenance, Store

from ..bird_folder import write_birds
from ..core.conftest import make_row
from .faults import DAMAGES, left_over, restore


SIZES = [1, pytest.param(3, marks=pytest.mark.soak)]  # files of a kind; a sample has fewer damages
SAMPLE = ("cut somewhere", "a byte flipped", "its end is NULs", "a folder")


def damaged(files: list[Path], size: int) -> list[tuple[Path, bytes, str, Random]]:
    """Return (file, its content, name of a damage, random numbers) for each file and damage."""
    names = list(DAMAGES) if size > 1 else SAMPLE
    return [(path, path.read_bytes(), name, Random(f"{path.name} {name}")) for path in files for name in names]


class Tally:
    """What came of damaged files."""

    def __init__(self) -> None:
        self.tried = 0
        self.outcomes: Counter[str] = Counter()
        self.used: list[str] = []

    def add(self, what: str, **outcomes: bool) -> None:
        """Count the first outcome that is the case."""
        self.tried += 1
        found = next((name for name, came in outcomes.items() if came), "")
        if found:
            self.outcomes[found] += 1
        else:
            self.used.append(what)


@pytest.fixture
def tally() -> Tally:
    return Tally()


def finish(tally: Tally, counted: Callable[..., None], what: str, size: int) -> None:
    if size > 1:
        counted("damage", what, tally.tried, **tally.outcomes, used=len(tally.used))
    assert not tally.used, tally.used


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("size", SIZES)
def test_fetched_data(size, tmp_path, monkeypatch, caplog, tally, counted):
    names = (sources.TRAIN_IMAGES, sources.TRAIN_LABELS, sources.TEST_IMAGES, sources.TEST_LABELS)
    files = {name: Random(name).randbytes(3000) for name in names}
    source = sources.Source("Tiny", {name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
    packed = {f"{name}.gz": gzip.compress(content) for name, content in files.items()}
    monkeypatch.setattr(sources, "ways", lambda *words, **more: {"a way": lambda folder: put(folder, packed)})
    raw = tmp_path / "Tiny" / "raw"
    put(raw, files)
    for path, content, name, random in damaged([raw / name for name in names[: size + 1]], size):
        DAMAGES[name](path, random)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            got = sources.fetch(source, tmp_path)
        right = got == files
        healed = path.is_file() and path.read_bytes() == content
        tally.add(f"{path.name} {name}", healed=right and healed, named=right and str(raw) in caplog.text)
        restore(path, content)
    finish(tally, counted, "fetched data", size)


@pytest.mark.parametrize("size", SIZES)
def test_images_of_a_folder(size, tmp_path, monkeypatch, tally, counted):
    """One that can still be decoded has another fingerprint, so that nothing known is said of it."""
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path / "data"))
    root = write_birds(tmp_path / "birds", 12, (24, 24))
    spec = f"folder:{root}:target=y:bias=place:size=16"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = make_task(spec).train.fingerprint
        for path, content, name, random in damaged(sorted(root.rglob("*.png"))[: 2 * size - 1], size):
            DAMAGES[name](path, random)
            try:
                same = make_task(spec).train.fingerprint == before  # to the pixel: only a checksum was cut off
                tally.add(f"{path.name} {name}", harmless=same, other=not same)
            except ValueError as error:
                tally.add(f"{path.name} {name}", named=path.name in str(error))
            restore(path, content)
        assert make_task(spec).train.fingerprint == before
    finish(tally, counted, "images of a folder", size)


@pytest.mark.parametrize("size", SIZES)
def test_metadata(size, tmp_path, monkeypatch, tally, counted, caplog):
    """A table that can still be read says the same; or what it lacks is named; or it is known as other data."""
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path / "data"))
    for number in range(size):
        root = write_birds(tmp_path / f"birds{number}", 12, (16, 16), seed=number)
        path = root / "metadata.csv"
        spec = f"folder:{root}:target=y:bias=place:size=16"
        before = make_task(spec).train.fingerprint
        for _, content, name, random in damaged([path], size):
            DAMAGES[name](path, random)
            caplog.clear()
            try:
                with caplog.at_level(logging.WARNING), warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    task = make_task(spec)
                named = str(root) in caplog.text + " ".join(str(one.message) for one in said)
                same = task.train.fingerprint == before
                other = not same and "cut" not in name
                tally.add(f"{path} {name}", named=named, other=other, harmless=same)
            except (ValueError, OSError) as error:
                tally.add(f"{path} {name}: {error}", named=str(root) in str(error))
            restore(path, content)
    finish(tally, counted, "metadata.csv", size)


def made_model(number: int) -> Kept:
    return Kept(build("simple_cnn:width=2", 10, number).state_dict(), {"steps": 7, "seconds": 0.5})


def made_autoencoder(number: int) -> Kept:
    vectors = torch.randn(64, 6, generator=torch.Generator().manual_seed(number))
    (trained,) = train(SAES.build("topk:k=2"), vectors, features=4, budget=SaeBudget(3, 16, 1e-2))
    return Kept(to_tensors(trained), {"steps": 3, "seconds": 0.5})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("kind", "make"), [("classifier", made_model), ("saes", made_autoencoder)])
def test_what_is_stored(kind, make, size, tmp_path, tally, counted, caplog):
    """Card or tensors: what is damaged is named and made again, to the bit."""
    store = Store(tmp_path)
    for number in range(size):
        provenance, good = Provenance(kind, {"number": number}, {"torch": "2"}, 1, "code"), make(number)
        store.keep(provenance, lambda good=good: good)
        paths = [store._path(provenance), store._path(provenance).with_suffix(".safetensors")]
        for path, content, name, random in damaged(paths, size):
            DAMAGES[name](path, random)
            caplog.clear()
            made = []
            with caplog.at_level(logging.WARNING):
                store.list()
                got = store.keep(provenance, lambda good=good, made=made: made.append(1) or good)
            same = dict(got.facts) == good.facts and all(
                torch.equal(got.tensors[k], v) for k, v in good.tensors.items()
            )
            healed = bool(made) and path.is_file() and path.read_bytes() == content
            named = str(path) in caplog.text or str(path.with_suffix(".safetensors")) in caplog.text
            tally.add(f"{path.name} {name}", healed=same and healed and named, named=same and named)
            restore(path, content)
        if kind == "saes":
            assert from_tensors(SAES.build("topk:k=2"), good.tensors, 0, SaeBudget(3, 16, 1e-2))
    assert not left_over(tmp_path)
    finish(tally, counted, "cards and models" if kind == "classifier" else "cards and sparse autoencoders", size)


@pytest.fixture
def gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, str]]:
    """The gate on four groups of two seeds, which all fell: exit code, and all that it said."""
    records = tmp_path / "records" / "cures.jsonl"
    metrics, seeds = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy", "follows_bias"), range(3)
    rows = [make_row(metric=m, seed=s, value=0.8 + s / 100, run=f"run{s}") for s in seeds for m in metrics]
    write_rows(records, rows)
    write_baseline(tmp_path / "baseline.json", read_rows(records))
    write_rows(records, [make_row(metric=m, seed=s, value=0.4, run=f"run{s}") for s in seeds for m in metrics])

    def run() -> tuple[int, str]:
        code = main(["gate", "--results", str(tmp_path), "--baseline", str(tmp_path / "baseline.json")])
        return code, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("what", "file"), [("records", "records/cures.jsonl"), ("baseline", "baseline.json")])
def test_what_the_gate_judges_by(what, file, size, tmp_path, gate, tally, counted):
    """Red, since everything fell, or it cannot judge and names the file; never green."""
    path, green = tmp_path / file, 0
    assert gate()[0] == 1
    for number in range(size):
        for _, content, name, random in damaged([path], size):
            DAMAGES[name](path, Random(number) if number else random)
            code, said = gate()
            green += code == 0
            named = str(path) in said or "missing: cures" in said  # an empty file has no rows of any study
            tally.add(f"{name} {code} {said}", named=code == 2 and named and "Traceback" not in said)
            restore(path, content)
    if size > 1:
        counted(
            "damage", f"{what}, judged by the gate", tally.tried, **tally.outcomes, green=green, used=len(tally.used)
        )
    assert not tally.used, tally.used
