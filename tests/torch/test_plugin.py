"""The plugin as a project of its own would use it."""

import subprocess
import sys


def run(folder, test, *options):
    (folder / "test_mine.py").write_text(test)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options], cwd=folder, capture_output=True, text=True, check=False
    )


def test_measure_prints_the_table_writes_the_results_and_fails_on_nothing(tmp_path):
    test = """
WHAT = dict(datasets=["digits"], strategies=["erm"], budget={"epochs": 0.5})

def test_measures(measure):
    assert {row.seed for row in measure("cures", seeds=[0], **WHAT)} == {0}

def test_skips_everything(measure, monkeypatch):
    from lazyartist.studies.cures import CuresStudy
    monkeypatch.setattr(CuresStudy, "ask", lambda self, run, trained: iter(()))
    measure("cures", seeds=[1], **WHAT)
"""
    done = run(tmp_path, test, "--lazy-jobs", "1", "--lazy-store", "store", "--lazy-results", "out")
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "measured nothing" in done.stdout
    assert "lazyartist: cures" in done.stdout
    assert (tmp_path / "out" / "records" / "cures.jsonl").exists()
    assert (tmp_path / "out" / "strategies.md").exists()


def test_the_plugin_is_light(tmp_path):
    done = run(tmp_path, "import sys\n\ndef test_light():\n    assert 'torch' not in sys.modules\n")
    assert done.returncode == 0, done.stdout
