import torch

from lazyartist.studies import PICTURES
from lazyartist.studies.noise.pictures import adversaries_figure, noise_pictures


def test_pictures_show_no_change_as_grey():
    image = torch.rand(4, 4, 3, generator=torch.Generator().manual_seed(0)).cpu().numpy()
    figure = adversaries_figure({"a": (image, image, "nothing")})
    assert (figure.axes[3].images[0].get_array() == 0.5).all()


def test_one_line_per_model_is_drawn(measured, tmp_path):
    assert PICTURES["noise"] is noise_pictures
    noise = measured("noise")
    (path,) = noise_pictures(noise.study, noise.store, tmp_path)
    assert path.name == "noise_pictures.svg"
    assert path.read_text(encoding="utf-8").count("<image") == 8
