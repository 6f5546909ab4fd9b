import pytest
import torch

from PIL import Image

from lazyartist.cli import main
from lazyartist.data.families import names_of, pictured
from lazyartist.data.room3d import Room3D
from lazyartist.latents.budget import LatentBudget
from lazyartist.latents.circle_vae import CircleVae
from lazyartist.latents.learn import learn
from lazyartist.latents.odd_images import find_odd_images
from lazyartist.latents.pictures import Pictures


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two hundred rooms of which the floor of four is another one; and nothing else is known of them."""
    root, rooms = tmp_path_factory.mktemp("rooms"), Room3D(size=16)
    generator = torch.Generator().manual_seed(0)
    factors = torch.stack([torch.randint(size, (200,), generator=generator) for size in rooms.grid.sizes.values()], 1)
    factors[:, 0] = 2
    factors[[20, 60, 100, 140], 0] = 7
    images = (255 * rooms.render(rooms.grid.index_of(factors))).round().byte()
    for number, image in enumerate(images):
        odd = "odd " if factors[number, 0] == 7 else ""
        Image.fromarray(image.permute(1, 2, 0).cpu().numpy()).save(root / f"{odd}{number:03}.png")
    return root


def test_odd_images_of_a_folder_are_named_with_their_latent(folder):
    images = pictured(f"folder:{folder}:size=16")
    pictures = Pictures(images)
    model = learn(
        CircleVae(lines=4), pictures, latents=4, coder="basis_mlp:axes=32:width=64", budget=LatentBudget(300, 64)
    )
    found = find_odd_images(model, pictures, names_of(images))
    first = [one.name for one in found.odd[:4]]
    assert sum(name.startswith("odd") for name in first) >= 3
    assert all(abs(one.z[one.latent]) == max(map(abs, one.z)) for one in found.odd)
    assert found.images == 200
    assert found.flagged >= len(found.odd)
    assert found.lines()[0].startswith(first[0])
    page = found.page("Rooms")
    assert all(one.name in page for one in found.odd)
    few = find_odd_images(model, pictures, names_of(images), most=1)
    assert [one.name for one in few.odd] == first[:1]
    assert f"{few.flagged:,} images are that far" in few.page("Rooms")


def test_the_command_writes_a_page(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LAZYARTIST_STORE", str(tmp_path / "store"))
    words = ["latents", "--data", f"folder:{folder}:size=16", "--steps", "200", "--latents", "2"]
    assert main([*words, "--page", str(tmp_path / "nowhere" / "odd.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert main([*words, "--variant", "circle_vae", "--page", str(tmp_path / "odd.html")]) == 0
    assert "of 200 images are odd" in capsys.readouterr().out
    assert (tmp_path / "odd.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("folder:nowhere", "nowhere"),
        ("folder:{root}:target=y", "leave out target"),
        ("folder:{root}:size=0", "size"),
        ("foldr:{root}", "foldr"),
        ("rooms", "no dataset called 'rooms'"),
    ],
)
def test_what_cannot_be_looked_at_is_named_and_no_page_is_left(folder, tmp_path, capsys, data, words):
    page = tmp_path / "odd.html"
    assert main(["latents", "--data", data.format(root=folder), "--page", str(page)]) == 2
    assert words in capsys.readouterr().err
    assert not page.exists()


def test_of_a_dataset_in_splits_the_training_images_are_looked_at(task):
    images = pictured("digits")
    assert images.fingerprint == task.train.fingerprint
    assert names_of(images)[17] == "image 17"
    assert pictured("room3d:size=16") == Room3D(16)
