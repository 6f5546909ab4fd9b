import math

import pytest

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.cli import main
from lazyartist.reporting.gate import judge, read_baseline, write_baseline
from lazyartist.reporting.row import append_rows

from .conftest import make_row


VALUES = {0: 0.861, 1: 0.849, 2: 0.874}


def rows_of(values, **changes):
    return [make_row(seed=seed, value=value, **changes) for seed, value in values.items()]


def moved(by):
    return {seed: value + by for seed, value in VALUES.items()}


def test_an_injected_regression_of_three_points_is_caught():
    verdict = judge(rows_of(moved(-0.03)), rows_of(VALUES))
    assert verdict.exit_code == 1
    ((group, change, base),) = verdict.fell
    assert group[-1] == "hard_rotated_accuracy"
    assert change.mean == pytest.approx(-0.03)
    assert "-0.0300" in verdict.table().text()
    assert base == pytest.approx(sum(VALUES.values()) / 3)


def test_a_regression_of_three_points_is_caught_through_the_noise_of_another_machine():
    noisy = {0: 0.861 - 0.043, 1: 0.849 - 0.017, 2: 0.874 - 0.03}  # the seeds differ by over a point
    assert judge(rows_of(noisy), rows_of(VALUES)).exit_code == 1


def test_noise_of_the_seeds_is_not_a_regression():
    shuffled = {0: 0.849, 1: 0.874, 2: 0.845}
    assert judge(rows_of(shuffled), rows_of(VALUES)).exit_code == 0


def test_lower_is_better_where_the_row_says_so():
    assert judge(rows_of(moved(0.03), direction="lower"), rows_of(VALUES, direction="lower")).exit_code == 1
    better = judge(rows_of(moved(-0.03), direction="lower"), rows_of(VALUES, direction="lower"))
    assert (better.exit_code, len(better.rose)) == (0, 1)


def test_missing_rows_and_none_are_unusable():
    assert judge([], rows_of(VALUES)).exit_code == 2
    assert judge([], []).exit_code == 2
    assert judge(rows_of(VALUES, strategy="focal"), rows_of(VALUES)).exit_code == 2
    assert judge(rows_of({7: 0.9}), rows_of(VALUES)).exit_code == 2
    assert judge(rows_of({**VALUES, 0: math.nan}), rows_of(VALUES)).exit_code == 2
    assert judge(rows_of(VALUES), rows_of({**VALUES, 0: math.nan})).exit_code == 2
    assert judge(rows_of({0: VALUES[0]}), rows_of(VALUES)).exit_code == 2  # one of three blessed seeds


def test_next_to_nothing_is_nothing_even_from_zero():
    assert judge(rows_of({0: 0.0001}, direction="lower"), rows_of({0: 0.0}, direction="lower")).exit_code == 0


def test_a_description_is_not_judged():
    assert judge(rows_of(moved(-0.5), direction=""), rows_of(VALUES, direction="")).exit_code == 2
    assert judge(rows_of(VALUES), [*rows_of(VALUES), *rows_of(VALUES, direction="", metric="steps")]).exit_code == 0


@given(st.dictionaries(st.integers(0, 9), st.floats(0, 1), min_size=1))
def test_nothing_fell_since_itself(values):
    verdict = judge(rows_of(values), rows_of(values))
    assert verdict.exit_code == 0
    assert not verdict.rose


def test_the_command_blesses_only_when_told_and_exits_as_documented(tmp_path, capsys):
    records, baseline = tmp_path / "records" / "cures.jsonl", tmp_path / "baseline.json"
    gate = ["gate", "--results", str(tmp_path), "--baseline", str(baseline)]
    assert main(gate) == 2
    assert "there is no baseline" in capsys.readouterr().err
    baseline.write_text("[\nnot a row\n]\n")
    assert main(gate) == 2
    assert "is not a baseline" in capsys.readouterr().err
    baseline.unlink()
    append_rows(records, rows_of(VALUES))
    assert main(gate) == 2
    assert not baseline.exists()
    assert main([*gate, "--bless"]) == 0
    assert main(gate) == 0
    assert "Nothing fell in 1 groups" in capsys.readouterr().out
    append_rows(records, rows_of(moved(-0.03)))
    assert main(gate) == 1
    assert "fell beyond the noise" in capsys.readouterr().out
    append_rows(records, rows_of(moved(+0.03)))
    assert main(gate) == 0
    assert "raises the baseline" in capsys.readouterr().out


def test_the_baseline_is_one_row_a_line_and_comes_back(tmp_path):
    path = tmp_path / "baseline.json"
    assert write_baseline(path, rows_of(VALUES, detail=[1, 2])) == 3
    assert len(path.read_text().splitlines()) == 5
    assert read_baseline(path) == rows_of(VALUES)
    with pytest.raises(ValueError, match="no rows to bless"):
        write_baseline(path, rows_of(VALUES, direction=""))
