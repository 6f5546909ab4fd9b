"""The tricky table with a table of one's own: what is read, what is torn, and what is refused."""

import sys

import numpy as np
import pytest

from lazyartist.clinic import CASE_FIGURES, checks
from lazyartist.clinic.examine import build_case, examine
from lazyartist.clinic.tricky_table.case import TrickyTable
from lazyartist.clinic.tricky_table.flags import hole_effects
from lazyartist.clinic.tricky_table.own_table import own_table
from lazyartist.clinic.tricky_table.own_world import OwnWorld, held_out, own_tables
from lazyartist.training.store import Store


def rows_of(n=900, sites=6):
    """A table of factors that are measured twice each, one column of words, and a hole here and there."""
    draw = np.random.default_rng(0)
    factors, noise = draw.normal(size=(n, 3)), draw.normal(size=(n, 9))
    target = np.exp(factors @ (1, 0.7, 0.4) + 0.2 * noise[:, 8])
    lines = []
    for i in range(n):
        numbers = [f"{1000 * factors[i, f] + 300 * noise[i, 2 * f + k]:.1f}" for f in range(3) for k in range(2)]
        if i % 40 == 3:
            numbers[5] = "NA"
        grade = "" if i % 50 == 7 else ("high" if factors[i, 0] > 0 else "low")
        lines.append([*numbers, f"{noise[i, 7]:.3f}", grade, f"ward {i % sites}", f"{1e6 * target[i]:.1f}"])
    return [["a", "a2", "b", "b2", "c", "c2", "idle", "grade", "Ward", "days"], *lines]


