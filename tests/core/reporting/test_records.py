"""The files of rows: whole runs or none, whatever happened to the file."""

import hashlib
import json
import logging

import pytest

from hypothesis import given
from hypothesis import strategies as st

from lazyartist.cli import main
from lazyartist.reporting.gate import write_baseline
from lazyartist.reporting.records import append_run, parse_run, read_rows, recorded_rows, run_line, settle, write_rows

from ..conftest import make_row


METRICS = ("easy_accuracy", "hard_rotated_accuracy")


def a_run(seed=0, run=None, value=0.8, **changes):
    return [make_row(seed=seed, run=run or f"run{seed}", metric=m, value=value, **changes) for m in METRICS]


def facts(rows):
    return [row.fact() for row in rows]


def signed(content):
    """A line with the digest that it should have, whatever it holds."""
    rest = content if isinstance(content, str) else json.dumps(content)
    rest = rest[1:].encode()
    return b'{"sum": "' + hashlib.sha256(rest).hexdigest()[:16].encode() + b'", ' + rest


def content_of(rows):
    content = json.loads(run_line(rows))
    del content["sum"]
    return content


@pytest.fixture
def path(tmp_path):
    """Records of two seeds under results that a baseline was blessed of."""
    path = tmp_path / "records" / "cures.jsonl"
    write_rows(path, [*a_run(0), *a_run(1)])
    write_baseline(tmp_path / "baseline.json", read_rows(path))
    return path


@pytest.fixture
def gate(path, tmp_path, capsys):
    """The exit code of the gate, and all that it said."""

    def run():
        code = main(["gate", "--results", str(tmp_path), "--baseline", str(tmp_path / "baseline.json")])
        return code, "".join(capsys.readouterr())

    assert run()[0] == 0
    return run


@given(
    value=st.floats(allow_nan=False),
    seed=st.integers(0, 2**31),
    metric=st.text(min_size=1, max_size=20).filter(lambda text: not text.endswith("accuracy")),
    strategy=st.text(max_size=9),
    layer=st.one_of(st.none(), st.text(max_size=5), st.integers(0, 9), st.floats(0, 1)),
)
def test_a_run_survives_the_file(value, seed, metric, strategy, layer):
    row = make_row(value=value, seed=seed, metric=metric, strategy=strategy, detail=[[1, 2], [3, 4]],
                   uses=("recolouring",), own={} if layer is None else {"layer": layer})  # fmt: skip
    line = run_line([row])
    assert b"\n" not in line
    (again,) = parse_run(line)
    assert again.fact() == row.fact()
    assert vars(again.origin) == vars(row.origin)


def test_what_a_run_has_in_common_is_kept_once():
    assert run_line(a_run()).count(b"simple_cnn") == run_line(a_run()).count(b"versions") == 1


def test_a_run_is_of_one_experiment_and_says_each_fact_once(row):
    for rows, words in (
        ([], "0 rows of 0 runs"),
        ([row(), row(seed=1)], "2 rows of 2 runs"),
        ([row(), row(run="b")], "expected those of one run"),
        ([row(value=0.1), row(value=0.2)], "stands twice"),
    ):
        with pytest.raises(ValueError, match=words):
            run_line(rows)


