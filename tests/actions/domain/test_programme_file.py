"""A programme file is checked whole, loads any number of times, and never undoes what people did."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from actions.domain import programme_file
from actions.domain.file_format import check
from actions.domain.programme_file import day
from actions.models import Action, Axis, Indicator, LoadedRow, PartnerPeriod, Programme
from hubs.models import Hub, HubOperator
from partners.models import Partner
from wecd.common import journal
from wecd.common.models import JournalEntry
from wecd.common.workflow import Refused

FILE = Path(settings.BASE_DIR) / "actions" / "data" / "wecd_programme.json"
MODELS = (Programme, Partner, PartnerPeriod, Axis, Action, Hub, HubOperator, Indicator, LoadedRow)
OTHER_REGION = {
    "programme": {"code": "KREA", "name": "Kreatives Ostbelgien", "start": "2027"},
    "partners": [{"code": "DG", "name": "Ministerium", "role": "lead"}],
    "axes": [{"code": "handwerk", "mark": "skills", "name": {"de": "Handwerk"}}],
    "actions": [{"code": "creative-vouchers", "axis": "handwerk", "lead": "DG", "what": "vouchers"}],
    "hubs": [{"slug": "trakk", "name": "Anderes Trakk", "city": "Eupen"}],
}
pytestmark = pytest.mark.django_db


def load(path=FILE) -> str:
    out = StringIO()
    call_command("load_programme", str(path), stdout=out)
    return out.getvalue()


@pytest.fixture
def other_region(tmp_path):
    path = tmp_path / "krea.json"
    path.write_text(json.dumps(OTHER_REGION), encoding="utf-8")
    return path


def rows():
    return {model: sorted(model.objects.values_list("pk", "updated_at")) for model in MODELS}


def test_the_first_programme():
    load()

    programme = Programme.objects.get()
    assert (programme.code, programme.budget, programme.nuts_code) == ("WECD", Decimal(1_000_000), "BE3")
    assert (programme.starts_on, programme.ended_on) == (date(2013, 1, 1), date(2015, 10, 31))
    assert programme.planned_end_on is None
    assert programme.co_financing_rate is None
    assert "2013-01 to 2015-10" in programme.source_note
    assert [model.objects.count() for model in MODELS[1:8]] == [7, 7, 4, 7, 9, 18, 5]
    assert Partner.objects.get(code="STARTINVEST").city == ""
    assert PartnerPeriod.objects.get(partner__code="SPW").role == "lead"
    cross_overs = Action.objects.get(slug="cluster-cross-overs")
    assert cross_overs.lead.code == "TWIST"
    assert [partner.code for partner in cross_overs.partners.all()] == ["INFOPOLE"]
    trakk = Hub.objects.get(slug="trakk")
    assert (trakk.website, trakk.latitude, trakk.status) == (
        "https://trakk.be",
        Decimal("50.463"),
        "unverified",
    )
    assert Hub.objects.get(slug="click").website == ""


def test_axes_have_the_short_names_of_the_screens():
    load()
    names = list(Axis.objects.values_list("short_name_fr", flat=True))
    assert names == ["Compétences créatives", "Accompagnement", "Financement", "Réseaux et clusters"]


@pytest.mark.parametrize("model", [Axis, Action, Indicator])
@pytest.mark.parametrize("language", ["fr", "de", "nl", "en"])
def test_axes_actions_and_indicators_are_named_in_every_language(model, language):
    load()
    assert all(getattr(row, f"name_{language}") for row in model.objects.all())


def test_twice_gives_the_same_rows_and_says_nothing_twice():
    load()
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS}
    entries = JournalEntry.objects.count()

    assert "0 rows added, 0 changed" in load()

    assert {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS} == before
    assert JournalEntry.objects.count() == entries == 1


def test_the_load_is_in_the_journal(system):
    load()
    entry = journal.entries_about(Programme.objects.get()).get()
    assert (entry.verb, entry.actor) == ("actions.programme.load", system)
    assert entry.facts["created"] == 58


def test_what_people_edited_stays():
    load()
    Hub.objects.filter(slug="trakk").update(city="Jambes")
    Action.objects.filter(slug="boost-up").update(summary_fr="Écrit par une personne.")
    Axis.objects.filter(slug="skills").update(position=9)

    out = load()

    assert Hub.objects.get(slug="trakk").city == "Jambes"
    assert Action.objects.get(slug="boost-up").summary_fr == "Écrit par une personne."
    assert Axis.objects.get(slug="skills").position == 9
    assert "WECD/hubs/trakk.city" in out
    assert "WECD/axes/skills.position" in out


def test_what_nobody_touched_follows_the_file(tmp_path):
    load()
    Hub.objects.filter(slug="trakk").update(city="Jambes")
    content = json.loads(FILE.read_text())
    content["hubs"][0] |= {"city": "Salzinnes", "name": "TRAKK 2", "site": None}
    newer = tmp_path / "wecd.json"
    newer.write_text(json.dumps(content))

    load(newer)

    trakk = Hub.objects.get(slug="trakk")
    assert (trakk.name, trakk.city, trakk.website) == ("TRAKK 2", "Jambes", "")


def test_a_dated_role_is_not_doubled():
    load()
    PartnerPeriod.objects.filter(partner__code="SPW").update(from_date=date(2013, 2, 1))
    load()
    assert PartnerPeriod.objects.get(partner__code="SPW").from_date == date(2013, 2, 1)


def test_what_people_removed_stays_away():
    load()
    Hub.objects.get(slug="verviers").delete()
    HubOperator.objects.get(hub__slug="trakk", name="BEP").delete()

    out = load()

    assert not Hub.objects.filter(slug="verviers").exists()
    assert not HubOperator.objects.filter(name="BEP").exists()
    assert "WECD/hubs/verviers" in out


def test_partners_people_chose_for_an_action_stay():
    load()
    action = Action.objects.get(slug="cluster-cross-overs")
    action.partners.set([Partner.objects.get(code="ADN")])
    load()
    assert [partner.code for partner in action.partners.all()] == ["ADN"]


def test_rows_people_made_first_are_adopted_and_only_completed():
    partner = Partner.objects.create(code="TWIST", name="Twist !", city="")
    load()
    partner.refresh_from_db()
    assert (partner.name, partner.city) == ("Twist !", "Liège")


def test_another_region_stands_beside(other_region):
    load()
    load(other_region)

    krea = Programme.objects.get(code="KREA")
    assert krea.starts_on == date(2027, 1, 1)
    assert krea.axes.get().name_fr == "Handwerk"
    assert Action.objects.get(axis__programme=krea).slug == "creative-vouchers-krea"
    assert Action.objects.get(axis__programme=krea).name_en == "Vouchers"
    assert Hub.objects.get(programme=krea).slug == "trakk-krea"
    assert Hub.objects.get(slug="trakk").name == "TRAKK"
    assert "0 rows added, 0 changed" in load(other_region)


def test_a_failure_leaves_nothing(monkeypatch, system):
    from hubs.domain import hubs_file

    monkeypatch.setattr(hubs_file, "_degrees", lambda value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        programme_file.load(json.loads(FILE.read_text()), by=system)
    assert [model.objects.count() for model in MODELS] == [0] * len(MODELS)


def changed(**changes):
    return OTHER_REGION | changes


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ([], "file"),
        ({}, "programme"),
        (changed(programme={"code": "K R", "name": "K"}), "programme.code"),
        (changed(programme={"code": "K"}), "programme.name"),
        (changed(programme={"code": "K", "name": {"xx": "K"}}), "programme.name"),
        (changed(programme={"code": "K", "name": "K", "start": "2013-13"}), "programme.start"),
        (changed(programme={"code": "K", "name": "K", "end": "soon"}), "programme.end"),
        (changed(programme={"code": "K", "name": "K", "budget_eur": "much"}), "programme.budget_eur"),
        (changed(partners={}, actions=[]), "partners"),
        (changed(partners=[{"code": "DG", "name": "M", "role": "boss"}]), "partners[0].role"),
        (changed(partners=OTHER_REGION["partners"] * 2), "partners[1].code"),
        (changed(axes=[{"code": "handwerk", "name": "H"}]), "axes[0].mark"),
        (changed(actions=[{"code": "a", "axis": "nowhere", "what": "x"}]), "actions[0].axis"),
        (changed(actions=[{"code": "a", "axis": "handwerk", "lead": "XX", "what": "x"}]), "actions[0].lead"),
        (
            changed(actions=[{"code": "a", "axis": "handwerk", "with": ["XX"], "what": "x"}]),
            "actions[0].with",
        ),
        (changed(actions=[{"code": "a", "axis": "handwerk"}]), "actions[0].name"),
        (changed(hubs=[{"slug": "x", "name": "X"}]), "hubs[0].city"),
        (changed(hubs=[{"slug": "x", "name": "X", "city": "Y", "lat": 95}]), "hubs[0].lat"),
        (changed(hubs=[{"slug": "x", "name": "X", "city": "Y", "position": "here"}]), "hubs[0].position"),
        (changed(hubs=["x"]), "hubs[0]"),
    ],
)
def test_each_mistake_is_named_with_its_place(content, where):
    assert [problem.where for problem in check(content)] == [where]


def test_files_that_cannot_be_read(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(CommandError, match="not a JSON file"):
        load(broken)
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "absent.json")


def test_texts_are_checked_too(tmp_path):
    texts = tmp_path / "t.json"
    texts.write_text(json.dumps({"axes": {"skills": {"colour": {"fr": "ocre"}}}, "rivers": {}}))
    with pytest.raises(Refused) as refused:
        programme_file.read_texts(texts)
    assert "axes.skills.colour" in str(refused.value)
    assert "rivers" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", date(2013, 1, 1), date(2013, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2014-06-16", date(2014, 6, 16), date(2014, 6, 16)),
    ],
)
def test_days(text, first, last):
    assert (day(text), day(text, last=True)) == (first, last)
    assert day(None) is None
