"""Enterprises: every write, and what is worked out from their figures.

One enterprise per number: whoever comes second asks to join (``memberships.ask``).
"""

from collections.abc import Iterable

import rules
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain.sizes import size_class
from accounts.enums import MemberRole, MembershipState, NaceRevision
from accounts.models import Enterprise, EnterpriseActivity, Membership, Site, Undertaking
from accounts.rules import has_programme_role
from wecd.common import identifiers, journal, places
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted

__all__ = ["FIELDS", "NumberTaken", "create", "size_class", "update"]

FIELDS = (
    "name",
    "number",
    "has_vat",
    "legal_form",
    "founded_on",
    "headcount",
    "turnover",
    "balance_sheet",
    "phone",
    "website",
    "iban",
)
SITE_FIELDS = (
    "is_registered_office",
    "establishment_number",
    "street",
    "postal_code",
    "municipality",
    "country",
)


class NumberTaken(Refused):
    """Somebody registered this number before. ``enterprise`` is the one to ask to join."""

    def __init__(self, enterprise: Enterprise):
        self.enterprise = enterprise
        super().__init__(
            _("%(name)s (%(number)s) is already registered. Ask to join it: an owner will answer you.")
            % {"name": enterprise.name, "number": enterprise.number_display}
        )


def create(
    *,
    by,
    name: str,
    number: str,
    legal_form: str,
    sites: Iterable[dict] = (),
    activities: Iterable = (),
    **fields,
) -> Enterprise:
    """Register an enterprise with its sites and activities; the person becomes its owner.

    Also creates its own undertaking (control group of one), works out its size and writes the journal.
    Programme staff and the system create it without becoming members. ``sites`` are dicts of
    ``SITE_FIELDS``, exactly one of them the registered office; ``activities`` are dicts of ``code``,
    ``revision`` and ``is_main``. Raises ``NumberTaken``, ``Refused`` or ``NotAllowed``.
    """
    if not rules.has_perm(Enterprise.get_perm("register"), by, None):
        raise NotAllowed(why_not_permitted(Enterprise(), "register", by))
    number = _clean_number(number)
    values = {"name": name, "number": number, "legal_form": legal_form} | _cleaned(fields)
    with transaction.atomic():
        taken = Enterprise.objects.filter(number=number).first()
        if taken:
            raise NumberTaken(taken)
        row = Enterprise(undertaking=Undertaking.objects.create(name=name), **values)
        row.size_class = size_class(row.headcount, row.turnover, row.balance_sheet)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:  # another person was faster by an instant
            raise NumberTaken(Enterprise.objects.get(number=number)) from error
        _write_sites(row, list(sites))
        _write_activities(row, list(activities))
        journal.record(row, "accounts.enterprise.create", by=by, **_as_facts(values))
        if not has_programme_role(by):
            _make_owner(row, by)
    return row


def update(
    enterprise: Enterprise,
    *,
    by,
    sites: Iterable[dict] | None = None,
    activities: Iterable[dict] | None = None,
    **fields,
) -> Enterprise:
    """Change facts of an enterprise; what changed, from what to what, goes into the journal (IBAN masked).

    ``sites`` and ``activities``, when given, replace those there are (a dict with an ``id`` keeps its row).
    The number is changed by programme staff only. Writes nothing when nothing differs.
    """
    with transaction.atomic():
        row = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
        if not rules.has_perm(Enterprise.get_perm("change"), by, row):
            raise NotAllowed(why_not_permitted(row, "change", by))
        fields = _cleaned(fields)
        if "number" in fields:
            fields["number"] = _clean_number(fields["number"])
            _check_number_change(row, fields["number"], by)
        changed = {
            key: (getattr(row, key), value) for key, value in fields.items() if getattr(row, key) != value
        }
        for key, (_old, new) in changed.items():
            setattr(row, key, new)
        row.size_class = size_class(row.headcount, row.turnover, row.balance_sheet)
        if changed:
            row.save()
        facts = {
            key: {"from": _shown(key, old), "to": _shown(key, new)} for key, (old, new) in changed.items()
        }
        if sites is not None:
            facts |= _difference("sites", row, lambda: _write_sites(row, list(sites)))
        if activities is not None:
            facts |= _difference("activities", row, lambda: _write_activities(row, list(activities)))
        if facts:
            journal.record(row, "accounts.enterprise.update", by=by, changed=facts)
    enterprise.refresh_from_db()
    return enterprise


def _change(row: Enterprise, fields: dict) -> dict:
    """Set what differs, and return it as the journal shows it."""
    facts = {}
    for key, new in fields.items():
        old = getattr(row, key)
        if old != new:
            setattr(row, key, new)
            facts[key] = {"from": _shown(key, old), "to": _shown(key, new)}
    if facts:
        row.size_class = size_class(row.headcount, row.turnover, row.balance_sheet)
        row.save()
    return facts


