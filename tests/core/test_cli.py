"""The command line: what it imports, what it answers, and its exit codes."""

import argparse
import os
import signal
import subprocess
import sys

import pytest

from lazyartist import commands
from lazyartist.arguments import command_line
from lazyartist.cli import main
from lazyartist.reporting.records import write_rows

from .conftest import make_row


HEAVY = {"torch", "scipy", "sklearn", "torchvision"}


def modules_after(code, folder):
    code = f"import sys; {code}; print('LOADED', *sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder).stdout
    return set(out.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("command", [["list"], ["gate", "--results", "here"], ["table", "--results", "here"],
                                     ["report", "--results", "here"]])  # fmt: skip
@pytest.mark.parametrize("recorded", [False, True])
def test_what_needs_no_torch_does_not_import_it(command, recorded, tmp_path):
    if recorded:
        for study in ("cures", "lazy", "a_study_of_nobody"):
            metrics = ("easy_accuracy", "hard_rotated_accuracy", "hard_other_accuracy")
            rows = [make_row(study=study, metric=metric) for metric in metrics]
            write_rows(tmp_path / "here" / "records" / f"{study}.jsonl", rows)
    code = f"from lazyartist.cli import main; main({command!r})"
    assert not {*HEAVY, "matplotlib"} & modules_after(code, tmp_path)


def test_what_chapters_show_needs_no_torch(tmp_path):
    code = (
        "from lazyartist.studies import FIGURES, TABLES; shown = [(r, n) for r in (TABLES, FIGURES) for n in r]; "
        "[r[n] for r, n in shown]; assert {'cures', 'noise', 'sae'} <= {*TABLES} & {*FIGURES}"
    )
    modules = modules_after(code, tmp_path)
    assert not HEAVY & modules
    assert {"lazyartist.studies.cures.tables", "lazyartist.studies.noise.figures"} <= modules


def test_list_names_everything(capsys):
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    for name in ("lazy", "erm", "focal", "colour_consistency", "oracle", "bim", "topk", "resnet18", "fashion", "budget",
                 "grad_cam", "cures", "digits"):  # fmt: skip
        assert f"  {name} " in out


@pytest.mark.parametrize(
    ("kind", "there", "elsewhere"),
    [("lies", "wave", "erm"), ("cases", "forgetting", "erm"), ("cases of the clinic", "steering", "erm"),
     ("strategies", "erm", "wave")],
)  # fmt: skip
def test_one_kind_of_things_is_listed(kind, there, elsewhere, capsys):
    assert main(["list", kind]) == 0
    out = capsys.readouterr().out
    assert f"  {there} " in out
    assert f"  {elsewhere} " not in out
    assert out.startswith(kind)
    assert main(["list", "strategie"]) == 2
    assert "no thing or kind called 'strategie'. Did you mean strategies" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "cure"], "no study called 'cure'. Did you mean cures"),
        (["table", "cure"], "no study with records called 'cure'. Did you mean cures"),
        (["run", "lazyness:x=1"], "no study called 'lazyness'. Did you mean lazy"),
        (["table", "--results", "nowhere"], "no rows under nowhere"),
        (["table", "cures", "--results", "nowhere"], "`lazyartist run` makes some"),
        (["gate", "--baseline", "nowhere.json"], "there is no baseline nowhere.json"),
        (["report", "--results", "nowhere"], "no rows under nowhere/records: `lazyartist run` makes some"),
        (["report", "--baseline", "nowhere.json"], "there is no baseline nowhere.json"),
        (["report", "--output", "nowhere/report.html"], "nowhere is no folder, or not yours: name another one"),
        (["report", "--output", "results"], "results cannot be written: it is a folder: name a file in it"),
    ],
)
def test_a_wrong_name_is_answered_with_a_way_out(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "results" / "records" / "cures.jsonl", [make_row()])
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "lazy", "--nets", "simple_cnn"], "unrecognized arguments: --nets"),
        (["run", "lazy", "--networks", ""], "argument --networks: expected names with commas between them, got ''"),
        (["run", "lazy", "--strategies", ""], "argument --strategies: expected names"),
        (["run", "lazy", "--datasets", " , "], "argument --datasets: expected names"),
        (["run", "lazy", "--seeds", "99999999999999"], "a whole number from 1 to a million, got '99999999999999'"),
        (["run", "lazy", "--seeds", "9" * 5000], "a whole number from 1 to a million"),
        (["run", "lazy", "--seeds", "-3"], "a whole number from 1 to a million, got '-3'"),
        (["run", "lazy", "--seeds", "0"], "argument --seeds"),
        (["run", "lazy", "--seeds", "2.5"], "argument --seeds"),
        (["run", "lazy", "--seeds", "\u0663"], "argument --seeds"),
        (["run", "lazy", "--jobs", "0"], "argument --jobs"),
        (["run", "lazy", "--batch-size", "x"], "argument --batch-size"),
        (["run", "lazy", "--epochs", "many"], "argument --epochs"),
        (["attack", "--model", "x", "--from", "7", "--to", "3", "--images", "0"], "argument --images"),
        (["run"], "arguments are required: study"),
        ([], "arguments are required: COMMAND"),
        (["lost"], "invalid choice: 'lost'"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused_before_anything_is_done(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err


def every_parser(parser=None):
    parser = parser or command_line()
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in dict.fromkeys(action.choices.values()):
                yield from every_parser(inner)


def test_every_option_and_command_is_explained_in_a_sentence():
    parsers = list(every_parser())
    assert len(parsers) == 13
    for parser in parsers:
        assert parser.description[0].isupper()
        assert parser.description.endswith(".")
        for action in parser._actions:
            if isinstance(action, (argparse._HelpAction, argparse._VersionAction, argparse._SubParsersAction)):
                continue
            words = action.help or ""
            assert words[:1].isupper(), (parser.prog, action.dest, words)
            assert words.endswith("."), (parser.prog, action.dest, words)
            assert len(words.split()) > 2, (parser.prog, action.dest, words)


@pytest.mark.parametrize(
    "error", [RuntimeError("a worker was lost"), TypeError("no"), RecursionError(), KeyError("name"), AssertionError(),
              ImportError("no torch"), MemoryError(), ZeroDivisionError("division"), NotImplementedError()]
)  # fmt: skip
def test_whatever_goes_wrong_inside_a_command_is_no_regression(error, monkeypatch, capsys):
    def fail(options):
        raise error

    monkeypatch.setattr(commands, "list_command", fail)
    assert main(["list"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("lazyartist: ")
    assert "Traceback" not in said
    assert type(error).__name__ in said
    assert "--debug shows where" in said
    with pytest.raises(type(error)):
        main(["--debug", "list"])


def test_an_interruption_whose_cleaning_up_fails_is_one_all_the_same(monkeypatch, capsys):
    def stop(options):
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("cannot join thread before it is started")

    monkeypatch.setattr(commands, "list_command", stop)
    assert main(["list"]) == 130
    assert "cannot join" not in capsys.readouterr().err


def test_an_interruption_says_that_nothing_is_lost(monkeypatch, capsys):
    def stop(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "list_command", stop)
    assert main(["list"]) == 130
    assert "goes on from here" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_to_end_is_an_interruption_with_a_code_of_its_own(name, monkeypatch, capsys):
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)  # whatever the tests are run behind
    try:
        monkeypatch.setattr(commands, "list_command", lambda options: os.kill(os.getpid(), number))
        assert main(["list"]) == 143
        assert "goes on from here" in capsys.readouterr().err
        assert signal.getsignal(number) is signal.SIG_DFL
        monkeypatch.setattr(commands, "list_command", lambda options: 0)
        signal.signal(number, signal.SIG_IGN)  # as nohup does
        assert main(["list"]) == 0
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(
    ("shell", "code"),
    [("list >&-", 0), ("list >&- 2>&-", 0), ("list >/dev/full", 2), ("table x 2>/dev/full", 2), ("table x 2>&-", 2)],
)
def test_a_broken_terminal_is_no_traceback_and_no_regression(shell, code, tmp_path):
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m lazyartist {shell}"], capture_output=True, cwd=tmp_path)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


def _started(folder, monkeypatch, unbuffered, *words):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1" if unbuffered else "")
    command = [sys.executable, "-m", "lazyartist", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder)


@pytest.mark.parametrize("lines", [0, 1])
@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_reader_who_has_seen_enough_is_no_error(lines, unbuffered, tmp_path, monkeypatch):
    process = _started(tmp_path, monkeypatch, unbuffered, "list")
    for _ in range(lines):
        assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"]])
@pytest.mark.parametrize("unbuffered", [False, True])
def test_help_into_a_closed_pipe_is_no_error_either(words, unbuffered, tmp_path, monkeypatch):
    process = _started(tmp_path, monkeypatch, unbuffered, *words)
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_names_that_are_no_text_do_not_stop_the_output(tmp_path):
    words = [sys.executable, "-m", "lazyartist", "table", "--results", b"not utf-8 \xff"]
    environment = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PATH": ""}
    done = subprocess.run(words, capture_output=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 2
    assert b"no rows under not utf-8" in done.stderr
