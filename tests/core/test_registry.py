"""Names to things: found in files, by entry point and by hand."""

import sys

from functools import partial

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
    monkeypatch.setattr(Registry, "every", dict(Registry.every))
    import things_of_a_test

    yield things_of_a_test.THINGS
    for name in [name for name in sys.modules if name.partition(".")[0] == "things_of_a_test"]:
        del sys.modules[name]


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


@pytest.fixture
def shelves(monkeypatch):
    """What is made in a test is forgotten after it."""
    monkeypatch.setattr(Registry, "every", dict(Registry.every))


def test_a_thing_can_be_registered_by_hand_but_not_over_another(shelves):
    registry = Registry("thing", "lazyartist.studies")

    @registry.register("mine")
    class Mine:
        """Mine."""

    assert registry["mine"] is Mine
    assert registry.entries()["mine"].summary == "Mine."
    with pytest.raises(ValueError, match="name 'mine' is taken"):
        registry.register("mine")(int)


def test_entry_points_of_other_packages_are_found(shelves, monkeypatch):
    from importlib.metadata import EntryPoint

    point = EntryPoint("theirs", "collections:OrderedDict", "lazyartist.studies")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    registry = Registry("thing", "lazyartist.studies")
    from collections import OrderedDict

    assert "theirs" in registry
    assert registry["theirs"] is OrderedDict


def test_an_entry_point_under_a_taken_name_is_left_out_and_said_once(shelves, monkeypatch, caplog):
    from importlib.metadata import EntryPoint

    point = EntryPoint("cures", "collections:OrderedDict", "lazyartist.studies")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    registry = Registry("thing", "lazyartist.studies", variable="STUDIES")
    assert registry.entries()["cures"].module.startswith("lazyartist.studies.cures")
    registry.entries()
    (said,) = [record.getMessage() for record in caplog.records]
    assert "'cures' is taken by lazyartist.studies.cures" in said
    assert "collections:OrderedDict is left out" in said


def test_the_message_has_no_hint_when_nothing_is_near():
    assert "mean" not in str(unknown("dataset", "xyz", ["mnist"]))


def test_a_thing_is_built_with_its_knobs_and_what_it_needs(shelf):
    @shelf.register("made")
    def made(size=1, *, seed):
        return size, seed

    assert shelf.build("made:size=3", seed=7) == (3, 7)
    with pytest.raises(ValueError, match=r"made has the knobs \['size', 'seed'\], not 'sise'"):
        shelf.configured("made:sise=3")
    with pytest.raises(ValueError, match="'made:seed=3': seed cannot be chosen here"):
        shelf.build("made:seed=3", seed=7)

    @shelf.register("without")
    def without():
        return 0

    with pytest.raises(ValueError, match="without has no knobs, not 'size'"):
        shelf.configured("without:size=3")

    @shelf.register("of")
    def of(path="", *, size=1):
        return path, size

    assert shelf.build("of:a/b:c:size=3") == ("a/b:c", 3)
    with pytest.raises(ValueError, match=r"of has the knobs \['path', 'size'\], not 'sise'"):
        shelf.build("of:a/b:sise=3")

    @shelf.register("open")
    def opened(**knobs):
        return knobs

    assert shelf.build("open:anything=3") == {"anything": 3}


def test_what_is_known_to_this_process_alone_can_be_handed_to_another(shelf):
    assert shelf["one"]
    assert shelf.by_hand() == {}
    shelf.register("made")(dict)
    assert shelf.by_hand() == {"made": dict}
    assert shelf.register("half")(partial(shelf["one"])) is shelf["half"]
    assert "half" not in shelf.by_hand()  # it counts as what it is made of
    other = Registry("thing", shelf.package)
    other.adopt(shelf.by_hand())
    assert other["made"] is dict


def test_a_name_that_cannot_be_read_without_importing_is_refused(shelf, tmp_path):
    (tmp_path / "things_of_a_test" / "two.py").write_text(
        "from things_of_a_test import THINGS\nNAME = 'two'\n@THINGS.register(NAME)\ndef two(): pass\n"
    )
    with pytest.raises(ValueError, match=r"two.py, line 3: expected register\('name', source='…'\) with plain strings"):
        shelf.entries()
    (tmp_path / "things_of_a_test" / "two.py").unlink()


def test_what_stands_in_a_folder_of_the_package_is_found(shelf, tmp_path):
    folder = tmp_path / "things_of_a_test" / "chapter"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "three.py").write_text(
        "from things_of_a_test import THINGS\n@THINGS.register('three')\ndef three():\n    'Three.'\n"
    )
    assert shelf.entries()["three"].module == "things_of_a_test.chapter.three"
    assert shelf["three"].__name__ == "three"


def test_two_registries_in_one_package_are_told_apart_by_their_names(shelves, tmp_path, monkeypatch):
    package = tmp_path / "shelves_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("@LEFT.register('a')\ndef a(): pass\n\n\n@RIGHT.register('b')\ndef b(): pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert list(Registry("thing", "shelves_of_a_test", variable="LEFT", group="left")) == ["a"]
    assert list(Registry("thing", "shelves_of_a_test", variable="RIGHT", group="right")) == ["b"]


def test_a_switch_behind_a_name_is_true_or_false_and_nothing_else(shelves):
    def lamp(on: bool = True, name: str = "a"):
        return on, name

    lamps = Registry("lamp", "lazyartist.studies.reliability", variable="LAMPS")
    lamps.register("desk")(lamp)
    assert [lamps.build(f"desk:on={word}")[0] for word in ("False", "true", "FALSE")] == [False, True, False]
    assert lamps.build("desk:name=true") == (True, "true")
    for word in ("yes", "0", "1", "nan"):
        with pytest.raises(ValueError, match=rf"on='?{word}'?: expected True or False"):
            lamps.build(f"desk:on={word}")
    for thing in (None, 3, ["desk"]):
        with pytest.raises(ValueError, match=r"lamp=.*: expected a name"):
            lamps.build(thing)
