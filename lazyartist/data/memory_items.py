"""Images in memory one by one, with what comes with each, from whatever they are held in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from lazyartist.data.folder_layouts import named
from lazyartist.data.pixels import Pixels, from_array, to_pixels
from lazyartist.data.splits import split_of


IMAGE = ("image", "images", "img", "picture", "pixels", "x")  # what columns of images are called
BEHIND = ("label", "attribute")  # what stands behind the image in the items of a dataset

Columns = dict[str, list[Any]]


def collected(data: Any, size: tuple[int, int] | None) -> tuple[NDArray[np.uint8], Columns]:
    """Return all images as bytes (N, 3, H, W), and what comes with them by name, N values each.

    Args:
        data: see `lazyartist.data.memory.memory_task`.
        size: height and width to scale them to; None to leave them as they are.

    Raises:
        ValueError: it is nothing that images can be taken from, an image is none, or they differ in size.
    """
    images: list[Pixels] = []
    columns: Columns = {}
    for image, known in _items(data):
        images.append(_pixels(image, len(images), size))
        if images[-1].shape != images[0].shape:
            sizes = " and ".join(f"{one.shape[2]}x{one.shape[1]}" for one in (images[0], images[-1]))
            raise ValueError(f"image {len(images) - 1}: sizes differ, {sizes} pixels: say one, as in size=64")
        if images[1:] and known.keys() != columns.keys():
            came, expected = (", ".join(keys) or "nothing" for keys in (known, columns))
            raise ValueError(f"image {len(images) - 1} comes with {came}, those before it with {expected}")
        for name, value in known.items():
            columns.setdefault(name, []).append(plain(value))
    if not images:
        raise ValueError("images: there are none")
    return np.stack(images), columns


def plain(value: Any) -> Any:
    """Return the number in an array or tensor that holds just one, and anything else as it is."""
    if not isinstance(value, (np.generic, np.ndarray, Tensor)):
        return value
    array = np.asarray(value)
    return array.item() if array.size == 1 else value


def _items(data: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield each image with what comes with it."""
    if isinstance(data, Mapping) and data and all(map(split_of, data)):
        for word, part in data.items():
            yield from ((image, {**known, "split": split_of(word)}) for image, known in _items(part))
        return
    count = _count(data)
    if isinstance(data, Mapping) or hasattr(data, "column_names"):
        yield from _rows(data)
        return
    for place in range(count):
        try:
            item = data[place]
        except KeyError as error:
            raise ValueError(
                f"images: a {type(data).__name__} has no item {place}: pass its columns by name"
            ) from error
        yield _item(item, place)


def _count(data: Any) -> int:
    try:
        if not isinstance(data, str):
            return len(data)
    except TypeError:
        pass  # it has none, or no dimension
    raise ValueError(
        f"images: expected an array, a list, a dataset with a length, or columns by name, got {type(data).__name__}"
    )


def _rows(data: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    names = list(getattr(data, "column_names", data))
    image = _image_column(names)
    columns = {name: data[name] for name in names}
    if wrong := {name: len(values) for name, values in columns.items() if len(values) != len(columns[image])}:
        raise ValueError(f"expected a value for each of {len(columns[image])} images, got {wrong}")
    for place in range(len(columns[image])):
        yield columns[image][place], {name: values[place] for name, values in columns.items() if name != image}


def _item(item: Any, place: int) -> tuple[Any, Mapping[str, Any]]:
    if isinstance(item, Mapping):
        image = _image_column(list(item))
        return item[image], {name: value for name, value in item.items() if name != image}
    if isinstance(item, (tuple, list)):
        if not 2 <= len(item) <= 1 + len(BEHIND):
            raise ValueError(
                f"item {place}: expected (image, label) or (image, label, attribute), got {len(item)} parts"
            )
        return item[0], dict(zip(BEHIND, item[1:], strict=False))
    return item, {}


def _image_column(names: list[Any]) -> str:
    if not (image := named(IMAGE, [name for name in names if isinstance(name, str)])):
        raise ValueError(f"expected a column of images called {', '.join(IMAGE)}, got {', '.join(map(str, names))}")
    return image


def _pixels(given: Any, place: int, size: tuple[int, int] | None) -> Pixels:
    image = given if isinstance(given, Image.Image) else from_array(given, f"image {place}")
    try:
        return to_pixels(image, *(size or (image.height, image.width)))
    except (OSError, ValueError) as error:
        raise ValueError(f"image {place}: {error}") from error
