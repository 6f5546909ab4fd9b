"""What the command line answers where a name is looked up among things that need torch."""

import pytest

from lazyartist.cli import main


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
