"""Requests by day, as a drawing, figures and a file; and the overview they begin with."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from partners.charts import bars
from partners.models import ApiUsage
from tests.partners.factories import AgreementFactory, ApiKeyFactory, PartnerFactory, PartnerMemberFactory

pytestmark = pytest.mark.django_db
SPACE = "/en/partner/WD/"
USAGE_QUERIES, OVERVIEW_QUERIES = 7, 9


@pytest.fixture
def partner():
    return PartnerFactory(code="WD", name="Wallonie Design")


@pytest.fixture
def inside(client, partner):
    client.force_login(PartnerMemberFactory(partner=partner, user__name="Sophie Renard").user)
    return client


def used(key, *counts: tuple[int, int, int]) -> None:
    """(days ago, requests, limited) …"""
    today = datetime.now(UTC).date()
    for ago, requests, limited in counts:
        day = today - timedelta(days=ago)
        ApiUsage.objects.create(key=key, day=day, requests=requests, limited=limited)


def test_thirty_days_of_each_key(inside, partner):
    key = ApiKeyFactory(partner=partner, name="Warehouse")
    used(key, (0, 1200, 30), (29, 34, 0), (30, 999_999, 0))
    used(ApiKeyFactory(name="Theirs"), (0, 777, 0))
    text = inside.get(f"{SPACE}usage/").content.decode()
    assert "<strong>1,234</strong> requests in the last 30 days" in text
    assert "30 were turned away" in text
    drawing = text.split('<svg class="bars"')[1].split("</svg>")[0]
    assert drawing.count("<rect ") == 30
    assert 'aria-label="Requests by day of “Warehouse”"' in text
    assert "Theirs" not in text


def test_keys_that_ended_without_use_are_left_out(inside, partner):
    ended = {"partner": partner, "revoked_at": timezone.now()}
    ApiKeyFactory(name="Forgotten", **ended)
    used(ApiKeyFactory(name="Recent", **ended), (3, 5, 0))
    text = inside.get(f"{SPACE}usage/").content.decode()
    assert "Recent" in text
    assert "Forgotten" not in text


def test_the_file_has_a_line_for_each_key_and_day(inside, partner):
    key = ApiKeyFactory(partner=partner, name="=cmd|' /C calc'!A0")
    used(key, (0, 12, 1), (2, 5, 0))
    answer = inside.get(f"{SPACE}usage.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0] == ["day", "key", "prefix", "requests", "limited"]
    assert [line[3:] for line in lines[1:]] == [["5", "0"], ["12", "1"]]
    assert {line[1][0] for line in lines[1:]} == {"'"}


def test_before_the_first_key_the_page_says_what_to_do(inside):
    assert "Nothing counted yet" in inside.get(f"{SPACE}usage/").content.decode()


def test_a_bar_is_as_high_as_its_day_and_none_on_a_day_without(db):
    day = datetime(2026, 12, 1, tzinfo=UTC).date()
    drawn = bars([(day, 0), (day, 5), (day, 10)], label='A "key"')
    assert 'height="0"' in drawn
    assert 'height="23.0"' in drawn
    assert 'height="46.0"' in drawn
    assert "A &quot;key&quot;" in drawn
    assert "<title>1 December 2026: 10 requests</title>" in drawn


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same(inside, partner, rows, django_assert_num_queries):
    for _ in range(rows):
        used(ApiKeyFactory(partner=partner), (0, 1, 0), (1, 1, 0))
        PartnerMemberFactory(partner=partner)
    inside.get(SPACE)
    with django_assert_num_queries(USAGE_QUERIES):
        inside.get(f"{SPACE}usage/")
    with django_assert_num_queries(OVERVIEW_QUERIES):
        inside.get(SPACE)


def test_the_overview_says_what_wants_attention(inside, partner):
    soon = timezone.now() + timedelta(days=10)
    used(ApiKeyFactory(partner=partner, name="Warehouse", expires_at=soon), (1, 41, 0))
    AgreementFactory(partner=partner, reference="DPA-2026-9")
    text = inside.get(SPACE).content.decode()
    assert "“Warehouse” ends soon." in text
    assert "DPA-2026-9" in text
    assert "Sophie Renard" in text
    assert ">41<" in text
