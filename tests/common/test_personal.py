"""Who sees personal data, how the rest looks, and what the journal keeps of each unmasking."""

import pytest
from django.template import Context, Template

from accounts.enums import Role
from tests.accounts.factories import UserFactory
from wecd.common import journal, personal
from wecd.common.workflow import NotAllowed, Refused

NEEDS_IT = {Role.MANAGER, Role.OFFICER, Role.FINANCE, Role.AUDITOR}


@pytest.mark.parametrize(
    ("value", "kind", "mask"),
    [
        ("claire@example.org", "email", "c•••@•••"),
        ("BE68 5390 0754 7034", "iban", "BE68 •••• •••• 7034"),
        ("be68539007547034", "iban", "be68 •••• •••• 7034"),
        ("081 22 33 44", "phone", "••• 44"),
        ("+32 470 12 34 56", "phone", "••• 56"),
        ("Claire Lejeune", "name", "C. L."),
        ("", "name", ""),
    ],
)
def test_each_kind_is_recognised_and_masked(value, kind, mask):
    assert personal.kind_of(value) == kind or not value
    assert personal.masked(value) == mask
    assert personal.masked(value, kind) == mask


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_the_filter_shows_what_the_role_needs(role):
    user = UserFactory(roles=[role])
    template = Template("{% load personal %}{{ email|personal:user }} {{ iban|personal:user }}")
    text = template.render(Context({"user": user, "email": "a@b.example", "iban": "BE68539007547034"}))
    assert ("a@b.example" in text) == (role in NEEDS_IT) == personal.may_see_personal(user)
    assert "539007547034" not in text  # nobody's before asking


@pytest.mark.django_db
def test_nobody_signed_in_sees_nothing():
    assert not personal.may_see_personal(None)
    assert personal.shown("a@b.example", "email", None) == "a•••@•••"


@pytest.mark.django_db
def test_revealing_writes_who_and_which_field_never_the_value(auditor, enterprise):
    assert personal.reveal(enterprise, "iban", by=auditor) == "BE68539007547034"
    entry = journal.entries_about(enterprise).get()
    assert (entry.verb, entry.actor, entry.facts) == (
        "accounts.enterprise.reveal",
        auditor,
        {"field": "iban"},
    )


@pytest.mark.django_db
def test_revealing_is_refused_to_other_roles_and_for_other_fields(request, enterprise, manager):
    for who in ("communication", "partner_editor", "hub_manager"):
        with pytest.raises(NotAllowed):
            personal.reveal(enterprise, "iban", by=request.getfixturevalue(who))
    with pytest.raises(Refused):
        personal.reveal(enterprise, "password", by=manager)
    assert not journal.entries_about(enterprise).exists()
