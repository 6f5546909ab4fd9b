import subprocess
import sys

import pytest

from lazyartist.cli import main


def modules_after(*arguments, folder):
    code = f"import sys; from lazyartist.cli import main; main({list(arguments)!r}); print('LOADED', *sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder).stdout
    return set(out.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("command", [["list"], ["gate", "--results", "nowhere"], ["table", "--results", "nowhere"]])
def test_what_needs_no_torch_does_not_import_it(command, tmp_path):
    assert not {"torch", "scipy", "sklearn", "matplotlib"} & modules_after(*command, folder=tmp_path)


def test_list_names_everything(capsys):
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    for name in (
        "lazy",
        "erm",
        "focal",
        "colour_consistency",
        "oracle",
        "bim",
        "topk",
        "resnet18",
        "fashion",
        "budget",
    ):
        assert f"  {name} " in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "cure"], "no study called 'cure'. Did you mean cures"),
        (["table", "cure"], "no table called 'cure'. Did you mean cures"),
        (["data", "mnst"], "no dataset called 'mnst'. Did you mean mnist"),
        (["table", "--results", "nowhere"], "no rows under nowhere"),
    ],
)
def test_a_wrong_name_is_answered_with_a_way_out(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
