import pytest

from lazyartist.options import split_options


def test_options_are_read_as_numbers_and_words():
    assert split_options("focal") == ("focal", {})
    assert split_options("a:x=3:y=0.5:z=word") == ("a", {"x": 3, "y": 0.5, "z": "word"})
    assert type(split_options("a:x=3")[1]["x"]) is int
    for wrong in ("a:x", "a:=3", "a:x=", "a:", "a:1=2"):
        with pytest.raises(ValueError, match=r"expected options as in 'simple_cnn:width=32'"):
            split_options(wrong)
    with pytest.raises(ValueError, match="'a:x=1:x=2': x is given twice"):
        split_options("a:x=1:x=2")


@pytest.mark.parametrize("path", ["data/birds", "C:\\birds", "/a:b/c", "../lr=0.1", "a b/é:ü", "=", "5"])
def test_a_path_may_stand_before_the_options_whatever_is_in_it(path):
    given = split_options(f"folder:{path}:target=y:size=8", path=True)
    assert given == ("folder", {"path": path, "target": "y", "size": 8})
    assert split_options(f"folder:{path}", path=True) == ("folder", {"path": path})


def test_a_path_is_asked_for_by_who_has_one():
    assert split_options("folder", path=True) == ("folder", {})
    assert split_options("folder:target=y", path=True) == ("folder", {"target": "y"})  # ./target=y is a path
    assert split_options("folder:./target=y", path=True) == ("folder", {"path": "./target=y"})
    with pytest.raises(ValueError, match="path is given twice"):
        split_options("folder:a:path=b", path=True)
    with pytest.raises(ValueError, match=r"expected options as in .*, got 'b'"):
        split_options("folder:a:x=1:b", path=True)
