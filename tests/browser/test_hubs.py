"""List and map of the hubs follow each other; without scripts both still work."""

import re
from math import hypot

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.hubs.factories import HubFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hubs():
    with transaction.atomic():
        HubFactory(slug="trakk", name="TRAKK", city="Namur", latitude="50.463", longitude="4.855")
        HubFactory(slug="plug-r", name="Plug-R", city="Liège", latitude="50.645", longitude="5.573")
        HubFactory(slug="seraing", name="Seraing", city="Seraing", latitude="50.597", longitude="5.508")


def test_the_keyboard_goes_from_list_to_map_and_back(page, live_server, hubs, check):
    page.goto(f"{live_server.url}/fr/hubs/?near=5000")
    on_map, in_list = page.locator(".pin.on"), page.locator(".hub-list li.on")
    expect(on_map).to_have_attribute("data-hub", "1")
    page.locator(".hub-list a").nth(1).focus()
    expect(on_map).to_have_attribute("data-hub", "2")
    page.locator(".pin[data-hub='3']").focus()
    expect(in_list).to_have_attribute("data-hub", "3")
    expect(page.locator(".pin-label.on")).to_have_attribute("data-hub", "3")
    check(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/fr/hubs/plug-r/$"))


def test_pins_are_large_enough_and_apart_on_a_phone(page, live_server, hubs):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/fr/hubs/")
    boxes = [pin.bounding_box() for pin in page.locator(".pin polygon").all()]
    assert len(boxes) == 3
    for box in boxes:
        assert min(box["width"], box["height"]) >= 24
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert hypot(one["x"] - other["x"], one["y"] - other["y"]) >= 28


def test_without_scripts_a_place_is_a_form_and_a_pin_a_link(browser, live_server, hubs):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/en/hubs/")
    page.get_by_label("Postal code or municipality").fill("Liège")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hub-list a").first).to_have_text("Plug-R")
    page.get_by_role("link", name="1. Plug-R, Liège").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plug-R")
    page.context.close()