def write(folder, rows, name="own.csv"):
    path = folder / name
    path.write_text("\n".join(",".join(cells) for cells in rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write(tmp_path_factory.mktemp("table"), rows_of())


@pytest.fixture(scope="module")
def own(path):
    return own_table(path, "days", "ward")  # the case of letters does not matter


def test_a_table_is_read_without_loss(own):
    assert own.columns == ("a", "a2", "b", "b2", "c", "c2", "idle", "grade")
    assert own.numeric == (True,) * 7 + (False,)
    assert own.column.tolist() == [*range(7), 7, 7]
    assert own.sites == tuple(f"ward {i}" for i in range(6))
    assert np.array_equal(own.site, np.arange(900) % 6)
    first = rows_of()[1]
    assert own.values[0, :7].tolist() == [float(cell) for cell in first[:7]]
    assert own.values[0, 7:].tolist() == [first[7] == "high", first[7] == "low"]
    assert own.target[0] == float(first[9])
    assert np.flatnonzero(np.isnan(own.values[:, 5])).tolist() == list(range(3, 900, 40))
    assert np.flatnonzero(np.isnan(own.values[:, 8])).tolist() == list(range(7, 900, 50))


def test_rows_are_dealt_by_site_and_every_row_once(own):
    train, elsewhere, here = own_tables(own, 3)
    held = set(np.flatnonzero(held_out(own, 3)))
    assert set(elsewhere.site) == held
    assert len(held) == 2
    assert not held & (set(train.site) | set(here.site))
    rows = np.concatenate([table.target for table in (train, elsewhere, here)])
    assert np.allclose(np.sort(rows / rows.min()), np.sort(own.target / own.target.min()))
    assert len(train.target) == 2 * len(here.target)
    assert np.nanmean(train.values, 0) == pytest.approx(np.zeros(9), abs=1e-12)
    assert np.nanstd(train.values, 0) == pytest.approx(np.ones(9))
    assert train.log_target.mean() == pytest.approx(0, abs=1e-9)


def test_holes_come_beside_those_that_were_there_and_follow_the_target_where_they_should(own):
    world, (train, elsewhere, _) = OwnWorld.drawn(own, 0), own_tables(own, 0)
    here, there = (
        world.torn(table, name, 0, betrayed=betrayed)
        for table, name, betrayed in ((train, "t", True), (elsewhere, "e", False))
    )
    kept = ~np.isnan(here.values)
    assert np.array_equal(here.values[kept], train.values[kept])
    assert np.isnan(here.values[np.isnan(train.values)]).all()
    torn = {own.columns[own.column[c]] for c in np.flatnonzero(np.isnan(here.values).mean(0) > 0.1)}
    drawn = (*world.lawful, *world.chance, *world.spurious)
    assert torn == {own.columns[column] for column in drawn}
    assert len(set(drawn)) == len(drawn) == 4
    for table, least, most in ((here, 0.6, 9), (there, 0, 0.5)):
        found = hole_effects(table)
        effects = dict(zip((own.column[c] for c in found.columns), np.abs(found.pooled), strict=True))
        assert all(least <= effects[column] <= most for column in world.spurious)


def test_words_are_torn_as_one(own):
    world, (train, _, _) = OwnWorld.drawn(own, 0), own_tables(own, 0)
    torn = OwnWorld(world.column, (), (7,), (), world.side, world.pull).torn(train, "words", betrayed=False)
    assert np.array_equal(np.isnan(torn.values[:, 7]), np.isnan(torn.values[:, 8]))
    assert np.isnan(torn.values[:, 7]).mean() == pytest.approx(0.3, abs=0.06)


def test_the_case_is_examined_and_drawn(path, tmp_path):
    case = build_case(f"tricky_table:table={path}:target=days:site=Ward:trees=12:rate=0.4")
    found = examine(case, "stable_flags:models=1:copies=2:answers=2", 0, Store(tmp_path))
    base, best = (found.ends.scores[end].value for end in ("baseline", "oracle"))
    assert best < found.score.value < base
    again = case.draw(0, None)
    assert checks._bytes(again) == checks._bytes(found.admission)
    assert CASE_FIGURES["tricky_table"](found).axes


def test_the_file_is_in_the_key(path, tmp_path):
    rows = rows_of()
    case = TrickyTable(table=str(write(tmp_path, rows)), target="days", site="Ward")
    before = case.fingerprint()
    assert before == TrickyTable(table=str(path), target="days", site="Ward").fingerprint()
    rows[5][2] = "7"
    write(tmp_path, rows)
    assert case.fingerprint() != before
    assert TrickyTable().fingerprint() == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[6].__setitem__(9, "0"), r"own\.csv: the column days: expected numbers above 0.*line 7: '0'"),
        (lambda rows: rows[6].__setitem__(9, ""), r"days: expected numbers above 0.*line 7: ''"),
        (lambda rows: rows[6].__setitem__(8, "NA"), r"the column Ward: expected the name of a site.*line 7: 'NA'"),
        (lambda rows: rows[6].__setitem__(8, "x"), r"expected 20 rows or more from each site.*x: 1"),
        (lambda rows: rows[6].__setitem__(0, "1,5"), r"expected a cell for each column"),
        (lambda rows: rows[6].__setitem__(0, "many"), r"column a: expected numbers in all rows.*line 7: 'many'"),
        (lambda rows: rows[6].__setitem__(7, "3"), r"column grade: expected numbers in all rows.*line 7: '3'"),
        (lambda rows: rows[6].__setitem__(0, "inf"), r"column a: expected finite numbers.*line 7: 'inf'"),
        (lambda rows: [row.__setitem__(7, f"p{i}") for i, row in enumerate(rows[1:])], "grade has 120 different words"),
        (lambda rows: [row.__setitem__(0, "") for row in rows[1:]], "the column a has no value in any line"),
        (lambda rows: [row.__setitem__(9, "2") for row in rows[1:]], "days is the same in every line"),
        (lambda rows: [row.__setitem__(8, "x") for row in rows[1:]], "expected 3 sites or more .* got x"),
        (lambda rows: [row.__delitem__(slice(2, 8)) for row in rows], "expected 3 columns or more beside days"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(change, message, tmp_path):
    rows = rows_of(120, 3)
    change(rows)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        own_table(write(tmp_path, rows), "days", "Ward")


def test_names_that_are_wrong_are_said(path, tmp_path):
    with pytest.raises(ValueError, match=r"target=.dayz.: .* has no such column; it has a, a2"):
        own_table(path, "dayz", "Ward")
    with pytest.raises(ValueError, match="cannot be target and site at once"):
        own_table(path, "days", "DAYS")
    with pytest.raises(ValueError, match=r"there is no file .*nowhere\.csv"):
        TrickyTable(table=str(tmp_path / "nowhere.csv")).draw(0, None)
    with pytest.raises(ValueError, match="name it too, table=PATH"):
        TrickyTable(target="days")
    assert TrickyTable(table="t.csv", target=3).target == "3"


def test_a_column_that_the_training_sites_lack_is_named(tmp_path):
    rows = rows_of(120, 3)
    for row in rows[1:]:
        if row[8] != "ward 1":
            row[0] = ""
    own = own_table(write(tmp_path, rows), "days", "Ward")
    seed = next(seed for seed in range(20) if held_out(own, seed)[1])
    with pytest.raises(ValueError, match=f"the column a has no value in the rows of seed {seed} .* ward 0, ward 2"):
        own_tables(own, seed)


def test_parquet_is_read_as_csv_is(own, tmp_path):
    parquet, pa = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    header, *lines = rows_of()
    cells = {name: [line[place] for line in lines] for place, name in enumerate(header)}
    columns = {name: [float(x) if x not in ("", "NA") else None for x in cells[name]] for name in (*header[:7], "days")}
    columns |= {"grade": [x or None for x in cells["grade"]], "Ward": cells["Ward"]}
    columns["__index_level_0__"] = list(range(900))
    path = tmp_path / "own.parquet"
    parquet.write_table(pa.table({name: columns[name] for name in (*header, "__index_level_0__")}), path)
    same = own_table(path, "days", "Ward")
    assert np.array_equal(same.values, own.values, equal_nan=True)
    assert (same.columns, same.sites) == (own.columns, own.sites)
    path.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"own\.parquet cannot be read as Parquet"):
        own_table(path, "days", "Ward")


def test_parquet_without_pyarrow_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "own.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"pip install pyarrow; .*own\.parquet is a Parquet file; a CSV file needs"):
        own_table(tmp_path / "own.parquet", "days", "Ward")
