"""Limits hold across processes, are fair, and cost a write now and then."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partners.models import ApiKey, ApiUsage
from tests.api.conftest import RAW, Api, in_one_window
from tests.partners.factories import ApiKeyFactory
from wecd.api import limits, usage
from wecd.api.models import Window
from wecd.common.rest.statements import Kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def processes():
    """What three processes hold, each for itself."""
    return [Kept(100) for _ in range(3)]


def _take(shares: Kept, who: str = "key:1", name: str = "reads") -> limits.Answer:
    return limits.take(name, who, has_key=True, shares=shares)


@pytest.mark.parametrize("quota", [1, 2, 7, 50, 300])
def test_never_more_than_the_quota_whatever_the_processes(quota, processes, settings):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = quota
    in_one_window()
    allowed = 0
    for number in range(quota * 2 + 20):
        allowed += _take(processes[number % 3]).allowed
    assert allowed == quota


def test_together_they_take_the_quota_and_no_more(processes, settings, together, transactional_db):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 60
    in_one_window()

    def ask(shares):
        return lambda: sum(_take(shares).allowed for _ in range(60))

    answers = together(*[ask(shares) for shares in processes for _thread in range(2)])
    assert sum(answers) == 60


def test_what_one_process_leases_and_does_not_spend_is_little(processes, settings):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 1000
    in_one_window()
    assert _take(processes[0]).allowed
    assert sum(_take(processes[1]).allowed for _ in range(1100)) >= 950


def test_a_request_rarely_asks_the_database(processes, settings, django_assert_max_num_queries):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 1200
    in_one_window()
    with django_assert_max_num_queries(20):
        for _ in range(600):
            _take(processes[0])


def test_once_over_nobody_asks_the_database_again(processes, settings, django_assert_num_queries):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 3
    in_one_window()
    while _take(processes[0]).allowed:
        pass
    with django_assert_num_queries(0):
        assert not _take(processes[0]).allowed


def test_keys_and_limits_have_windows_of_their_own(processes, settings):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = settings.API_EXPORTS_PER_HOUR_WITH_KEY = 1
    in_one_window()
    assert _take(processes[0]).allowed
    assert not _take(processes[0]).allowed
    assert _take(processes[0], "key:2").allowed
    export = _take(processes[0], name="exports")
    assert export.allowed
    assert export.headers["RateLimit-Policy"] == '"exports";q=1;w=3600'
    assert 1 <= export.seconds <= 3600


def test_a_new_window_begins_anew(processes, settings):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 1
    in_one_window()
    assert _take(processes[0]).allowed
    assert not _take(processes[1]).allowed
    Window.objects.update(ends=timezone.now() - timedelta(seconds=1))
    assert _take(processes[2]).allowed


def test_the_table_says_nothing_of_addresses_and_is_tidied(processes, settings, monkeypatch):
    limits.take("reads", "ip:192.0.2.7", has_key=False, shares=processes[0])
    assert "192.0.2.7" not in Window.objects.get().who
    Window.objects.create(who="old", ends=timezone.now() - timedelta(hours=2), taken=1)
    monkeypatch.setattr(limits, "TIDY_EVERY", 1)
    limits.take("reads", "ip:192.0.2.8", has_key=False, shares=processes[0])
    assert not Window.objects.filter(who="old").exists()


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_without_a_key_the_address_counts_ipv6_by_64(first, second, same, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    in_one_window()
    assert Client(REMOTE_ADDR=first).get("/api/v1/calls").status_code == 200
    assert Client(REMOTE_ADDR=second).get("/api/v1/calls").status_code == (429 if same else 200)


def test_behind_a_proxy_only_its_own_word_counts(settings):
    settings.API_REQUESTS_PER_MINUTE, settings.BEHIND_PROXY = 1, True
    in_one_window()
    for forwarded, status in (
        ("198.51.100.1", 200),
        ("203.0.113.5, 198.51.100.1", 429),
        ("198.51.100.2", 200),
    ):
        client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded})
        assert client.get("/api/v1/calls").status_code == status


def test_use_is_counted_by_day_with_what_was_turned_away(partner, anonymous, settings):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 2
    in_one_window()
    codes = [partner.get("applications").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    anonymous.get("calls")
    assert not ApiUsage.objects.exists()
    usage.flush()
    usage.flush()
    row = ApiUsage.objects.get()
    assert (row.requests, row.limited, row.day) == (3, 1, timezone.now().date())
    limits.forget()
    Window.objects.all().delete()
    partner.get("applications")
    usage.flush()
    row.refresh_from_db()
    assert row.requests == 4


def test_the_use_of_a_key_that_is_gone_is_dropped(partner):
    ApiKeyFactory(raw="wecd_other")
    partner.get("applications")
    Api("wecd_other").get("applications")
    ApiKey.objects.filter(partner__code="WD").delete()
    usage.flush()
    assert [row.requests for row in ApiUsage.objects.all()] == [1]


def test_a_refusal_says_when_to_come_back(settings, wd):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 1
    in_one_window()
    client = Api(RAW)
    client.get("applications")
    refused = client.get("applications")
    assert refused.status_code == 429
    assert json.loads(refused.content)["status"] == 429
    assert refused["RateLimit"] == f'"minute";r=0;t={refused["Retry-After"]}'
