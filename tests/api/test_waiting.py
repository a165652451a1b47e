"""Waiting for changes is shared out: nobody alone takes all the places of a process."""

from contextlib import ExitStack

import pytest

from tests.api.conftest import Api
from wecd.api import changes, waiting

A, B, C = "key:a", "key:b", "key:c"
HERE, THERE, ELSEWHERE = "ip:192.0.2.1", "ip:192.0.2.2", "ip:192.0.2.3"


@pytest.fixture
def wait():
    """Wait and go on waiting; whether there was a place."""
    with ExitStack() as held:
        yield lambda who: held.enter_context(waiting.place(who, has_key=who.startswith("key")))
    assert not +waiting._held


@pytest.mark.parametrize(
    "asked",
    [
        [(A, True), (A, True), (A, False), (B, True), (C, True), (B, False)],
        [
            (A, True),
            (A, True),
            (HERE, True),
            (HERE, False),
            (THERE, False),
            (A, False),
            (B, True),
            (C, False),
        ],
        [(HERE, True), (THERE, True), (ELSEWHERE, False), (HERE, False), (A, True), (A, False), (B, True)],
        [(HERE, True), (HERE, True), (HERE, False), (A, True), (B, True)],
        [(A, True), (B, True), (C, True), (HERE, False), (A, False), ("key:d", True), ("key:e", False)],
    ],
)
def test_of_four_places_nobody_takes_more_than_a_part(asked, wait):
    assert [(who, wait(who)) for who, _granted in asked] == asked


def test_a_place_is_given_back(wait):
    for _ in range(10):
        with waiting.place(A, has_key=True) as first, waiting.place(A, has_key=True) as second:
            assert (first, second) == (True, True)


@pytest.mark.parametrize("places", [0, 1])
def test_where_there_is_one_place_it_is_for_keys(places, wait, settings):
    settings.API_WAITING_AT_ONCE = places
    assert [wait(HERE), wait(A), wait(B)] == [False, bool(places), False]


def test_without_a_place_the_feed_answers_at_once(anonymous, partner, action, monkeypatch):
    monkeypatch.setattr(changes, "LOOK_EVERY", 0.01)

    def applied(api: Api) -> str | None:
        cursor = api.json("changes")["cursor"]
        answer = api.client.get("/api/v1/changes", {"after": cursor}, headers={"Prefer": "wait=1"})
        assert answer.status_code == 200
        return answer.get("Preference-Applied")

    with ExitStack() as held:
        for who in ("ip:192.0.2.1", "ip:192.0.2.2"):
            assert held.enter_context(waiting.place(who, has_key=False))
        assert applied(anonymous) is None
        assert applied(partner) == "wait=1"
    assert applied(anonymous) == "wait=1"
