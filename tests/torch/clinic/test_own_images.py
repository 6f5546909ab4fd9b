"""Cases with images of one's own: folders that can be used, what is made of them, and what is refused."""

import numpy as np
import pytest
import torch

from PIL import Image

from lazyartist.clinic.examine import build_case, examine
from lazyartist.clinic.frozen_masks.case import FrozenMasks
from lazyartist.clinic.frozen_masks.material import Counts, own_things, photographs
from lazyartist.clinic.lowrank_images.case import LowrankImages
from lazyartist.clinic.own_images import first_of_each, own_images
from lazyartist.clinic.shelf import Shelf
from lazyartist.clinic.training import generator_of
from lazyartist.data.digits import grey_digits
from lazyartist.training.store import Store


SMALL = "images=50:labelled=8:exact=40:empty=6:scored=12:width=4:batch=16:effort=0.04"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Decoded images are kept apart from the user's."""
    monkeypatch.setenv("LAZYARTIST_DATA", str(tmp_path_factory.getbasetemp() / "decoded"))


def save(picture, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(picture, np.uint8)).save(path)


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    """Digits in two folders: 40 zeros and 40 ones."""
    root, grey = tmp_path_factory.mktemp("things"), grey_digits()
    for label, name in enumerate(("nought", "one")):
        for place, picture in enumerate(grey.train_images[grey.train_labels == label][:40]):
            save(picture, root / name / f"{place:02d}.png")
    return root


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """Red boxes and bars on noise, as JPEG, with masks as PNG; ten photographs show nothing."""
    root, draw = tmp_path_factory.mktemp("scenes"), np.random.default_rng(0)
    for place in range(100):
        kind = ("nothing", "box", "bar")[0 if place < 10 else 1 + place % 2]
        picture, mask = draw.integers(0, 90, (32, 32, 3)), np.zeros((32, 32))
        if kind != "nothing":
            x, y = draw.integers(2, 14, 2)
            mask[y : y + 12, x : x + (12 if kind == "box" else 5)] = 255
            picture[mask > 0] = (255, 120, 90)
        (root / "photos" / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.astype(np.uint8)).save(root / "photos" / kind / f"{place:03d}.jpg", quality=95)
        save(mask, root / "masks" / kind / f"{place:03d}.png")
    return root


def test_a_folder_is_made_grey_and_small(things, tmp_path):
    own = own_images(things, 28)
    assert own.classes == ("nought", "one")
    assert own.labels.tolist() == [0] * 40 + [1] * 40
    assert np.array_equal(own.grey[0].cpu().numpy(), grey_digits().train_images[grey_digits().train_labels == 0][0])
    save(np.full((9, 9, 3), (0, 200, 0)), tmp_path / "green.png")
    plain = own_images(tmp_path, 8)
    assert plain.grey.unique().tolist() == [round(0.587 * 200)]
    assert (plain.classes, plain.labels.tolist()) == ((), [0])


def test_pixels_classes_and_splits_are_in_the_key_and_names_are_not(tmp_path):
    def of(name, light=200, word="train"):
        root = tmp_path / name
        save(np.full((8, 8), light), root / f"{name}.png")
        (root / "metadata.csv").write_text(f"file,label,split\n{name}.png,cat,{word}\n", encoding="utf-8")
        return own_images(root, 8).fingerprint

    assert of("a") == of("b")
    assert len({of("a"), of("c", light=100), of("d", word="test")}) == 3


def test_any_pictures_may_be_factorised(things, tmp_path):
    case = build_case(f"lowrank_images:data={things}:digits=5:views=12:others=24:width=4:steps=100")
    found = examine(case, "oracle", 0, Store(tmp_path))
    assert found.ends.scores["baseline"].value + 0.1 < found.score.value
    assert case.fingerprint() == own_images(things, 28).fingerprint
    assert LowrankImages().fingerprint() == ""


def test_what_is_drawn_is_not_what_the_network_learns_from(things):
    case = LowrankImages(data=str(things), digits=20)
    grey = case._own()
    assert (len(grey.train_images), len(grey.test_images)) == (20, 60)
    every = torch.tensor(np.concatenate([grey.train_images, grey.test_images]))
    assert len(first_of_each(every)) == 80
    with pytest.raises(ValueError, match=r"digits=21: expected 84 different images or more, got 80; one in 4"):
        LowrankImages(data=str(things), digits=21)._own()


