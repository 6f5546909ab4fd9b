"""The plugin as a project of its own would use it."""

import subprocess
import sys


def test_measure_prints_the_table_and_writes_the_results(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "def test_lazy(measure):\n"
        "    rows = measure('lazy', datasets=['digits'], seeds=[0])\n"
        "    assert {row.seed for row in rows} == {0}\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--lazy-jobs",
        "1",
        "--lazy-store",
        "store",
        "--lazy-results",
        "out",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lazyartist: lazy" in done.stdout
    assert "digits" in done.stdout
    assert (tmp_path / "out" / "records" / "lazy.jsonl").exists()
    assert (tmp_path / "out" / "lazy.md").exists()


def test_a_study_that_measures_nothing_fails(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "def test_lazy(measure, monkeypatch):\n"
        "    from lazyartist.studies.lazy import LazyStudy\n"
        "    monkeypatch.setattr(LazyStudy, 'ask', lambda self, run, trained: iter(()))\n"
        "    measure('lazy', datasets=['digits'], seeds=[0])\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--lazy-jobs",
        "1",
        "--lazy-store",
        "store",
        "--lazy-results",
        "out",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "measured nothing" in done.stdout


def test_the_plugin_is_light(tmp_path):
    (tmp_path / "test_mine.py").write_text("import sys\n\ndef test_light():\n    assert 'torch' not in sys.modules\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
