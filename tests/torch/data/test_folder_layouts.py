"""Layouts of folders: what each says of its images. No image is opened, so empty files will do."""

import logging
import os

import pytest

from lazyartist.data.folder_layouts import images_below, list_folder, named


def laid_out(root, files=(), **tables):
    """Make a folder of empty files; a table's double underscore stands for the dot in its name."""
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for name, text in tables.items():
        (root / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return root


WATERBIRDS = """img_id,img_filename,y,split,place,place_filename
1,001.Albatross/a 1.jpg,0,0,0,/b/1.jpg
2,002.Tern/b.jpg,1,1,1,/b/2.jpg
3,001.Albatross/c.jpg,0,2,1,/b/1.jpg
"""


def test_waterbirds_is_read_as_it_is(tmp_path):
    listing = list_folder(laid_out(tmp_path, ["001.Albatross/a 1.jpg"], metadata__csv=WATERBIRDS))
    assert listing.files == ["001.Albatross/a 1.jpg", "002.Tern/b.jpg", "001.Albatross/c.jpg"]
    assert (listing.target, listing.bias, listing.split) == ("y", ("place",), ["train", "easy", "test"])
    assert listing.columns["place"] == ["0", "1", "1"]
    assert set(listing.columns) == {"img_id", "y", "place", "place_filename"}
    assert listing.name(1) == "002.Tern/b.jpg (metadata.csv, line 3)"
    part = listing.rows([2])
    assert (part.files, part.split, part.name(0)) == (
        ["001.Albatross/c.jpg"],
        ["test"],
        "001.Albatross/c.jpg (metadata.csv, line 4)",
    )


@pytest.mark.parametrize("ending", ["csv", "txt"])
@pytest.mark.parametrize("below", ["", "img_align_celeba/", "img_align_celeba/img_align_celeba/"])
def test_celeba_is_read_as_it_is(tmp_path, ending, below):
    if ending == "txt":
        attributes = "2\nBlond_Hair Male Young\n000001.jpg -1  1  1\n000002.jpg  1 -1  1\n"
        parts = "000001.jpg 0\n000002.jpg 2\n"
    else:
        attributes = "image_id,Blond_Hair,Male,Young\n000001.jpg,-1,1,1\n000002.jpg,1,-1,1\n"
        parts = "image_id,partition\n000002.jpg,2\n000001.jpg,0\n"
    tables = {f"list_attr_celeba__{ending}": attributes, f"list_eval_partition__{ending}": parts}
    listing = list_folder(laid_out(tmp_path, [f"{below}000001.jpg", f"{below}000002.jpg"], **tables))
    assert listing.files == [f"{below}000001.jpg", f"{below}000002.jpg"]
    assert (listing.target, listing.bias, listing.split) == ("Blond_Hair", ("Male",), ["train", "test"])
    assert listing.columns["Blond_Hair"] == ["-1", "1"]
    (tmp_path / f"list_eval_partition.{ending}").unlink()
    assert list_folder(tmp_path).split is None


def test_celebas_images_without_a_part_are_named(tmp_path):
    attributes = "2\nMale\n000001.jpg -1\n000002.jpg 1\n"
    laid_out(tmp_path, list_attr_celeba__txt=attributes, list_eval_partition__txt="000001.jpg 0\n")
    with pytest.raises(ValueError, match=r"list_attr_celeba.txt, line 4: ''"):
        list_folder(tmp_path)


def test_wilds_is_read_and_what_a_task_has_no_place_for_is_left_out_with_a_warning(tmp_path, caplog):
    lines = ",split,location,y,filename 0,train,3,7,a.jpg 1,id_val,3,7,b.jpg 2,val,1,8,c.jpg 3,id_test,3,7,d.jpg"
    text = "\n".join([*lines.split(), "4,test,2,8,e.jpg", ""])
    listing = list_folder(laid_out(tmp_path, ["train/a.jpg"], metadata__csv=text))
    assert listing.files == ["train/a.jpg", "train/c.jpg", "train/e.jpg"]
    assert (listing.split, listing.columns) == (
        ["train", "easy", "test"],
        {"location": ["3", "1", "2"], "y": ["7", "8", "8"]},
    )
    assert "2 of 5 images are left out, their splits are id_test, id_val" in caplog.text
    list_folder(tmp_path)
    assert len(caplog.records) == 1


def test_names_of_columns_are_known_in_any_case(tmp_path):
    text = "File_Name;LABEL;Set;weather;Attribute\nsub\\a.png;cat;Training;rain;red\n"
    listing = list_folder(laid_out(tmp_path, ["images/sub/a.png"], Metadata__CSV=text))
    assert (listing.files, listing.split) == (["images/sub/a.png"], ["train"])
    assert (listing.target, listing.bias) == ("LABEL", ("Attribute",))
    assert named(["weather"], listing.columns) == "weather"
    assert named(["y"], listing.columns) == ""


def test_a_class_may_be_a_folder(tmp_path):
    files = ["cats/1.PNG", "cats/more/2.jpeg", "dogs/a b.JPG", "dogs/notes.txt", ".git/x.png", "dogs/._3.png"]
    listing = list_folder(laid_out(tmp_path, files))
    assert listing.files == ["cats/1.PNG", "cats/more/2.jpeg", "dogs/a b.JPG"]
    assert (listing.columns, listing.target, listing.split) == ({"class": ["cats", "cats", "dogs"]}, "class", None)
    assert listing.name(2) == "dogs/a b.JPG"


def test_a_split_may_be_a_folder_too_but_numbers_are_classes(tmp_path):
    listing = list_folder(laid_out(tmp_path / "a", ["train/cats/1.png", "val/cats/2.png", "test/dogs/3.png"]))
    assert listing.split == ["test", "train", "easy"]
    assert listing.columns == {"class": ["dogs", "cats", "cats"]}
    listing = list_folder(laid_out(tmp_path / "b", ["0/1.png", "1/2.png", "2/3.png"]))
    assert (listing.split, listing.columns) == (None, {"class": ["0", "1", "2"]})


def test_images_alone_say_nothing(tmp_path):
    for number, files in enumerate((["a.png", "b.png"], ["a.png", "more/b.png"])):
        listing = list_folder(laid_out(tmp_path / str(number), files))
        assert (listing.files, listing.columns, listing.target) == (files, {}, "")


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_links_are_followed_and_circles_end(tmp_path):
    laid_out(tmp_path, ["here/cats/1.png", "elsewhere/2.png"])
    (tmp_path / "here" / "dogs").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "here" / "cats" / "3.png").symlink_to(tmp_path / "elsewhere" / "2.png")
    (tmp_path / "here" / "cats" / "round").symlink_to(tmp_path / "here")
    assert images_below(tmp_path / "here") == ["cats/1.png", "cats/3.png", "dogs/2.png"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("picture,y\na.png,1\n", r"expected a column called file or .*it has picture, y"),
        ("file,y\na.png,1\nb.png,1\na.png,2\n", r"names files twice.*\n  - metadata.csv, line 4: a.png again"),
        ("file,y\na.png,1\n,1\n", r"lines without the name of a file:\n  - metadata.csv, line 3"),
        ("file,split\na.png,train\nb.png,tarin\n", r"unknown words in the column split.*\n  - .*line 3: 'tarin'"),
        ("file,split\na.png,train\nb.png,\n", "line 3: ''"),
        ("file,split\na.png,id_val\n", "the column split has none of the words train"),
    ],
    ids=["no file", "twice", "no name", "typo", "no split", "no use"],
)
def test_wrong_metadata_names_file_and_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=message) as error:
        list_folder(laid_out(tmp_path, ["a.png"], metadata__csv=text))
    assert str(tmp_path / "metadata.csv") in str(error.value)


