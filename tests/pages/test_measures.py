"""What a programme measures, on its page and on those of its actions."""

from datetime import date

import pytest

from actions.models import Indicator
from tests.actions.factories import ActionFactory, IndicatorFactory
from tests.calls.views.test_public import text_of

pytestmark = pytest.mark.django_db
SECTION = 'id="measures"'


@pytest.fixture
def action():
    return ActionFactory(slug="boost-up", name="Boost-up", axis__programme__code="WECD")


def measured(action, **facts):
    return IndicatorFactory(programme=action.axis.programme, action=action, **facts)


def section(client, address: str) -> str:
    page = text_of(client.get(address))
    return page[page.index(SECTION) :].partition("</section>")[0]


def test_each_indicator_says_what_it_counts_and_what_it_is_to_reach(client, action):
    measured(
        action,
        code="RCR01",
        kind="result",
        measured="year_after",
        name="Emplois créés",
        name_en="Jobs created",
        unit_en="full-time equivalents",
        definition_en="Posts filled.",
        source_note_en="Annex I",
        baseline=1200,
        baseline_year=2025,
        milestone="12.5",
        milestone_on=date(2027, 12, 31),
        target=45,
        target_on=date(2029, 12, 31),
    )
    shown = section(client, "/en/programme/")
    for words in (
        "RCR01 · Result · One year after completion",
        "Jobs created",
        "Posts filled.",
        "Source: Annex I",
        "full-time equivalents",
        '<b>1,200</b> <span class="sub">2025</span>',
        '<b>12.5</b> <span class="sub">by 31 Dec 2027</span>',
        '<b>45</b> <span class="sub">by 31 Dec 2029</span>',
        'Fed by: <a href="/en/actions/boost-up/">',
    ):
        assert words in shown.replace("\u00a0", " ")


def test_a_figure_nobody_gave_is_not_set_and_a_column_nobody_needs_is_not_there(client, action):
    measured(action, code="RCO01", target=0)
    measured(action, code="RCO02")
    shown = section(client, "/en/programme/")
    assert shown.count("<b>0</b>") == shown.count("not set") == 1
    assert "Baseline" not in shown
    assert "nobody has published yet" not in shown


def test_a_source_is_named_once_with_what_it_says_unless_it_says_all(client, action):
    for code in ("RCO01", "RCO02"):
        measured(action, code=code, source_note_en="Annex I")
    assert section(client, "/en/programme/").count("Source: Annex I") == 1
    assert "RCO01, RCO02 · Source" not in section(client, "/en/programme/")
    measured(action, code="RCO03", source_note_en="The partners")
    measured(action, code="RCO04")
    shown = section(client, "/en/programme/")
    assert "RCO01, RCO02 · Source: Annex I" in shown
    assert "RCO03 · Source: The partners" in shown


def test_without_any_figure_it_says_so(client, action):
    measured(action)
    shown = section(client, "/en/programme/")
    assert "nobody has published yet" in shown
    assert "not set" not in shown


def test_without_an_indicator_there_is_no_section(client, action):
    for address in ("/en/programme/", "/en/actions/boost-up/"):
        assert SECTION not in text_of(client.get(address))


def test_an_action_shows_its_own_and_outputs_come_first(client, action):
    programme = action.axis.programme
    IndicatorFactory(programme=programme, code="ELSEWHERE", action=ActionFactory(axis=action.axis))
    IndicatorFactory(code="OTHER-REGION")
    measured(action, code="RCR03", kind="result", position=1)
    measured(action, code="RCO04", position=2)
    own, whole = section(client, "/en/actions/boost-up/"), section(client, "/en/programme/")
    assert own.index("RCO04") < own.index("RCR03")
    assert "ELSEWHERE" not in own
    assert "Fed by" not in own
    assert "ELSEWHERE" in whole
    assert "OTHER-REGION" not in whole


def test_what_nobody_translated_is_in_french_and_says_so(client, action):
    measured(action, definition_fr="Qui reçoit un soutien.")
    page = text_of(client.get("/en/actions/boost-up/"))
    assert '<span lang="fr">Qui reçoit un soutien.</span>' in page
    assert "Parts of this page exist only in French." in page


@pytest.mark.parametrize("address", ["/en/programme/", "/en/actions/boost-up/"])
def test_a_change_shows_with_the_next_request(client, action, address):
    measured(action, target=45)
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    Indicator.objects.update(target=46)
    assert "<b>46</b>" in text_of(client.get(address, headers={"If-None-Match": first["ETag"]}))
    Indicator.objects.all().delete()
    assert SECTION not in text_of(client.get(address))
