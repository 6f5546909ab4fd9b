"""Workers on other machines: two on two addresses, each with a disk of its own, killed one by one."""

import json
import os
import signal
import subprocess
import sys
import time

from dataclasses import replace

import pytest

from lazyartist.cli import main
from lazyartist.reporting.records import read_rows
from lazyartist.studies import far_work
from lazyartist.studies.cluster import connected, what_happened
from lazyartist.studies.cures.cures import CuresStudy
from lazyartist.studies.far_work import this_caller, work_far
from lazyartist.studies.runner import run_study
from lazyartist.training.sent import NotingStore, keep_sent
from lazyartist.training.store import Store, versions
from tests.dask_cluster import DaskCluster


STUDY = {"datasets": "digits", "networks": "simple_cnn:width=2", "strategies": "erm", "budget": {"epochs": 0.25}}


def facts(rows):
    return [(row.fact(), replace(row.origin, seconds=0.0).__dict__) for row in rows]


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The rows of eight seeds, measured by this process."""
    folder = tmp_path_factory.mktemp("local")
    return run_study(CuresStudy(**STUDY, seeds=8), folder, store=Store(folder / "store"), jobs=1)


@pytest.fixture(scope="module")
def cluster(missing, tmp_path_factory):
    try:
        import distributed  # noqa: F401
    except ModuleNotFoundError:
        missing("dask is not installed: pip install 'lazyartist[dask]'")
    if sys.platform != "linux":
        pytest.skip("only Linux has a second address on the loopback without being told")
    cluster = DaskCluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


def measure(cluster, folder, *, budget=STUDY["budget"], **how):
    study = CuresStudy(**{**STUDY, "budget": budget}, seeds=8)
    with connected("dask", cluster.address):
        return run_study(study, folder, store=Store(folder / "store"), **how)


def test_two_machines_give_the_rows_of_one_bit_for_bit_and_models_if_asked(cluster, local, tmp_path):
    with connected("dask", cluster.address) as workers:
        deadline = time.monotonic() + 60
        while workers < 2 and time.monotonic() < deadline:
            with connected("dask", cluster.address) as workers:
                time.sleep(0.1)
    assert workers == 2
    assert facts(measure(cluster, tmp_path, models=True)) == facts(local)
    stores = [{path.name for path in (own / "store").iterdir()} for own in cluster.folders]
    assert all(stores)
    assert not stores[0] & stores[1]
    assert {path.name for path in (tmp_path / "store").iterdir()} == stores[0] | stores[1]
    assert len(Store(tmp_path / "store").list()) == 8


def test_workers_with_other_versions_are_refused_by_name(cluster, tmp_path, monkeypatch):
    own = versions()
    monkeypatch.setattr(far_work, "versions", lambda: {**own, "torch": "1.0"})
    with pytest.raises(ValueError, match=r"process \d+ on .* does not have .*: torch \S+ instead of 1\.0\. Its rows"):
        measure(cluster, tmp_path)
    assert read_rows(tmp_path / "cures.jsonl") == []


def test_the_runs_of_a_worker_that_is_killed_are_done_by_another(cluster, local, tmp_path):
    measured = []

    def kill(run, new):
        if not measured:
            cluster.workers[0].kill()
        measured.append((run.seed, new))

    assert facts(measure(cluster, tmp_path, progress=kill)) == facts(local)
    assert sorted(measured) == [(seed, True) for seed in range(8)]
    assert not (tmp_path / "store").exists()  # models come only if they are asked for


def test_a_scheduler_that_is_gone_is_said_and_what_was_measured_is_kept(cluster, tmp_path):
    def kill(run, new):
        cluster.scheduler.kill()

    with pytest.raises(ConnectionError, match="connection to the scheduler is lost: what was measured is kept"):
        measure(cluster, tmp_path, progress=kill, budget={"epochs": 4})
    kept = {row.seed for row in read_rows(tmp_path / "cures.jsonl")}
    assert 1 <= len(kept) < 8
    new = []
    study = CuresStudy(**{**STUDY, "budget": {"epochs": 4}}, seeds=[*kept, 8])
    run_study(study, tmp_path, jobs=1, store=Store(tmp_path), progress=lambda run, was: new.append((run.seed, was)))
    assert new == [*((seed, False) for seed in kept), (8, True)]


@pytest.mark.soak
def test_ray_gives_the_rows_of_one_machine_bit_for_bit(local, missing, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_worker_niceness", "0")
    try:
        import ray  # noqa: F401
    except ModuleNotFoundError:
        missing("ray is not installed: pip install 'lazyartist[ray]'")
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "far"))
    measured = []

    def kill(run, new):
        if not measured:
            for process in _children("ray::_call"):
                os.kill(process, signal.SIGKILL)
                break
        measured.append(run.seed)

    with connected("ray") as workers:
        assert workers >= 1
        study = CuresStudy(**STUDY, seeds=8)
        rows = run_study(study, tmp_path, store=Store(tmp_path / "store"), models=True, progress=kill)
    assert facts(rows) == facts(local)
    assert sorted(measured) == list(range(8))
    assert len(Store(tmp_path / "store").list()) == 8


def _children(title):
    """Return the processes whose title begins so, of whoever."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    lines = (line.split(None, 1) for line in listed.splitlines()[1:])
    return [int(pid) for pid, words in lines if words.startswith(title)]


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A run as a worker is asked for it, by a caller that has what the worker has."""
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    study = CuresStudy(**STUDY, seeds=1)
    (run,) = study.runs()
    return study, run, study.digest(run), this_caller({})


def test_a_worker_returns_rows_and_the_models_behind_them_new_or_known(asked, tmp_path):
    study, run, digest, caller = asked
    _, rows, files = work_far(study, run, digest, caller, models=True)
    assert {row.origin.run for row in rows} == {digest}
    assert [name.rpartition(".")[2] for name in files] == ["safetensors", "json"]
    again = work_far(study, run, digest, caller, models=True)
    assert again[2] == files
    assert work_far(study, run, digest, caller)[2] == {}
    other = Store(tmp_path / "other")
    keep_sent(other, files)
    ((provenance, _),) = other.list()
    assert json.loads(files[f"{provenance.key}.json"])["spec"]["seed"] == run.seed
    assert other.find(provenance) is not None


def test_what_differs_is_named_and_nothing_is_measured(asked, tmp_path):
    study, run, digest, caller = asked
    with pytest.raises(ValueError, match="another code of lazyartist, under the same version"):
        work_far(study, run, "0" * 16, replace(caller, code="0" * 64))
    with pytest.raises(ValueError, match="other files, data or third-party packages behind digits simple_cnn:width=2"):
        work_far(study, run, "0" * 16, caller)
    other = replace(caller, versions={**caller.versions, "python": "2.7", "torch": "0.4"})
    with pytest.raises(ValueError, match=r"python 3\S+ instead of 2\.7, torch \S+ instead of 0\.4"):
        work_far(study, run, digest, other)
    assert not (tmp_path / "store").exists()


def test_a_store_takes_nothing_but_its_own_files(tmp_path, monkeypatch):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "own"))
    for name in ("../x.json", "x.json", f"{'0' * 32}.py", ""):
        with pytest.raises(ValueError, match="is no file of a store"):
            keep_sent(Store(tmp_path / "other"), {name: b""})
    assert not (tmp_path / "other").exists()
    assert NotingStore().files() == {}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--backend", "dask"], "dask needs the address where `dask scheduler` listens"),
        (["--backend", "dask", "--scheduler", "here"], "--scheduler tcp://HOST:8786, got 'here'"),
        (["--scheduler", "tcp://h:1"], "--scheduler is for a cluster: say which, --backend dask or --backend ray"),
        (["--models"], "--models is for a cluster"),
        (["--backend", "ray", "--jobs", "2"], "--jobs 2 is for this machine"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", object())  # whether it is installed or not
    assert main(["run", "cures", "--datasets", "digits", "--seeds", "1", "--results", str(tmp_path), *words]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("backend", "module"), [("dask", "distributed"), ("ray", "ray")])
def test_an_extra_that_is_missing_is_named(backend, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with (
        pytest.raises(ValueError, match=rf"{backend} is not installed here: pip install 'lazyartist\[{backend}\]'"),
        connected(backend, "tcp://127.0.0.1:1"),
    ):
        pass
    with pytest.raises(ValueError, match="backend='slurm': expected dask or ray"), connected("slurm"):
        pass


def test_what_happened_to_a_cluster_is_said_and_other_errors_are_left_as_they_are():
    killed = type("KilledWorker", (Exception,), {})
    assert "one worker after the other, most likely for want of memory (x)" in what_happened(killed("x"))
    assert "lacks a module that is here (No module named 'mine')" in what_happened(
        ModuleNotFoundError("No module named 'mine'")
    )
    assert what_happened(ValueError("out of range")) == ""