def _clean_number(number: str) -> str:
    number = identifiers.clean_enterprise_number(number)
    _validate(identifiers.validate_enterprise_number, number)
    return number


def _cleaned(fields: dict) -> dict:
    unknown = fields.keys() - set(FIELDS)
    if unknown:
        raise TypeError(f"An enterprise has no field {', '.join(sorted(unknown))}.")
    if fields.get("iban"):
        fields["iban"] = identifiers.clean_iban(fields["iban"])
        _validate(identifiers.validate_iban, fields["iban"])
    return fields


def _validate(validator, value) -> None:
    try:
        validator(value)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def _check_number_change(row: Enterprise, number: str, by) -> None:
    if number == row.number:
        return
    if not has_programme_role(by):
        raise Refused(
            _("The enterprise number cannot be changed here. If it is wrong, write to the programme team.")
        )
    other = Enterprise.objects.filter(number=number).first()
    if other:
        raise NumberTaken(other)


def _make_owner(row: Enterprise, by) -> None:
    place = Membership.objects.create(
        enterprise=row, user=by, role=MemberRole.OWNER, state=MembershipState.ACTIVE
    )
    journal.record(place, "accounts.membership.create", by=by, enterprise=row.number, role=MemberRole.OWNER)
    by.__dict__.pop("enterprise_roles", None)  # read before this person had a place


def _write_sites(row: Enterprise, sites: list[dict]) -> None:
    """Replace the sites. Exactly one registered office; the municipality is checked against the code."""
    if sum(bool(site.get("is_registered_office")) for site in sites) != 1:
        raise Refused(_("Give the registered office: one address, and only one."))
    there = {site.pk: site for site in row.sites.all()}
    kept = {site.get("id") for site in sites}
    row.sites.filter(pk__in=[pk for pk in there if pk not in kept]).delete()
    # An office that moves gives way before the new one arrives: the database allows only one.
    office = next(site.get("id") for site in sites if site.get("is_registered_office"))
    row.sites.filter(is_registered_office=True).exclude(pk=office).update(is_registered_office=False)
    for values in sites:
        site = there.get(values.get("id")) or Site(enterprise=row)
        before = {key: getattr(site, key) for key in (*SITE_FIELDS, "refnis")}
        for key in SITE_FIELDS:
            if key in values:
                setattr(site, key, values[key])
        site.municipality, site.refnis = municipality_of(site.postal_code, site.municipality, site.country)
        if site._state.adding or any(getattr(site, key) != value for key, value in before.items()):
            site.save()
    row.__dict__.pop("_prefetched_objects_cache", None)


def municipality_of(postal_code: str, municipality: str, country: str = "BE") -> tuple[str, str]:
    """(name, REFNIS code) of a site's municipality; a blank one is filled in when the code has only one.

    Raises ``Refused`` when a Walloon postal code and the municipality do not go together, or when the
    municipality is missing and cannot be known.
    """
    found = places.find(postal_code) if country == "BE" else []
    municipality = (municipality or "").strip()
    if not municipality and len(found) == 1:
        return found[0].names["fr"], found[0].refnis
    for place in found:
        if place.is_called(municipality):
            return municipality, place.refnis
    if found:
        names = ", ".join(place.name for place in found)
        raise Refused(
            _("Postal code %(code)s belongs to %(names)s. Write that municipality, or correct the code.")
            % {"code": postal_code, "names": names}
        )
    if not municipality:
        raise Refused(_("Write the municipality of postal code %(code)s.") % {"code": postal_code})
    return municipality, ""


def _write_activities(row: Enterprise, activities: list[dict]) -> None:
    wanted = {}
    for values in activities:
        code = identifiers.clean_nace_code(values["code"])
        _validate(identifiers.validate_nace_code, code)
        revision = values.get("revision") or NaceRevision.REV21
        wanted[(str(revision), code)] = bool(values.get("is_main", True))
    for activity in row.activities.all():
        key = (activity.revision, activity.code)
        if key not in wanted:
            activity.delete()
        elif activity.is_main != wanted.pop(key):
            activity.is_main = not activity.is_main
            activity.save()
    for (revision, code), is_main in wanted.items():
        EnterpriseActivity.objects.create(enterprise=row, revision=revision, code=code, is_main=is_main)
    row.__dict__.pop("_prefetched_objects_cache", None)


def _difference(name: str, row: Enterprise, write) -> dict:
    def shown():
        if name == "sites":
            return [
                ("* " if site.is_registered_office else "") + f"{site.street}, {site}"
                for site in row.sites.all()
            ]
        return [str(activity) for activity in row.activities.all()]

    before = shown()
    write()
    after = shown()
    return {} if before == after else {name: {"from": before, "to": after}}


def _shown(key: str, value):
    """A value as the journal may keep it: a bank account only masked."""
    return identifiers.mask_iban(value or "") if key == "iban" else value


def _as_facts(values: dict) -> dict:
    return {key: _shown(key, value) for key, value in values.items() if value not in ("", None)}
