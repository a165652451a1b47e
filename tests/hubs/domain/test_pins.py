"""Pins on the map."""

from math import hypot

import pytest

from hubs.domain import pins
from wecd.common import provinces

LIEGE, SERAING, NAMUR = (50.645, 5.573), (50.597, 5.508), (50.463, 4.855)


def middles(found, width):
    height = width * provinces.size()[1] / provinces.size()[0]
    return [(pin.x * width / 100 + pin.dx, pin.y * height / 100 + pin.dy) for pin in found]


@pytest.mark.parametrize("width", [pins.NARROW, 500, 740])
def test_pins_never_cover_each_other(width):
    found = middles(pins.place([LIEGE, SERAING, (50.593, 5.864), NAMUR, LIEGE]), width)
    gaps = [hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(found) for b in found[i + 1 :]]
    assert min(gaps) >= 24


def test_a_pin_that_stands_alone_stays_where_it_is():
    (pin,) = pins.place([NAMUR])
    assert (pin.dx, pin.dy, pin.is_moved) == (0, 0, False)
    assert (round(pin.x), round(pin.y)) == (56, 27)


def test_a_pin_pushed_off_its_point_is_led_back_to_it():
    found = pins.place([LIEGE, LIEGE])
    assert all(pin.is_moved for pin in found)
    assert [(pin.x, pin.y) for pin in found] == [provinces.position(*LIEGE)] * 2


def test_labels_stay_on_the_map():
    tournai, liege, arlon = pins.place([(50.606, 3.388), LIEGE, (49.683, 5.812)])
    assert (tournai.side, liege.side) == ("start", "end")
    assert arlon.is_low
    assert not liege.is_low
