"""What the page of one application shows, gathered in a fixed number of queries."""

from django.urls import NoReverseMatch, reverse

from calls.admin.applications_moves import buttons
from calls.admin.applications_words import VERDICTS, state_tag, tag, timeline
from calls.domain import limits
from calls.domain.dossiers import Dossier
from calls.domain.reading import read_through
from calls.enums import ApplicationState
from calls.models import Application
from grants.domain import deminimis
from grants.models import Award
from wecd.common.journal import entries_about

SHOWN = 10


def context_of(application: Application, user) -> dict:
    """Answers, files, rules, enterprise, money, moves and story of one application."""
    dossier = Dossier(application)
    return {
        "application": application,
        "call": application.call,
        "enterprise": application.enterprise,
        "award": application.award,
        "state_tag": state_tag(application),
        "buttons": buttons(application, user),
        "pages": [page for page in read_through(dossier) if page["rows"]],
        "files": [file for files in dossier.files.values() for file in files],
        "rules": [_rule(result) for result in application.rule_results or []],
        "submission": application.submissions.order_by("-number").first(),
        "money": _money(application),
        "card": _card(application, user),
        "timeline": timeline(entries_about(application)),
        "voucher_url": _voucher_url(application),
    }


def _rule(result: dict) -> dict:
    ground, glyph, word = VERDICTS.get(result.get("verdict"), VERDICTS["unknown"])
    return result | {"tag": tag(ground, glyph, word)}


def _money(application) -> dict:
    """Cost, rate and ceiling, what may be proposed, and what the envelope still holds."""
    bounds = limits.limits_of(application)
    envelope_room = limits.envelope_room(application.call)
    share = limits.strand_room(application.strand)
    return {
        "bounds": bounds,
        "envelope": application.call.envelope,
        "envelope_room": envelope_room,
        "share_room": share,
        "room": envelope_room if share is None else min(envelope_room, share),
        "open": application.state in (ApplicationState.SUBMITTED, ApplicationState.ADMISSIBLE),
    }


def _card(application, user) -> dict:
    """The enterprise: facts, its other applications and awards, its undertaking's de minimis total."""
    enterprise = application.enterprise
    others = (
        Application.objects.visible_to(user)
        .filter(enterprise=enterprise)
        .exclude(pk=application.pk)
        .select_related("call")
        .order_by("-created_at")[:SHOWN]
    )
    return {
        "sites": list(enterprise.sites.all()),
        "activities": list(enterprise.activities.all()),
        "others": [(row, state_tag(row)) for row in others],
        "awards": list(Award.objects.filter(enterprise=enterprise).public()[:SHOWN]),
        "aid": deminimis.room_for(enterprise.undertaking),
        "linked": list(enterprise.undertaking.enterprises.exclude(pk=enterprise.pk).order_by("name")[:SHOWN]),
        "url": _admin_url("accounts_enterprise", enterprise.pk),
    }


def _voucher_url(application) -> str:
    """The voucher's page in the back office, found by name: vouchers are a floor above."""
    voucher = getattr(application.award, "voucher", None) if application.award_id else None
    return _admin_url("vouchers_voucher", voucher.pk) if voucher else ""


def _admin_url(model: str, pk) -> str:
    try:
        return reverse(f"admin:{model}_change", args=[pk])
    except NoReverseMatch:
        return ""
