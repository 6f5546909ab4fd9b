"""The plugin as a project of its own would use it."""

import subprocess
import sys

# imported here, since what a project inside this process imports first is forgotten with it
from lazyartist.strategies import erm  # noqa: F401
from lazyartist.studies import cures, runner  # noqa: F401


def test_measure_prints_the_table_writes_the_results_and_fails_on_nothing(pytester):
    pytester.makepyfile("""
        WHAT = dict(datasets=["digits"], strategies=["erm"], budget={"epochs": 0.5})

        def test_measures(measure):
            assert {row.seed for row in measure("cures", seeds=[0], **WHAT)} == {0}

        def test_skips_everything(measure, monkeypatch):
            from lazyartist.studies.cures.cures import CuresStudy
            monkeypatch.setattr(CuresStudy, "ask", lambda self, run, trained: iter(()))
            measure("cures", seeds=[1], **WHAT)
    """)
    done = pytester.runpytest_inprocess("--lazy-jobs", "1", "--lazy-store", "store", "--lazy-results", "out")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*measured nothing*", "*lazyartist: cures*", "*written: strategies.md*"])
    assert (pytester.path / "out" / "records" / "cures.jsonl").exists()
    assert (pytester.path / "out" / "strategies.svg").exists()


def test_the_plugin_is_light(tmp_path):
    (tmp_path / "test_mine.py").write_text("import sys\n\ndef test_light():\n    assert 'torch' not in sys.modules\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
