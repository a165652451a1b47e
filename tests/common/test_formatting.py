"""Money, dates and punctuation in the four languages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from wecd.common import formatting

NOON = dt.datetime(2026, 12, 3, 11, 0, tzinfo=dt.UTC)  # 12:00 in Brussels, in winter
SUMMER = dt.datetime(2026, 7, 1, 10, 0, tzinfo=dt.UTC)  # 12:00 in Brussels, in summer


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "6\u202f000\u00a0€"),
        ("de", "6.000\u00a0€"),
        ("nl", "€\u00a06.000"),
        ("en", "€6,000"),
    ],
)
def test_money_follows_the_language(lang, words):
    assert formatting.money(6000, lang=lang) == words


def test_money_shows_cents_only_when_there_are_some():
    assert formatting.money(Decimal("5793.75"), lang="fr") == "5\u202f793,75\u00a0€"
    assert formatting.money(Decimal("6000.00"), lang="fr") == "6\u202f000\u00a0€"
    assert formatting.money(Decimal("0.50"), lang="en") == "€0.50"
    assert formatting.money(Decimal(-1680), lang="fr") == "-1\u202f680\u00a0€"


@pytest.mark.parametrize("empty", [None, ""])
def test_nothing_is_written_for_nothing(empty):
    for write in (formatting.money, formatting.percent, formatting.deadline, formatting.filesize):
        assert write(empty) == ""


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "jeudi 3 décembre 2026 à 12\u00a0h\u00a000, heure de Bruxelles"),
        ("de", "Donnerstag, 3. Dezember 2026 um 12.00\u00a0Uhr, Brüsseler Zeit"),
        ("nl", "donderdag 3 december 2026 om 12.00\u00a0uur, Brusselse tijd"),
        ("en", "Thursday, 3 December 2026 at 12:00, Brussels time"),
    ],
)
def test_deadline_says_weekday_hour_and_zone(lang, words):
    assert formatting.deadline(NOON, lang=lang) == words


def test_deadline_is_right_across_the_change_of_hour():
    assert formatting.clock(NOON, "en") == formatting.clock(SUMMER, "en") == "12:00"


def test_first_of_the_month_in_french():
    assert formatting.date(dt.date(2026, 12, 1), "full", "fr") == "mardi 1er décembre 2026"
    assert formatting.date(dt.date(2026, 12, 11), "day_month", "fr") == "11 décembre"
    assert formatting.date(dt.date(2026, 12, 1), "short", "fr") == "01.12.2026"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0\u00a0minute"),
        (65, "1\u00a0heure et 5\u00a0minutes"),
        (120, "2\u00a0heures"),
        (3042, "2\u00a0jours et 2\u00a0heures"),
        (45 * 1440 + 90, "45\u00a0jours"),
        (-5, "0\u00a0minute"),
    ],
)
def test_duration_in_two_units_at_most(minutes, words):
    assert formatting.duration(dt.timedelta(minutes=minutes), "fr") == words


def test_working_days_and_percent():
    assert formatting.working_days(1, "fr") == "1\u00a0jour ouvrable"
    assert formatting.working_days(15, "nl") == "15\u00a0werkdagen"
    assert formatting.percent(75, "fr") == "75\u00a0%"
    assert formatting.percent(Decimal("12.5"), "en") == "12.5%"


def test_filesize_in_the_units_of_the_language():
    assert formatting.filesize(84_000, "fr") == "84\u00a0ko"
    assert formatting.filesize(2_100_000, "fr") == "2,1\u00a0Mo"
    assert formatting.filesize(999_900, "en") == "1\u00a0MB"
    assert formatting.filesize(512, "en") == "512\u00a0bytes"


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Suis-je éligible?", "Suis-je éligible\u202f?"),
        ("Suis-je éligible ?", "Suis-je éligible\u202f?"),
        ("Un point ; un autre !", "Un point\u202f; un autre\u202f!"),
        ("Plafond : 75 %", "Plafond\u00a0: 75\u00a0%"),
        ("12 000 € à 12 h 00", "12\u202f000\u00a0€ à 12\u00a0h\u00a000"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("L'aide", "L’aide"),
        ("https://x.example/a?b=1;c", "https://x.example/a?b=1;c"),
        ("à 12:00", "à 12:00"),
        ("Vins &amp; fils, quoi?", "Vins &amp; fils, quoi\u202f?"),
        ('<a href="/?q=l\'art !">oui!</a>', '<a href="/?q=l\'art !">oui\u202f!</a>'),
    ],
)
def test_french_spacing(typed, set_):
    assert formatting.french_spacing(typed) == set_
    assert formatting.french_spacing(set_) == set_, "spacing twice changes nothing"


def test_filters_follow_the_active_language_and_keep_escaping():
    template = Template("{% load formatting %}{{ sum|money }} {{ text|french_spacing }}")
    with override("en"):
        assert template.render(Context({"sum": 6000, "text": "<b>"})) == "€6,000 &lt;b&gt;"
    with override("fr"):
        said = template.render(Context({"sum": 6000, "text": mark_safe("<b>oui!</b>")}))
    assert said == "6\u202f000\u00a0€ <b>oui\u202f!</b>"
    assert isinstance(said, SafeString)
