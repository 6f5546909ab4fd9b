"""The report on one model: what it says, what it warns of, and what it leaves out."""

import pytest
import torch

from safetensors.torch import save_file
from torch import nn

from lazyartist.cli import main
from lazyartist.data.make import make_task
from lazyartist.strategies.grayscale_erm import without_colour
from lazyartist.studies.inspection.model_report import model_report
from lazyartist.studies.inspection.subjects import GreyInput


def lines(table):
    return {what: share for what, share, _ in table.rows}


def share(table, what):
    return float(lines(table)[what].split()[0])


class ReadsColour(nn.Module):
    """Answers the class whose hue is the brightest in the mean of the image."""

    def __init__(self, palette):
        super().__init__()
        self.colours = nn.Parameter(nn.functional.normalize(palette.tensor(), dim=1))

    def forward(self, x):
        return 50 * x.mean((2, 3)) @ self.colours.T


def test_the_first_lines_say_whether_it_knows_the_images(task):
    table = model_report(ReadsColour(task.train.images.palette), task)
    assert [line[0] for line in table.rows[:4]] == [
        "right on easy images", "right in the class's own colour", "right in grey", "right in the worst group"
    ]  # fmt: skip
    assert share(table, "right on easy images") > 90
    assert share(table, "right in the class's own colour") == 100
    assert share(table, "right in grey") < 25
    assert share(table, "right in the worst group") == 0
    assert share(table, "follows the colour") == 100
    assert share(table, "keeps the class") == 0
    assert "Warning" not in table.note


@pytest.mark.parametrize("case", ["untrained", "negative", "another palette", "behind the stroke"])
def test_a_model_that_does_not_know_the_images_is_warned_of(task, taught, nets, case):
    model, shown = {
        "untrained": (nets.settled(), task),
        "negative": (nn.Sequential(Negative(), taught), task),
        "another palette": (ReadsColour(task.train.images.palette), make_task("digits", palette="classic-grey")),
        "behind the stroke": (taught, make_task("digits", where="background")),
    }[case]
    table = model_report(model, shown)
    easy = share(table, "right on easy images")
    assert easy < 50
    assert table.note.startswith(f"Warning: it is right on {easy:.1f} % of the easy images")
    assert "does not know these images" in table.note


def test_the_warning_is_about_these_images_and_not_about_the_hard_ones(task, taught):
    table = model_report(taught, task)
    assert share(table, "right on easy images") > 80
    assert "Warning" not in table.note


class Negative(nn.Module):
    def forward(self, x):
        return 1 - x


def test_what_reads_no_colour_keeps_the_class_in_grey_too(task, taught):
    table = model_report(GreyInput(taught), task)
    images = task.test.render(slice(0, 50))
    assert torch.equal(GreyInput(taught)(images), taught(without_colour(images)))
    assert lines(table)["right in grey"] == lines(table)["right in the class's own colour"]


def test_integrated_gradients_say_something_of_the_background(task):
    """On a black baseline a black background would have 0 by construction."""

    class ReadsBackground(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(1.0))

        def forward(self, x):
            corner = x[:, :, :2, :2].mean((1, 2, 3)) * self.scale
            return torch.stack([-corner, *[corner - 1] * 9], 1)

    table = model_report(ReadsBackground(), task)
    titles = [what for what in lines(table) if what.startswith("integrated gradients")]
    assert titles
    assert all(" from grey 0." in title for title in titles)
    background = next(title for title in titles if "background" in title)
    assert share(table, background) > 90


def test_a_model_without_layers_is_told_what_it_lacks(nets, task):
    table = model_report(nets.Linear(10), task)
    assert "has no layers that put out maps" in table.note
    assert not any("units" in line[0] for line in table.rows)
    assert any(line[0].endswith(": on the stroke") for line in table.rows)
    with pytest.raises(KeyError, match="no layer called 'conv9'"):
        model_report(nets.settled(), task, "conv9")
    with pytest.raises(ValueError, match="one logit per class"):
        model_report(nets.Linear(3), task)
    assert torch.is_grad_enabled()


def test_a_model_of_convolutions_is_told_of_its_layers_and_left_as_it_was(nets, task):
    model = nets.settled()
    before = nets.trace(model)
    table = model_report(model, task, "conv2")
    for line in ("Grad-CAM at conv2: on the stroke", "units of conv1", "units of conv3"):
        assert line in lines(table)
    assert "for the colour" in lines(table)["units of conv1"]
    assert nets.trace(model) == before


def test_a_broken_model_is_refused(nets, task):
    model = nets.settled()
    with torch.no_grad():
        model.head.weight.fill_(torch.nan)
    with pytest.raises(ValueError, match="not finite"):
        model_report(model, task)


def test_images_that_cannot_be_repainted_are_reported_on_and_what_is_left_out_is_said(photos):
    class Bright(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.utils.skip_init(nn.Conv2d, 3, 4, 3)
            nn.init.constant_(self.conv.weight, 0.1)
            nn.init.zeros_(self.conv.bias)

        def forward(self, x):
            green = x[:, 1].mean((1, 2)) + 0 * self.conv(x).mean((1, 2, 3))
            return torch.stack([-30 * (green - level).abs() for level in (0.3, 0.5, 0.7)], 1)

    table = model_report(Bright(), photos)
    known = lines(table)
    assert known["right on easy images"] == known["right in the worst group"] == "100.0 %"
    assert "right in the class's own wall" in known
    assert not any("follows" in what or "stroke" in what for what in known)
    assert "units of conv" in known
    assert "the wall of the same image changed, since Photos cannot be repainted" in table.note
    assert "does not say which pixels are the object" in table.note


def test_probe_takes_a_checkpoint_of_the_users_own(nets, tmp_path, capsys):
    file = tmp_path / "mine.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in nets.settled().state_dict().items()}, file)
    assert main(["probe", "--model", str(file), "--network", "simple_cnn:width=4", "--dataset", "digits"]) == 0
    out = capsys.readouterr().out
    for line in ("follows the colour", "keeps the class", "Grad-CAM at conv3: on the stroke", "units of conv2"):
        assert line in out
    assert "Warning: it is right on" in out  # its weights are random
    assert main(["probe", "--model", str(file), "--dataset", "digits"]) == 2
    assert "name their network too" in capsys.readouterr().err