def test_a_folder_that_is_none_or_empty_is_named(tmp_path):
    laid_out(tmp_path, ["a.txt"])
    with pytest.raises(ValueError, match=r"holds no image: expected files that end in \.png, "):
        list_folder(tmp_path)
    for wrong in (tmp_path / "nowhere", tmp_path / "a.txt", "~nobody-of-this-name/x"):
        with pytest.raises((ValueError, RuntimeError), match=r"there is no folder|home"):
            list_folder(wrong)


def test_images_that_no_line_names_are_named_since_the_table_may_be_cut(tmp_path, caplog):
    files = ["001.Albatross/a 1.jpg", "002.Tern/b.jpg", "001.Albatross/c.jpg"]
    root = laid_out(tmp_path, files, metadata__csv=WATERBIRDS.replace(",0,2,1", ",0,unlabeled,1"))
    with caplog.at_level(logging.WARNING):
        list_folder(root)
    assert "named by no line" not in caplog.text  # a line that is left out names its image all the same
    (root / "metadata.csv").write_text(WATERBIRDS[: WATERBIRDS.index("3,001")])
    with caplog.at_level(logging.WARNING):
        assert len(list_folder(root).files) == 2
    assert f"{root}: 1 images are named by no line of metadata.csv and are left out; is it whole?" in caplog.text
    assert "001.Albatross/c.jpg" in caplog.text


@pytest.mark.parametrize("dots", ["./", "./001.Albatross/../", ".//"])
def test_paths_with_dots_are_the_files_that_they_lead_to(tmp_path, caplog, dots):
    files = ["001.Albatross/a 1.jpg", "002.Tern/b.jpg", "001.Albatross/c.jpg"]
    root = laid_out(tmp_path, files, metadata__csv=WATERBIRDS.replace(",00", f",{dots}00"))
    with caplog.at_level(logging.WARNING):
        assert list(list_folder(root).files) == files
    assert not caplog.records


def test_a_name_that_no_file_can_have_is_no_crash(tmp_path):
    assert list_folder(laid_out(tmp_path, metadata__csv=f"file,y\n{'a' * 5000},1\nb\0.png,2\n")).files[1] == "b\0.png"
