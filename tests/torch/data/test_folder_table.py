"""Metadata files: what people save from pandas, spreadsheets and CelebA, with the line of each row."""

import pytest

from lazyartist.data.folder_table import read_csv, read_spaced


def written(tmp_path, text, name="metadata.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_cells_may_be_apart_by_commas_semicolons_and_tabs(tmp_path, comma):
    text = f"file{comma} y\n a b.png{comma}1\n\ncafé.png{comma} 2 \n"
    for encoding, ends in (("utf-8", "\n"), ("utf-8-sig", "\r\n")):
        table = read_csv(written(tmp_path, text.replace("\n", ends), encoding=encoding))
        assert table.columns == {"file": ["a b.png", "café.png"], "y": ["1", "2"]}
        assert [table.line(row) for row in range(len(table))] == ["metadata.csv, line 2", "metadata.csv, line 4"]


def test_quotes_hold_commas_and_columns_without_a_name_are_left_out(tmp_path):
    table = read_csv(written(tmp_path, ',file,y\n0,"a,b.png",1\n1,"c\nd.png",2\n2,e.png,3\n'))
    assert table.columns == {"file": ["a,b.png", "c\nd.png", "e.png"], "y": ["1", "2", "3"]}
    assert table.lines[2] == 5
    part = table.rows([2, 0])
    assert (part.columns["y"], part.lines) == (["3", "1"], [5, table.lines[0]])


def test_celebas_lists_are_read(tmp_path):
    attributes = "2\nMale Young \n000001.jpg -1  1\n000002.jpg  1 -1\n"
    table = read_spaced(written(tmp_path, attributes, "list.txt"))
    assert table.columns == {"file": ["000001.jpg", "000002.jpg"], "Male": ["-1", "1"], "Young": ["1", "-1"]}
    assert table.line(0) == "list.txt, line 3"
    parts = read_spaced(written(tmp_path, "000001.jpg 0\n000002.jpg 2\n", "parts.txt"), ("file", "split"))
    assert parts.columns["split"] == ["0", "2"]
    assert parts.lines == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a line with the names of columns and a line for each image"),
        ("file,y\n", "expected a line with the names of columns"),
        ("\n\n", "expected a line with the names of columns"),
        ("file,y,y\na,1,2\n", "the column y is there twice"),
        ("file,y\na,1\nb\nc,1,2\n", r"(?s)a cell for each column.*line 3: 1 cells, 2 columns.*line 4: 3 cells"),
        ("file,y\n" + "a\n" * 12, r"(?s)line 11: 1 cells.*and 2 more"),
    ],
    ids=["empty", "header", "blank", "twice", "lengths", "many"],
)
def test_a_table_that_is_none_names_file_and_lines(tmp_path, text, message):
    with pytest.raises(ValueError, match=message) as error:
        read_csv(written(tmp_path, text))
    assert "metadata.csv" in str(error.value)
    assert "line 12" not in str(error.value)


def test_a_table_in_another_encoding_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"metadata.csv: byte 8 is not UTF-8: save the table as a CSV file in UTF-8"):
        read_csv(written(tmp_path, "file\ncafé.png\n", encoding="latin-1"))
    with pytest.raises(ValueError, match=r"parts.txt: expected a cell for each column"):
        read_spaced(written(tmp_path, "a.jpg 0 1\n", "parts.txt"), ("file", "split"))
