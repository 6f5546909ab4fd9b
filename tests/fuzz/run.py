"""Fuzz by coverage: `python tests/fuzz/run.py rows -max_total_time=600` with the extra `fuzz`.

What it finds that leads to new code is kept in `tests/fuzz/corpus/rows`; `test_corpus.py` asks all of it again.
"""

from __future__ import annotations

import logging
import sys
import warnings

from pathlib import Path

import atheris


with atheris.instrument_imports(include=["lazyartist", "csv", "json"]):
    sys.path.insert(0, str(Path(__file__).parent))
    import targets

    name = sys.argv.pop(1)
    logging.disable()
    warnings.simplefilter("ignore")
    targets.TARGETS[name](b"")  # what it imports late is watched too

if __name__ == "__main__":
    here = Path(__file__).parent
    atheris.Setup([*sys.argv, f"-dict={here / 'words.dict'}", str(here / "corpus" / name)], targets.TARGETS[name])
    atheris.Fuzz()
