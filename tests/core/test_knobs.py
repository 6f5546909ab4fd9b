"""The ranges of knobs, on a dataclass of our own."""

import math

from dataclasses import FrozenInstanceError, dataclass, fields

import pytest

from lazyartist.knobs import Range, check_knobs, knob


@dataclass(frozen=True)
class Example:
    share: float = knob(0.5, above=0, high=1)
    memory: float = knob(0.9, low=0, below=1)
    steps: int = knob(3, low=1, high=1000, whole=True)
    scale: float = knob(2.0, above=0)
    offset: float = knob(0.0)
    shares: tuple[float, ...] = knob((0.1, 0.5), above=0, high=1)
    free: str = "anything"

    def __post_init__(self):
        check_knobs(self)


def test_a_knob_is_a_field_with_a_default():
    assert repr(Example()) == (
        "Example(share=0.5, memory=0.9, steps=3, scale=2.0, offset=0.0, shares=(0.1, 0.5), free='anything')"
    )
    assert [field.default for field in fields(Example)] == [0.5, 0.9, 3, 2.0, 0.0, (0.1, 0.5), "anything"]
    assert Example(share=1, memory=0, steps=1000, scale=1e300, offset=-5, free=None).share == 1
    with pytest.raises(FrozenInstanceError):
        Example().share = 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"share": 0}, "Example: share=0: expected a finite number above 0, up to 1"),
        ({"share": 1.5}, "share=1.5: expected"),
        ({"share": math.nan}, "share=nan"),
        ({"share": "half"}, "share='half'"),
        ({"share": True}, "share=True"),
        ({"share": None}, "share=None"),
        ({"memory": 1}, "memory=1: expected a finite number from 0, below 1"),
        ({"memory": -0.1}, "memory=-0.1"),
        ({"steps": 0}, "steps=0: expected a whole number from 1, up to 1000"),
        ({"steps": 2.5}, "steps=2.5"),
        ({"steps": 2.0}, "steps=2.0"),
        ({"steps": 10**400}, "steps=1000"),
        ({"scale": math.inf}, "scale=inf: expected a finite number above 0"),
        ({"scale": 10**400}, "scale=1000"),
        ({"offset": -math.inf}, "offset=-inf: expected a finite number$"),
        ({"shares": (0.1, 0)}, r"shares=\(0\.1, 0\): expected one or more, each a finite number above 0, up to 1"),
        ({"shares": ()}, r"shares=\(\): expected one or more"),
        ({"shares": 2}, "shares=2: expected one or more"),
        ({"shares": None}, "shares=None: expected one or more"),
        ({"shares": ((0.1,),)}, "shares="),
        ({"steps": (1, 2)}, "steps="),
    ],
)
def test_a_value_out_of_range_is_named_with_its_range(given, words):
    with pytest.raises(ValueError, match=words):
        Example(**given)


def test_a_range_with_a_lower_end_alone_goes_on():
    assert str(Range(low=0)) == "a finite number from 0 on"
    assert str(Range(low=1, whole=True)) == "a whole number from 1 on"
    assert str(Range(below=0)) == "a finite number below 0"


def test_numbers_of_numpy_are_numbers():
    import numpy as np

    assert Example(share=np.float32(0.5), steps=np.int64(7)).steps == 7
    with pytest.raises(ValueError, match="steps"):
        Example(steps=np.float64(7.0))
