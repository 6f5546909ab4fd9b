"""The gate: what fell, what cannot be judged, and a baseline that is whole or none."""

import json
import math

import pytest

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.cli import main
from lazyartist.reporting import gate as gate_module
from lazyartist.reporting.gate import Blessed, blessed_groups, judge, read_baseline, write_baseline
from lazyartist.reporting.records import append_run, read_rows, write_rows

from ..conftest import make_row


VALUES = {0: 0.861, 1: 0.849, 2: 0.874}


def rows_of(values, **changes):
    return [make_row(seed=seed, value=value, **changes) for seed, value in values.items()]


def moved(by):
    return {seed: value + by for seed, value in VALUES.items()}


def judged(fresh, blessed):
    return judge(fresh, blessed_groups(blessed))


def test_an_injected_regression_of_three_points_is_caught():
    verdict = judged(rows_of(moved(-0.03)), rows_of(VALUES))
    assert verdict.exit_code == 1
    ((group, change, base),) = verdict.fell
    assert group[-1] == "hard_rotated_accuracy"
    assert change.mean == pytest.approx(-0.03)
    assert "-0.0300" in verdict.table().text()
    assert base == pytest.approx(sum(VALUES.values()) / 3)


def test_three_points_taken_from_one_strategy_of_many_are_caught():
    strategies = ("erm", "focal", "oracle", "second_opinion")
    blessed = [row for name in strategies for row in rows_of(VALUES, strategy=name)]
    for fallen in strategies:
        fresh = [row for name in strategies for row in rows_of(moved(-0.03 * (name == fallen)), strategy=name)]
        verdict = judged(fresh, blessed)
        assert verdict.exit_code == 1
        assert [dict(group[1:-1])["strategy"] for group, _, _ in verdict.fell] == [fallen]
        assert f"strategy {fallen}" in verdict.table().text()


def test_a_regression_of_three_points_is_caught_through_the_noise_of_another_machine():
    noisy = {0: 0.861 - 0.043, 1: 0.849 - 0.017, 2: 0.874 - 0.03}  # the seeds differ by over a point
    assert judged(rows_of(noisy), rows_of(VALUES)).exit_code == 1


def test_noise_of_the_seeds_is_not_a_regression():
    shuffled = {0: 0.849, 1: 0.874, 2: 0.845}
    assert judged(rows_of(shuffled), rows_of(VALUES)).exit_code == 0


def test_lower_is_better_where_the_row_says_so():
    assert judged(rows_of(moved(0.03), direction="lower"), rows_of(VALUES, direction="lower")).exit_code == 1
    better = judged(rows_of(moved(-0.03), direction="lower"), rows_of(VALUES, direction="lower"))
    assert (better.exit_code, len(better.rose)) == (0, 1)


def test_missing_rows_and_none_are_unusable():
    assert judged([], rows_of(VALUES)).exit_code == 2
    assert judged([], []).exit_code == 2
    assert judged(rows_of(VALUES, strategy="focal"), rows_of(VALUES)).exit_code == 2
    assert judged(rows_of({7: 0.9}), rows_of(VALUES)).exit_code == 2
    assert judged(rows_of({0: VALUES[0]}), rows_of(VALUES)).exit_code == 2  # one of three blessed seeds
    noise = {"metric": "smallest_epsilon"}  # an accuracy that is no number is not even a row
    for value in (math.nan, math.inf):
        assert judged(rows_of({**VALUES, 0: value}, **noise), rows_of(VALUES, **noise)).exit_code == 2
        assert judged(rows_of(VALUES, **noise), rows_of({**VALUES, 0: value}, **noise)).exit_code == 2
        assert judged(rows_of({**VALUES, 0: value}, **noise), rows_of({**VALUES, 0: value}, **noise)).exit_code == 2


def test_missing_goes_before_fallen():
    blessed = [*rows_of(VALUES), *rows_of(VALUES, strategy="focal")]
    verdict = judged(rows_of(moved(-0.03)), blessed)
    assert (verdict.exit_code, len(verdict.fell), len(verdict.missing)) == (2, 1, 1)


