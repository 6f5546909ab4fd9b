"""Bad inputs to calls and to the command line: each is refused at once, by an error that names what was wrong."""

from __future__ import annotations

import time
import warnings

import pytest

from lazyartist.cli import main
from lazyartist.data.fetch import DataError

from .bad_calls import bad_calls, good_calls
from .bad_knobs import bad_knobs
from .bad_words import CLI


LIMIT = 2.0  # seconds
# seconds as a whole, so that all of it runs in both; the soak keeps count
BOTH = pytest.mark.parametrize("soaked", [False, pytest.param(True, marks=pytest.mark.soak)])


def refused(bad):
    """Say what is wrong with the way in which a bad input was taken; nothing, if it was refused as it should be."""
    start = time.process_time()
    try:
        bad.call()
    except (ValueError, KeyError, DataError) as error:
        if not any(word in str(error) for word in bad.words):
            return f"{bad.name}: {error}"
    except Exception as error:
        return f"{bad.name}: {type(error).__name__}: {error}"
    else:
        return f"{bad.name}: accepted"
    seconds = time.process_time() - start
    return f"{bad.name}: {seconds:.1f} seconds" if seconds > LIMIT else ""


@BOTH
@pytest.mark.parametrize(("what", "inputs", "least"), [("knobs", bad_knobs, 2500), ("calls", bad_calls, 900)])
def test_bad_inputs_are_refused(what, inputs, least, soaked, counted):
    if what == "calls":
        for function, arguments in good_calls().values():
            function(**arguments)  # it is the one argument that is wrong
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [refused(bad) for bad in inputs()]
    wrong = [words for words in found if words]
    if soaked:
        counted("input", f"of {what}", len(found), refused=len(found) - len(wrong), accepted=len(wrong))
    assert not wrong, "\n".join(wrong)
    assert len(found) >= least


@BOTH
def test_bad_words_on_the_command_line_are_refused(soaked, tmp_path, monkeypatch, capsys, counted):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    lines = [f"{command} {words}".split() for command, every in CLI.items() for words in every]
    wrong = []
    for line in lines:
        start = time.process_time()
        try:
            code = main(line)
        except SystemExit as end:
            code = end.code
        said, seconds = capsys.readouterr(), time.process_time() - start
        named = bool(said.err.strip()) and "Traceback" not in said.err and "--debug shows" not in said.err
        if code != 2 or not named or seconds > LIMIT:
            wrong.append(f"{' '.join(line)}: {code}, {seconds:.1f} s, {said.err[-300:]}")
    if soaked:
        counted("input", "of the command line", len(lines), refused=len(lines) - len(wrong), accepted=len(wrong))
    assert not wrong, "\n".join(wrong)
