"""Does it lean on a shortcut? Models that are made by hand, on images whose groups are known."""

import shlex

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from torch import nn

from lazyartist.cli import main
from lazyartist.data.memory import memory_task
from lazyartist.device import here
from lazyartist.reporting.records import read_rows, write_rows
from lazyartist.studies.inspection.shortcut import check_shortcut, group_names
from lazyartist.studies.inspection.shortcut_page import shortcut_page
from tests.torch.birds import SHARES, SIZE, Reader, birds, write_folder


@pytest.fixture(scope="module")
def task():
    return memory_task(birds(), bias="place")


def test_a_model_that_reads_the_ground_falls(task):
    report = check_shortcut(Reader("ground"), task, worst_group=0.7)
    assert report.groups.accuracy.tolist() == [[1, 0], [0, 1]]
    assert report.fallen == ["y=bird 0, place=place 1", "y=bird 1, place=place 0"]
    assert (report.verdict, report.exit_code) == ("falls", 1)
    assert (report.follows, report.keeps, report.conflicting) == (1, 0, 40)
    assert report.average == pytest.approx(0.95)  # 73 + 22 of 100 training images stand in groups that are right
    assert report.groups.balanced == 0.5
    assert 0 < report.noise < 0.4
    assert "100.0 % are called that class" in "\n".join(report.lines())


def test_a_model_that_reads_the_bird_passes(task):
    report = check_shortcut(Reader("bird"), task, worst_group=0.7, noise=False)
    assert (report.verdict, report.exit_code, report.noise) == ("passes", 0, None)
    assert report.follows == 0
    assert set(report.numbers) >= {"worst_group_accuracy", "average_accuracy"}
    assert "noise" not in report.numbers


def test_where_noise_cannot_be_sought_the_rest_is_told(task):
    model = nn.Sequential(Reader("bird"), nn.Softmax(1))
    report = check_shortcut(model, task, worst_group=0.7)
    assert (report.verdict, report.noise) == ("passes", None)
    assert any("noise was not sought: the model returns probabilities" in line for line in report.lines())


def test_an_attribute_with_one_value_tells_nothing():
    report = check_shortcut(Reader("bird"), memory_task(birds(2, 1, dict.fromkeys(SHARES, (20, 20))), bias="place"))
    assert report.exit_code == 2
    assert report.unknown == ["place has the same value in every image: there is nothing to compare"]


def test_what_too_few_images_show_cannot_be_told(task):
    shares = {**SHARES, "test": (20, 20, 3, 20)}
    report = check_shortcut(Reader("bird"), memory_task(birds(shares=shares), bias="place"), worst_group=0.7)
    assert (report.verdict, report.exit_code) == ("cannot tell", 2)
    assert report.unknown == ["y=bird 1, place=place 0: 3 test images, expected 10 or more"]
    falls = check_shortcut(Reader("ground"), memory_task(birds(shares=shares), bias="place"), worst_group=0.7)
    assert falls.exit_code == 1  # of another group enough is known


def test_without_an_attribute_classes_are_compared_and_nothing_is_promised():
    report = check_shortcut(Reader("bird"), memory_task(birds(), bias=()), worst_group=0.7)
    assert report.names == ["y=bird 0", "y=bird 1"]
    assert report.groups.n.tolist() == [[40], [40]]
    assert report.exit_code == 2
    assert "no attribute to lean on" in report.lines()[-2]


def test_three_classes_with_four_attribute_values():
    shares = dict.fromkeys(SHARES, (12,) * 12)
    task = memory_task(birds(3, 4, shares), bias="place")
    assert len(group_names(task.test)) == 12
    model = here(nn.Sequential(nn.Flatten(), nn.utils.skip_init(nn.Linear, 3 * SIZE * SIZE, 3)))
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    report = check_shortcut(model, task)
    assert int(report.groups.n.sum()) == 144
    assert report.verdict == "not asked"  # no threshold was asked for


@pytest.mark.parametrize("share", [1.5, -0.1, float("nan"), "0.7", True])
def test_a_threshold_that_is_no_share_is_refused(task, share):
    with pytest.raises(ValueError, match=r"worst_group=.*expected a share"):
        check_shortcut(Reader("bird"), task, worst_group=share)