def test_another_good_direction_than_the_blessed_one_cannot_be_judged():
    assert judged(rows_of(VALUES, direction="lower"), rows_of(VALUES)).exit_code == 2
    assert judged(rows_of(VALUES), rows_of(VALUES, direction="lower")).exit_code == 2
    with pytest.raises(ValueError, match="some rows are better higher, some lower"):
        blessed_groups([make_row(seed=0), make_row(seed=1, direction="lower")])


def test_next_to_nothing_is_nothing_even_from_zero():
    assert judged(rows_of({0: 0.0001}, direction="lower"), rows_of({0: 0.0}, direction="lower")).exit_code == 0


def test_a_description_is_not_judged():
    assert judged(rows_of(moved(-0.5), direction=""), rows_of(VALUES, direction="")).exit_code == 2
    assert judged(rows_of(VALUES), [*rows_of(VALUES), *rows_of(VALUES, direction="", metric="steps")]).exit_code == 0


@given(st.dictionaries(st.integers(0, 9), st.floats(0, 1), min_size=1))
def test_nothing_fell_since_itself(values):
    verdict = judged(rows_of(values), rows_of(values))
    assert verdict.exit_code == 0
    assert not verdict.rose


@given(
    values=st.dictionaries(st.integers(0, 9), st.floats(0.2, 1), min_size=1),
    by=st.floats(0.03, 0.2),
    higher=st.booleans(),
)
def test_whatever_falls_on_every_seed_alike_has_fallen(values, by, higher):
    direction, sign = ("higher", 1) if higher else ("lower", -1)
    after = {seed: value - sign * by for seed, value in values.items()}
    changes = {"direction": direction, "metric": "share"}
    assert judged(rows_of(after, **changes), rows_of(values, **changes)).exit_code == 1
    assert judged(rows_of(values, **changes), rows_of(after, **changes)).exit_code == 0


@pytest.fixture
def files(tmp_path, capsys):
    """Records and baseline of two strategies, and the gate on them: its exit code and all that it said."""
    records, baseline = tmp_path / "records" / "cures.jsonl", tmp_path / "baseline.json"
    write_rows(records, [*rows_of(VALUES), *rows_of(VALUES, strategy="focal")])
    write_baseline(baseline, read_rows(records))

    def gate(*more):
        code = main(["gate", "--results", str(tmp_path), "--baseline", str(baseline), *more])
        return code, "".join(capsys.readouterr())

    return records, baseline, gate


def test_the_command_blesses_only_when_told_and_exits_as_documented(files):
    records, baseline, gate = files
    baseline.unlink()
    code, said = gate()
    assert (code, baseline.exists()) == (2, False)
    assert f"there is no baseline {baseline}" in said
    assert gate("--bless")[0] == 0
    code, said = gate()
    assert code == 0
    assert "Nothing fell in 2 groups" in said
    for seed, value in moved(-0.03).items():
        append_run(records, [make_row(seed=seed, value=value, run="b")])
    code, said = gate()
    assert code == 1
    assert "1 of 2 groups fell beyond the noise" in said
    for seed, value in moved(+0.03).items():
        append_run(records, [make_row(seed=seed, value=value, run="c")])
    code, said = gate()
    assert code == 0
    assert "raises the baseline" in said


def test_the_baseline_is_one_group_a_line_and_comes_back(tmp_path):
    path = tmp_path / "baseline.json"
    rows = rows_of(VALUES, detail=[1, 2])
    assert write_baseline(path, [*rows, *rows_of(VALUES, strategy="focal")]) == 2
    assert len(path.read_text().splitlines()) == 4
    assert read_baseline(path)[rows[0].group] == Blessed("higher", VALUES)
    assert read_baseline(path) == blessed_groups([*rows, *rows_of(VALUES, strategy="focal")])
    with pytest.raises(ValueError, match="no rows to bless"):
        write_baseline(path, rows_of(VALUES, direction=""))
    assert read_baseline(path)  # what was there is still there


def refused(files):
    _, baseline, gate = files
    code, said = gate()
    assert code == 2
    assert f"lazyartist: {baseline} is not a whole baseline" in said
    assert "Traceback" not in said
    return said


