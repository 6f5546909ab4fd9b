import base64
import io
import math

from html.parser import HTMLParser

import numpy as np
import pytest

from PIL import Image

from lazyartist.latents.odd_image import OddImage
from lazyartist.latents.page import Way, odd_page
from lazyartist.reporting.page import png_uri


class Read(HTMLParser):
    """Tags that are open at the end, all attributes, and the text."""

    def __init__(self, page):
        super().__init__()
        self.stack, self.attributes, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag not in ("img", "meta"):
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def values(self, tag, name):
        return [value for own, key, value in self.attributes if (own, key) == (tag, name)]


def pixels(uri):
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)))


def odd(name="a.png", channels=3, **changes):
    image = np.linspace(0, 1, 4 * 5 * channels, dtype=np.float32).reshape(4, 5, channels)
    given = {"distance": 31.25, "z": [0.5, -9.5, math.nan], "latent": 1, **changes}
    return OddImage(name, image, **given)


def page(*shown, **changes):
    return odd_page("Odd", shown, **{"images": 350, "threshold": 22.5, "circles": 1, **changes})


def test_a_page_needs_nothing_but_itself():
    image = np.zeros((1, 4, 5, 3), np.float32)
    read = Read(page(odd(), odd("b.png"), ways=[Way("latent 0, an angle", image, ["0°"])]))
    assert read.stack == []
    sources = [value for _, name, value in read.attributes if name in ("src", "href", "srcset", "action", "data")]
    assert len(sources) == 3
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    text = "".join(read.text)
    assert "url(" not in text
    assert "@import" not in text
    assert not {"script", "link"} & {tag for tag, _, _ in read.attributes}


def test_what_is_odd_stands_there():
    text = "".join(Read(page(odd())).text)
    assert "1 of 350 images: further than 22.50 from the others." in text
    assert "a.png" in text
    assert "distance 31.2, mostly latent 1 (line)" in text
    assert "0 (angle)+0.5" in text
    assert "1 (line)-9.5" in text
    assert "2 (line)" not in text  # not in use
    assert "0 of 350 images" in "".join(Read(page()).text)


def test_bars_are_as_long_as_scores_up_to_the_end():
    read = Read(page(odd(z=[2.0, -9.5, 4.0])))
    assert read.values("i", "style") == ["width:25%", "width:100%", "width:50%"]
    assert read.values("tr", "class") == ["most"]


def test_the_counterfactual_stands_beside_the_image():
    whole = odd(reconstruction=np.full((4, 5, 3), 0.25), counterfactual=np.full((4, 5, 3), 0.75), words="wall moved")
    read = Read(page(whole))
    assert read.values("img", "alt") == [
        "a.png: image", "a.png: reconstruction", "a.png: counterfactual", "a.png: difference"
    ]  # fmt: skip
    shown = [pixels(uri) for uri in read.values("img", "src")]
    assert [int(picture[0, 0, 0]) for picture in shown[1:]] == [64, 191, 128]
    assert "wall moved" in read.text
    assert len(Read(page(odd())).values("img", "src")) == 1


def test_whatever_a_file_is_called_is_text():
    name = '<script>alert("x")</script>&amp;.png'
    html = odd_page(name, [odd(name, words=name)], images=1, threshold=1, circles=0, note=name)
    assert "<script" not in html
    read = Read(html)
    assert read.text.count(name) == 5  # title, heading, note, name and words
    assert read.values("img", "alt") == [f"{name}: image"]


def test_traversals_have_a_line_per_latent():
    images = np.stack([np.full((2, 2, 1), value, np.float32) for value in (0, 0.5, 1)])
    read = Read(page(ways=[Way("latent 3, a line", images, ["-2.0", "0.0", "2.0"])]))
    assert [int(pixels(uri)[0, 0]) for uri in read.values("img", "src")] == [0, 128, 255]
    assert [text for text in read.text if text in ("-2.0", "0.0", "2.0")] == ["-2.0", "0.0", "2.0"]
    with pytest.raises(ValueError, match=r"zip\(\)"):
        page(ways=[Way("latent 3, a line", images, ["-2.0"])])


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_survive(channels):
    image = odd(channels=channels).image
    seen = pixels(png_uri(image)).reshape(image.shape)
    assert np.array_equal(seen, (255 * image).round())
    assert png_uri(image) == png_uri(image.copy())
    assert png_uri(image + 1) == png_uri(np.ones_like(image) + 0 * image)  # clipped


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 2), (1, 4, 5, 3)])
def test_what_is_no_picture_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(H, W, 1 or 3\)"):
        png_uri(np.zeros(shape))