def test_the_page_shows_mistakes_and_where_the_model_looked(task):
    model = Reader("ground")
    page = shortcut_page(model, check_shortcut(model, task, worst_group=0.7, noise=False))
    assert page.count("<img") == 24
    assert "called bird 1" in page
    assert "Grad-CAM of the answer at conv" in page
    assert "://" not in page  # nothing is fetched


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "birds")


def test_the_command_trains_checks_and_writes_a_page(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    words = ["check", "--data", f"folder:{folder}:size={SIZE}", "--strategy", "erm", "--network", "simple_cnn:width=2"]
    page = tmp_path / "report.html"
    code = main([*words, "--epochs", "2", "--worst-group", "0.99", "--page", str(page)])
    out = capsys.readouterr().out
    assert code == 1
    assert "y=1, place=0" in out
    assert "verdict: falls" in out
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert main([*words, "--epochs", "2", "--worst-group", "0"]) == 0
    assert main([*words, "--worst-group", "70"]) == 2
    assert "expected a share" in capsys.readouterr().err
    assert main([*words, "--page", str(tmp_path / "nowhere" / "page.html")]) == 2


def test_the_fixture_fails_a_test_and_leaves_its_numbers_in_junit(pytester, task):
    del task  # what a check imports is imported before: the pytest inside forgets what it imported, and torch does not
    pytester.makepyfile(
        helper=f"import sys; sys.path.insert(0, {str(pytester.path)!r})",
        test_check="""
from tests.torch.birds import Reader, birds

def test_reads_the_ground(check_model):
    check_model(Reader("ground"), birds(), worst_group=0.7, bias="place")

def test_reads_the_bird(check_model):
    report = check_model(Reader("bird"), birds(), worst_group=0.7, bias="place")
    assert report.groups.worst == 1

def test_cannot_be_told(check_model):
    check_model(Reader("bird"), birds(), worst_group=0.7, bias=())
""",
    )
    done = pytester.runpytest_inprocess("--junitxml=report.xml", "-p", "no:randomly")
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(["*verdict: falls*", "*verdict: cannot tell*"])
    cases = ElementTree.parse(pytester.path / "report.xml").iter("testcase")
    properties = {case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")} for case in cases}
    assert properties["test_reads_the_ground"]["worst_group_accuracy"] == "0.0"


WORKFLOW = Path(__file__).parents[4] / "docs" / "check.yml"


def steps_of(workflow):
    """Return the commands of a workflow that are this project's, as words."""
    lines = [line.strip() for line in workflow.read_text().splitlines()]
    return [shlex.split(line.removeprefix("- run: ")) for line in lines if line.startswith("- run: lazyartist")]


def test_the_workflow_is_green_and_red_when_one_group_falls(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    values = {"$DATA": f"folder:{folder}:target=y:bias=place:size={SIZE}", "$STRATEGY": "group_dro"}

    def run(words, *more):
        for name, value in values.items():
            words = [word.replace(name, value) for word in words]
        return main([*words[1:], *more])

    train, gate, check = steps_of(WORKFLOW)
    small = ["--epochs", "10", "--batch-size", "16", "--learning-rate", "0.02"]
    train = [*train, "--networks", "simple_cnn:width=2", "--jobs", "1", "--seeds", "1", *small]
    check = [*check, "--network", "simple_cnn:width=2", "--epochs", "10"]
    assert run(train) == 0
    assert "worst group" in capsys.readouterr().out
    assert run(gate, "--bless") == 0
    assert run(gate) == 0
    path = tmp_path / "fresh" / "records" / "cures.jsonl"
    rows = read_rows(path)
    write_rows(
        path, [replace(row, value=row.value / 2) if row.metric == "worst_group_accuracy" else row for row in rows]
    )
    capsys.readouterr()
    assert run(gate) == 1  # the average of all groups is as it was
    assert "worst_group_accuracy" in capsys.readouterr().out
    assert run(check) in (0, 1)
    assert (tmp_path / "fresh" / "report.html").exists()
