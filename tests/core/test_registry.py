import pytest

from lazyartist.registry import Registry, unknown


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A package of two files: one thing, and one helper that must not be taken for a thing."""
    package = tmp_path / "things_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from lazyartist.registry import Registry\nTHINGS = Registry('thing', __name__)\n"
    )
    (package / "one.py").write_text(
        "from things_of_a_test import THINGS\n"
        "@THINGS.register('one', source='somebody 2020')\n"
        "class One:\n    '''The first thing.\n\n    More.'''\n"
        "class Helper: pass\n"
    )
    (package / "broken.py").write_text("import a_module_that_is_nowhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    import things_of_a_test

    return things_of_a_test.THINGS


def test_a_file_in_the_folder_is_in_the_registry_without_being_imported(shelf):
    entry = shelf.entries()["one"]
    assert (entry.summary, entry.source) == ("The first thing.", "somebody 2020")
    assert list(shelf) == ["one"]
    assert "one" in shelf
    assert "two" not in shelf


def test_asking_imports_the_one_file(shelf):
    assert shelf["one"].__name__ == "One"


def test_an_unknown_name_is_answered_with_the_nearest(shelf):
    with pytest.raises(KeyError, match=r"no thing called 'onee'.*Did you mean one\?.*Known: one"):
        shelf["onee"]


def test_a_thing_can_be_registered_by_hand_but_not_over_another():
    registry = Registry("thing", "lazyartist.studies")

    @registry.register("mine")
    class Mine:
        """Mine."""

    assert registry["mine"] is Mine
    assert registry.entries()["mine"].summary == "Mine."
    with pytest.raises(ValueError, match="name 'mine' is taken"):
        registry.register("mine")(int)


def test_entry_points_of_other_packages_are_found(monkeypatch):
    from importlib.metadata import EntryPoint

    point = EntryPoint("theirs", "collections:OrderedDict", "lazyartist.studies")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    registry = Registry("thing", "lazyartist.studies")
    from collections import OrderedDict

    assert "theirs" in registry
    assert registry["theirs"] is OrderedDict


def test_the_message_has_no_hint_when_nothing_is_near():
    assert "mean" not in str(unknown("dataset", "xyz", ["mnist"]))
