"""What the command line answers where a name is looked up among things that need torch."""

import re

import pytest

from lazyartist.cli import main


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("focal", "strategy focal: Weigh each image by .*\\n  gamma=2.0 +a finite number from 0 on\\n"),
        ("bim", "attack bim: .*\\n  steps=40 +a whole number from 1 on\\n(.*\\n)?  random_start=True +True or False"),
        ("noise", "^study noise: .*\\n(.*\\n)*  sevens=200 +a whole number from 1 on\\n"),
        ("naming", r"\n  conflicts=\(0\.01, 0\.05, 0\.2\) one or more, each a finite number above 0, below 1\n"),
        ("simple_cnn", "network simple_cnn: .*\\n  width=16 +a whole number\\n$"),
        ("folder", "dataset folder: .*\\n  path=''\\n  target=''\\n  bias\\n  size=64\\n"),
        ("oracle", "strategy oracle: .*\\n  no knobs\\n$"),
        ("mnist", "dataset mnist: .*\\n  and the knobs of whatever it is made by\\n"),
        ("forgetting.distillation", "kl=0.3 +a finite number from 0, up to 1\\n"),
    ],
)
def test_what_one_thing_takes_is_shown_with_its_ranges(name, words, capsys):
    assert main(["list", name]) == 0
    assert re.search(words, capsys.readouterr().out)
    assert main(["list", "focl"]) == 2
    assert "Did you mean focal" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["data", "mnst"], "no dataset called 'mnst'. Did you mean mnist"),
        (["run", "lazy", "--datasets", "digts"], "no dataset called 'digts'. Did you mean digits"),
        (["run", "lazy", "--strategies", "focl"], "no strategy called 'focl'. Did you mean focal"),
        (["run", "lazy", "--networks", "resnet"], "no network called 'resnet'. Did you mean resnet18"),
        (["run", "lazy", "--networks", "simple_cnn:wide=3"], "'wide'"),
        (["run", "lazy", "--networks", "simple_cnn:width=x"], "width"),
        (["run", "lazy", "--strategies", "focal:gama=3"], "focal has the knobs ['gamma'], not 'gama'"),
        (["run", "noise:sevns=3"], "'sevns'"),
        (["run", "lazy", "--datasets", "digits", "--epochs", "0"], "expected a positive number"),
        (["run", "lazy", "--datasets", "digits", "--learning-rate", "nan"], "expected a positive number"),
        (["run", "lazy", "--datasets", "digits:correlation=2"], "correlation=2"),
        (["probe", "--model", "nowhere.safetensors", "--network", "simple_cnn"], "nowhere.safetensors"),
    ],
)
def test_a_wrong_name_or_number_is_answered_with_a_way_out(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []  # nothing was done before
