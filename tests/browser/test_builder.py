"""The form builder in a browser: keyboard, pasted options, the applicant's view beside it."""

import pytest
from django.db import transaction
from django.urls import reverse

from calls.domain import forms
from tests.accounts.factories import UserFactory
from tests.calls.factories import CallFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def builder(page, live_server, sign_in):
    with transaction.atomic():
        form = CallFactory(draft=True).form
        officer = UserFactory(roles=["officer"])
    sign_in(page, officer)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.goto(live_server.url + reverse("admin:calls_form_builder", args=[form.pk]))
    return form


def keys(form):
    return [question.key for question in forms.in_order(form)]


def part(page, form, key):
    return page.locator(f"#part-{form.questions.get(key=key).pk}")


def test_a_question_moves_by_keyboard_keeps_the_focus_and_is_announced(page, builder):
    pitch = part(page, builder, "pitch")
    pitch.get_by_role("link", name="Pitch").focus()

    page.keyboard.press("Alt+ArrowDown")
    page.locator("#builder-says", has_text="“Pitch” is now 2 of 5").wait_for()
    assert keys(builder)[:2] == ["provider", "pitch"]

    page.keyboard.press("Enter")  # the focus is on the button of the same direction
    page.locator("#builder-says", has_text="“Pitch” is now 3 of 5").wait_for()
    assert keys(builder)[:3] == ["provider", "new", "pitch"]
    assert (
        page.evaluate("document.activeElement.closest('[data-part]').id")
        == f"part-{part_id(builder, 'pitch')}"
    )


def part_id(form, key):
    return form.questions.get(key=key).pk


def test_a_question_moves_by_mouse_and_the_preview_follows(page, builder):
    frame = page.frame_locator(".preview-frame iframe")
    frame.locator("#field-pitch").wait_for()
    assert frame.locator("[id^=field-]").first.get_attribute("id") == "field-pitch"

    part(page, builder, "honest").locator("[data-grip]").drag_to(
        part(page, builder, "pitch"), target_position={"x": 40, "y": 4}
    )

    page.locator("#builder-says", has_text="“Honest” is now 1 of 5").wait_for()
    assert keys(builder)[0] == "honest"
    frame.locator("[id^=field-]").first.and_(frame.locator("#field-honest")).wait_for()


def test_options_are_pasted_at_once_and_show_in_the_preview(page, builder, check):
    section = page.locator("[data-kind=section]").first
    section.locator("select[name=kind]").select_option("single_choice")
    section.locator("select[name=after]").select_option("nothing")
    section.get_by_role("button", name="Add").click()
    page.get_by_label("Question (French)").fill("Votre métier ?")
    page.get_by_label("Options (French)").fill("• Design\n• Architecture\n• Jeu vidéo")
    check(page)
    page.get_by_role("button", name="Save").click()
    page.locator("#editor").wait_for(state="detached")

    question = builder.questions.get(label_fr="Votre métier ?")
    assert keys(builder)[0] == question.key
    assert question.options_fr.splitlines()[2] == "jeu-video | Jeu vidéo"
    page.frame_locator(".preview-frame iframe").get_by_text("Jeu vidéo").wait_for()


def test_deleting_asks_and_a_phone_gets_a_link_instead_of_the_frame(page, builder, check):
    page.once("dialog", lambda dialog: dialog.dismiss())
    part(page, builder, "pitch").get_by_role("button", name="Delete").click()
    assert "pitch" in keys(builder)
    page.once("dialog", lambda dialog: dialog.accept())
    part(page, builder, "pitch").get_by_role("button", name="Delete").click()
    page.locator("#builder-says", has_text="Deleted.").wait_for()
    assert "pitch" not in keys(builder)

    check(page)
    page.set_viewport_size({"width": 390, "height": 900})
    page.reload()
    assert not page.locator(".preview-frame iframe").is_visible()
    page.get_by_role("link", name="See it as an applicant").click()
    page.locator("#field-provider").wait_for()
