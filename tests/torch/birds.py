"""Birds on a place that almost tells them: a folder as people have them, and models that read one or the other."""

import csv

import numpy as np
import torch

from PIL import Image
from torch import nn

from lazyartist.device import here


SHARES = {"train": (73, 4, 1, 22), "val": (10, 10, 10, 10), "test": (20, 20, 20, 20)}
SIZE = 8


def pixels_of(label, place, number):
    """A bright bar that says the class, on a ground of which the place decides how blue it is."""
    image = np.full((SIZE, SIZE, 3), 40 + number % 9, np.uint8)
    image[..., 2] = 60 + 40 * place
    image[(2 if label else 5), 1:7, :2] = 230
    return image


def birds(classes=2, places=2, shares=SHARES):
    columns = {"image": [], "y": [], "place": [], "split": []}
    for split, counts in shares.items():
        for group, count in enumerate(counts):
            label, place = divmod(group, places)
            for number in range(count):
                values = pixels_of(label, place, number), f"bird {label}", f"place {place}", split
                for name, value in zip(columns, values, strict=True):
                    columns[name].append(value)
    return columns


class Reader(nn.Module):
    """Answers by the ground's blue, or by where the bar is."""

    def __init__(self, looks_at):
        super().__init__()
        self.looks_at = looks_at
        self.conv = nn.utils.skip_init(nn.Conv2d, 3, 2, 1)
        with torch.no_grad():
            self.conv.weight.zero_()
            self.conv.bias.zero_()
            self.conv.weight[1, 2 if looks_at == "ground" else 0] = 1
        here(self)

    def forward(self, x):
        maps = self.conv(x)
        if self.looks_at == "ground":
            score = maps[:, 1].mean((1, 2)) - 80 / 255
        else:
            score = maps[:, 1, 2, 1:7].mean(1) - maps[:, 1, 5, 1:7].mean(1)
        return torch.stack([-20 * score, 20 * score], 1)


def write_folder(root):
    """Write the birds as files in Waterbirds' layout; return the folder."""
    columns, lines, numbers = birds(), [], {"train": 0, "val": 1, "test": 2}
    for number, (image, label, place, split) in enumerate(zip(*columns.values(), strict=True)):
        name = f"{split}/{number:03}.png"
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(root / name)
        lines.append({"img_filename": name, "y": label[-1], "split": numbers[split], "place": place[-1]})
    with (root / "metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return root