def test_a_baseline_cut_anywhere_is_never_green(files):
    records, baseline, gate = files
    whole = baseline.read_bytes()
    write_rows(records, [*rows_of(moved(-0.03)), *rows_of(moved(-0.03), strategy="focal")])
    assert gate()[0] == 1
    for tail, step in ((b"", 1), (b"\n", 10), (b"\0" * 50, 10)):
        for cut in range(0, len(whole) - 1, step):
            baseline.write_bytes(whole[:cut] + tail)
            with pytest.raises(ValueError, match=r"baseline.json is not a whole baseline"):
                read_baseline(baseline)
            if cut % 100 == 0:
                refused(files)
    baseline.write_bytes(whole[:-1])  # only the end of the last line
    assert gate()[0] == 1


@pytest.mark.parametrize(
    "text",
    ["null", "{}", "[]", "", "\n", "3", '"x"', "[\nnot a row\n]\n", '{"baseline": []}', "\0" * 99, "[" * 100_000],
)
def test_what_is_no_baseline_is_said_to_be_none(files, text):
    files[1].write_text(text)
    assert "bring it back from version control, or bless anew" in refused(files)


@pytest.mark.parametrize("line", [0, 1, 2, -1])
def test_a_baseline_without_one_of_its_lines_is_refused(files, line):
    lines = files[1].read_text().splitlines(keepends=True)
    del lines[line]
    files[1].write_text("".join(lines))
    refused(files)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"higher"', '"Higher"'),
        ('"higher"', '""'),
        ('"higher"', '"lower"'),
        ("0.861", "-1"),
        ("0.861", "0.8611"),
        ("0.861", "true"),
        ("0.861", '"0.861"'),
        ('"0": 0.861', '"0": 0.1, "0": 0.861'),
        ('"0": 0.861, ', ""),
        ('"erm"', '"focal"'),
        ('"study": "cures"', '"study": "lazy"'),
        ('"groups": 2', '"groups": 1'),
    ],
)
def test_an_edited_baseline_is_refused(files, old, new):
    text = files[1].read_text()
    assert old in text
    files[1].write_text(text.replace(old, new, 1))
    refused(files)


def sealed(lines):
    """A baseline with the number and the digest that it should have, whatever its lines are."""
    return json.dumps({"groups": len(lines), "sum": gate_module._sum(lines), "baseline": lines})


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "Higher"}, {"direction": ""}, {"direction": None}, {"direction": []},
        {"values": {}}, {"values": None}, {"values": [1]}, {"values": {"0": "high"}}, {"values": {"0": True}},
        {"values": {"0": None}}, {"values": {"x": 0.8}}, {"at": None}, {"at": {"dataset": ["x"]}}, {"at": []},
        {"values": {"0": 7.0}}, {"values": {"0": -1}}, {"values": {"-1": 0.8}}, {"values": {"0": 0.8, " 0": 0.9}},
        {"at": {"dataset": None}}, {"study": ""}, {"metric": 3}, {"more": 1}, {"values": {"0": 10**400}},
    ],
    ids=str,
)  # fmt: skip
def test_a_baseline_of_wrong_types_is_refused_though_its_digest_is_right(files, change):
    lines = json.loads(files[1].read_text())["baseline"]
    files[1].write_text(sealed([{**lines[0], **change}, *lines[1:]]))
    refused(files)


def test_a_group_that_stands_twice_is_refused(files):
    lines = json.loads(files[1].read_text())["baseline"]
    files[1].write_text(sealed([*lines, lines[0]]))
    assert "stands twice" in refused(files)
    files[1].write_text(sealed([*lines, {**lines[0], "direction": "lower"}]))
    assert "stands twice" in refused(files)
    files[1].write_text(sealed([*lines, None]))
    refused(files)


def test_a_reformatted_baseline_says_the_same(files):
    records, baseline, gate = files
    for indent in (None, 4):
        baseline.write_text(json.dumps(json.loads(baseline.read_text()), indent=indent, sort_keys=True))
        assert gate()[0] == 0
        write_rows(records, [*rows_of(moved(-0.03)), *rows_of(VALUES, strategy="focal")])
        assert gate()[0] == 1
        write_rows(records, [*rows_of(VALUES), *rows_of(VALUES, strategy="focal")])


def test_a_folder_or_bytes_in_the_place_of_the_baseline_are_named(files):
    _, baseline, gate = files
    baseline.write_bytes(b"\xff\xfe\x00")
    refused(files)
    baseline.unlink()
    baseline.mkdir()
    code, said = gate()
    assert code == 2
    assert str(baseline) in said