def test_the_same_image_twice_counts_once(things, tmp_path, caplog):
    for place in range(8):
        save(grey_digits().train_images[place], tmp_path / f"{place}.png")
        save(grey_digits().train_images[place], tmp_path / f"again {place}.png")
    grey = LowrankImages(data=str(tmp_path), digits=2)._own()
    assert len(grey.train_images) + len(grey.test_images) == 8
    assert "8 images are, at 28 pixels, the same as others and count once" in caplog.text


def test_light_things_are_put_on_clouds(things, tmp_path):
    case = build_case(f"frozen_masks:data={things}:{SMALL}")
    found = examine(case, "brightness", 0, Store(tmp_path))
    assert found.ends.scores["baseline"].value < found.score.value
    sealed, patient = found.admission.sealed, found.admission.patient
    assert patient.net.head.out_features == 2
    assert (len(patient.labelled.images), len(sealed.masked.images), len(sealed.scored.images)) == (8, 40, 12)
    assert len(own_things(str(things)).test_labels) == 16  # a fifth of each class


def test_photographs_come_as_they_are_with_the_masks_that_were_brought(scenes, tmp_path):
    case = build_case(f"frozen_masks:data={scenes / 'photos'}:masks={scenes / 'masks'}:{SMALL}")
    found = examine(case, "brightness", 0, Store(tmp_path))
    sealed, patient = found.admission.sealed, found.admission.patient
    assert patient.empty.shape == (6, 1, 32, 32)
    assert patient.empty.max() < 0.5  # nothing red
    assert patient.net.head.out_features == 2  # "nothing" is no class
    lit = sealed.scored.images[:, 0] > 0.45
    assert (lit == sealed.scored.masks).float().mean() > 0.99
    assert found.score.value > 0.9


def test_masks_are_in_the_key(scenes, tmp_path):
    before = photographs(str(scenes / "photos"), str(scenes / "masks")).fingerprint
    for path in sorted((scenes / "masks").rglob("*.png")):
        save(np.asarray(Image.open(path)).T, tmp_path / path.relative_to(scenes / "masks"))
    assert photographs(str(scenes / "photos"), str(tmp_path)).fingerprint != before
    assert FrozenMasks().fingerprint() == ""


def test_folders_that_cannot_be_used_are_named(things, scenes, tmp_path):
    photos, masks = str(scenes / "photos"), str(scenes / "masks")
    shelf = Shelf(FrozenMasks(), Store(tmp_path / "store"))
    for wrong, message in (
        (lambda: FrozenMasks(masks=masks), "name their folder too, data=FOLDER"),
        (lambda: FrozenMasks(data="cats").draw(0, shelf), "data='cats': expected 'mnist', 'digits', or the path"),
        (lambda: own_things(photos), r"not light on black.*bring masks .* masks=FOLDER.*nothing/000\.jpg"),
        (lambda: photographs(photos, str(tmp_path / "no")), "there is no such folder"),
        (lambda: photographs(str(things), masks), r"80 of 80 photographs have no mask .*nought/00\.png"),
        (lambda: FrozenMasks(data=str(things), labelled=70).draw(0, shelf), "labelled=70: expected up to 64"),
        (
            lambda: photographs(str(things), str(things)).drawn(Counts(50, 10, 9), generator_of("x")),
            "0 photographs show",
        ),
    ):
        with pytest.raises(ValueError, match=f"(?s){message}"):
            wrong()


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.pad(np.ones((12, 12)), 10), r"too dark or too small .* b/1\.png: the lightest pixel is 1 of 255"),
        (np.full((32, 32), 255), r"mark every pixel.*b/1\.png"),
    ],
)
def test_masks_that_mark_nothing_or_all_are_named(mask, message, tmp_path):
    for name in ("a/0", "b/1"):
        save(np.zeros((32, 32)), tmp_path / "photos" / f"{name}.png")
        save(np.zeros((32, 32)) if name == "a/0" else mask, tmp_path / "masks" / f"{name}.png")
    with pytest.raises(ValueError, match=f"(?s){message}"):
        photographs(str(tmp_path / "photos"), str(tmp_path / "masks"))
    save(np.zeros((32, 32)), tmp_path / "masks" / "b" / "1.bmp")
    with pytest.raises(ValueError, match=r"b/1\.bmp and b/1\.png are masks of the same photograph"):
        photographs(str(tmp_path / "photos"), str(tmp_path / "masks"))


def test_a_folder_without_classes_says_what_it_needs(tmp_path):
    for place in range(60):
        save(grey_digits().train_images[place], tmp_path / f"{place}.png")
    with pytest.raises(ValueError, match="says no class: expected two classes or more, one sub-folder for each"):
        own_things(str(tmp_path))