def test_later_rows_of_the_same_thing_count(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    append_run(path, [row(value=0.1)])
    append_run(path, [row(seed=1, value=0.2)])
    append_run(path, [row(value=0.3, run="b")])
    assert sorted((r.seed, r.value) for r in read_rows(path)) == [(0, 0.3), (1, 0.2)]


def test_a_newer_run_replaces_all_of_an_older_one(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    append_run(path, [row(run="old"), row(run="old", metric="a metric that is gone")])
    append_run(path, [row(run="new")])
    assert [(r.origin.run, r.metric) for r in read_rows(path)] == [("new", "hard_rotated_accuracy")]
    assert [r.origin.run for r in settle(path)] == ["new"]
    assert len(path.read_bytes().splitlines()) == 1


def test_writing_sorts_and_replaces(tmp_path, row):
    path = tmp_path / "cures.jsonl"
    write_rows(path, [row(seed=2), row(seed=1)])
    write_rows(path, [row(seed=3), row(seed=0)])
    assert [r.seed for r in read_rows(path)] == [0, 3]
    assert {p.suffix for p in tmp_path.iterdir()} == {".jsonl", ".lock"}  # no scratch files stay


def test_no_file_has_no_rows(tmp_path):
    assert read_rows(tmp_path / "nothing.jsonl") == []
    assert recorded_rows(tmp_path) == []


def test_wherever_the_last_run_is_cut_it_counts_as_not_done_and_no_other_run_is_lost(path, caplog):
    whole = path.read_bytes()
    first, _ = whole.splitlines(keepends=True)
    for cut in range(len(first), len(whole)):
        for tail in (b"", b"\n", b"\0" * 4096, b"\r\n") if cut % 10 == 0 or cut < len(first) + 30 else (b"",):
            path.write_bytes(whole[:cut] + tail)
            caplog.clear()
            with caplog.at_level(logging.WARNING):
                rows = read_rows(path)
            if whole[:cut] + tail in (whole, whole[:-1], whole[:-1] + b"\r\n"):
                assert facts(rows) == facts([*a_run(0), *a_run(1)])
                assert not caplog.text
                continue
            assert facts(rows) == facts(a_run(0))
            # where nothing is left of the run, there is nothing to be named
            assert (f"{path}, line 2" in caplog.text) == bool((whole[:cut] + tail)[len(first) :].strip())
            if cut % 40:
                continue
            append_run(path, a_run(1))
            assert path.read_bytes().replace(b"\r", b"").replace(b"\n\n", b"\n") == whole


@pytest.mark.parametrize(
    "tail", [b"", b"\0" * 100, b'{"run": "x\n', b'{"run": "x\n\n\n', b"\n \n", b"{}\n", b"\xff\xfe\n"]
)
def test_what_was_left_by_a_crash_is_cleared_before_the_next_run_comes(path, tail):
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    append_run(path, a_run(2))
    append_run(path, a_run(3))
    assert facts(read_rows(path, whole=True)) == facts([*a_run(0), *a_run(1), *a_run(2), *a_run(3)])


def test_a_last_line_without_its_end_is_not_glued_to_the_next(path):
    path.write_bytes(path.read_bytes()[:-1])
    append_run(path, a_run(2))
    assert facts(read_rows(path)) == facts([*a_run(0), *a_run(1), *a_run(2)])


def test_line_ends_of_another_system_are_read(path):
    before = read_rows(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert facts(read_rows(path, whole=True)) == facts(before)


def test_wherever_the_last_run_is_cut_the_gate_is_never_green(path, gate):
    whole = path.read_bytes()
    start = whole.index(b"\n") + 1
    for cut in [*range(0, len(whole) - 1, 7), start - 1, start, start + 1, start + 26]:
        path.write_bytes(whole[:cut])
        code, said = gate()
        assert code == 2, cut
        assert "Traceback" not in said
        if cut not in (0, start - 1, start):  # there, whole runs are missing
            assert f"{path}, line {2 if cut > start else 1}" in said
        else:
            assert "missing" in said
    path.write_bytes(whole[:-1])
    assert gate()[0] == 0  # only the end of the last line is gone


@given(position=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_any_changed_byte_is_noticed(position, byte):
    line = bytearray(run_line(a_run()))
    position %= len(line)
    if line[position] != byte:
        line[position] = byte
        with pytest.raises(ValueError, match="digest"):
            parse_run(bytes(line))


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.replace(b'"value": 0.8', b'"value": 0.9', 1),
        lambda b: b.replace(b'"higher"', b'"lower"', 1),
        lambda b: b.replace(b'"rows"', b'"rows": [], "rows"', 1),
        lambda b: b.replace(b"\n", b"\n\0\0\n", 1),
        lambda b: b"{}\n" + b,
        lambda b: b"[" * 100_000 + b"\n" + b,
        lambda b: b'{"sum": "0123456789abcdef", ' + b"[" * 100_000 + b"\n" + b,
        lambda b: b.replace(b"\n", b"", 1),
        lambda b: b"\xff\n" + b,
    ],
)
def test_damage_inside_is_an_error_that_names_the_line(path, gate, change):
    path.write_bytes(change(path.read_bytes()))
    for command in (read_rows, settle):
        if len(path.read_bytes().splitlines()) > 1:
            with pytest.raises(ValueError, match=r"cures.jsonl, line \d: not a whole run: .* Mend or delete that line"):
                command(path)
    code, said = gate()
    assert code == 2
    assert f"{path}, line" in said
    assert "Traceback" not in said


def rows_with(**changes):
    content = content_of(a_run())
    content["rows"][0].update(changes)
    return content


@pytest.mark.parametrize(
    "content",
    [
        *(rows_with(value=value) for value in ("high", None, True, [1], 7.0, -0.5, 10**400)),
        *(rows_with(n=n) for n in ("1", None, -1)),
        *(rows_with(direction=direction) for direction in ("Higher", None, "highest", [])),
        *(rows_with(metric=metric) for metric in (None, 3, "")),
        *(rows_with(at=at) for at in (None, [], {"layer": None}, {"layer": [1]}, 3)),
        rows_with(more=1),
        rows_with(detail=3),
        *({**content_of(a_run()), "seed": seed} for seed in ("0", None, -1, True, [])),
        *({**content_of(a_run()), "run": run} for run in (None, [], "", 3)),
        *({**content_of(a_run()), "study": study} for study in (None, "", [])),
        *({**content_of(a_run()), "at": at} for at in (None, [], {"dataset": ["x"]}, {"dataset": None}, "x")),
        *({**content_of(a_run()), "rows": rows} for rows in (None, [], {}, [None], [[]], ["x"], [{}])),
        *({**content_of(a_run()), "uses": uses} for uses in (None, 3, [None])),
        *({**content_of(a_run()), "versions": versions} for versions in (None, [], "x")),
        *({**content_of(a_run()), "threads": threads} for threads in (None, "1")),
        *({**content_of(a_run()), "seconds": seconds} for seconds in (None, "1")),
        {**content_of(a_run()), "another": 1},
        {key: value for key, value in content_of(a_run()).items() if key != "at"},
        {**content_of(a_run()), "rows": 2 * content_of(a_run())["rows"]},
        json.dumps(content_of(a_run())).replace('"seed": 0', '"seed": 1, "seed": 0'),
        json.dumps(content_of(a_run())).replace('"value": 0.8', '"value": 0.1, "value": 0.8'),
        json.dumps(content_of(a_run()))[:-1] + ', "more": ' + "[" * 100_000 + "]" * 100_000 + "}",
        json.dumps(rows_with(value=0)).replace('"value": 0,', '"value": 1e400,'),
        json.dumps(rows_with(value=0)).replace('"value": 0,', '"value": NaN,'),
    ],
    ids=lambda content: str(content)[-60:],
)
def test_a_line_of_wrong_types_is_refused_though_its_digest_is_right(path, gate, content):
    line = signed(content)
    with pytest.raises(ValueError, match=r"^not |stands twice"):
        parse_run(line)
    path.write_bytes(line + b"\n" + path.read_bytes())
    code, said = gate()
    assert code == 2
    assert f"{path}, line 1: " in said
    assert "Traceback" not in said


def test_rows_of_another_study_are_not_mixed_in(path, gate, tmp_path):
    copy = tmp_path / "records" / "cures copy.jsonl"
    copy.write_bytes(path.read_bytes())
    code, said = gate()
    assert code == 2
    assert "cures copy.jsonl, line 1: a run of the study 'cures': it belongs into cures.jsonl" in said


def test_a_number_that_is_not_finite_cannot_be_judged(path, gate, tmp_path):
    rows = [*a_run(0), *a_run(1)]
    extra = [make_row(seed=row.seed, run=row.origin.run, metric="smallest_epsilon", value=0.5) for row in rows[::2]]
    write_rows(path, [*rows, *extra])
    write_baseline(tmp_path / "baseline.json", read_rows(path))
    assert gate()[0] == 0
    for value in (float("nan"), float("inf")):
        extra[0] = make_row(seed=0, run="run0", metric="smallest_epsilon", value=value)
        write_rows(path, [*rows, *extra])
        code, said = gate()
        assert code == 2
        assert "finite rows" in said
