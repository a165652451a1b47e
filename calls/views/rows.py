"""What the public pages show of a call, ready for the templates: words, figures, statuses."""

from decimal import Decimal
from math import ceil

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from calls.enums import Allocation, CallKind, Phase
from calls.models import Call
from calls.templatetags.call_texts import say
from wecd.common import formatting
from wecd.common.counts import in_words

TAGS = {
    Phase.DRAFT: "draft",
    Phase.TO_COME: "coming",
    Phase.OPEN: "open",
    Phase.CLOSING: "closing",
    Phase.CLOSED: "closed",
    Phase.RESULTS: "done",
    Phase.CANCELLED: "refused",
}
MOST_SQUARES = 60


def headline(ahead: int, coming: int) -> str:
    """ "Four open calls, one to come": the first words of the list."""
    if not ahead and not coming:
        return _("No call is open at the moment")
    parts = []
    if ahead:
        parts.append(
            ngettext("%(count)s open call", "%(count)s open calls", ahead) % {"count": in_words(ahead)}
        )
    if coming:
        words = {"count": in_words(coming)}
        parts.append(
            ngettext("%(count)s to come", "%(count)s to come", coming) % words
            if ahead
            else ngettext("%(count)s call to come", "%(count)s calls to come", coming) % words
        )
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def awards_of(call: Call) -> tuple[int, int]:
    """How many awards of the largest size the envelope holds, and how many of those are taken."""
    if not call.envelope or not call.max_amount:
        return 0, 0
    unit = Decimal(call.max_amount)
    return int(call.envelope.amount // unit), ceil(call.envelope.committed / unit)


def awards_note(call: Call, phase: Phase) -> str:
    """What the parcels of a row say, in words."""
    total, taken = awards_of(call)
    if not total:
        return ""
    figures = {"count": total, "left": max(0, total - taken), "taken": taken}
    if phase == Phase.RESULTS:
        return ngettext("%(taken)d of %(count)d awarded", "%(taken)d of %(count)d awarded", total) % figures
    if call.kind == CallKind.CREATIVE_VOUCHER and taken:
        words = ngettext("%(left)d of %(count)d vouchers left", "%(left)d of %(count)d vouchers left", total)
    elif call.kind == CallKind.CREATIVE_VOUCHER:
        words = ngettext("%(count)d voucher to give", "%(count)d vouchers to give", total)
    elif taken:
        words = ngettext("%(left)d of %(count)d projects left", "%(left)d of %(count)d projects left", total)
    else:
        words = ngettext("%(count)d project will be funded", "%(count)d projects will be funded", total)
    return words % figures


def rate_words(call: Call) -> str:
    if call.max_rate is None:
        return ""
    return _("%(rate)s of the cost, excl. VAT") % {"rate": formatting.percent(call.max_rate)}


def row(call: Call, phase: Phase | None = None) -> dict:
    """One line of the list. ``call`` comes from ``for_list()``."""
    now = timezone.now()
    phase = phase or call.phase(now)
    open_now = phase in (Phase.OPEN, Phase.CLOSING)
    left = formatting.duration(call.closes_at - now) if open_now else ""
    axis = call.action.axis
    return {
        "url": reverse("call", args=[call.slug]),
        "title": say(call, "title"),
        "says": say(call, "summary"),
        "axis": axis.mark,
        "axis_name": axis.short_name or axis.name,
        "at": call.opens_at if phase == Phase.TO_COME else call.closes_at,
        "opens": _("opens") if phase == Phase.TO_COME else "",
        "kind": TAGS[phase],
        "status": phase.label,
        "left": left if phase == Phase.CLOSING else _("%(time)s left") % {"time": left} if left else "",
        "urgent": "1" if phase == Phase.CLOSING else "",
        "remind": reverse("call_ics", args=[call.slug]) if phase == Phase.TO_COME else "",
        "sum": formatting.money(call.max_amount),
        "rate": rate_words(call),
        "past": "" if open_now or phase == Phase.TO_COME else "1",
        "envelope": None if phase == Phase.CANCELLED else call.envelope,
        "promised": call.envelope.committed - call.envelope.paid if call.envelope else 0,
        "unit": call.max_amount,
        "note": awards_note(call, phase),
    }


def asked(question) -> dict:
    """A question of the eligibility check; words in another language than the reader's say so."""
    shape = f'<span lang="{question.lang}">{{}}</span>' if question.lang else "{}"
    return {
        "key": question.key,
        "kind": question.kind,
        "choices": question.choices,
        "is_long": question.is_long,
        "label": format_html(shape, question.label),
        "help": format_html(shape, question.help) if question.help else "",
    }


def facts(call: Call) -> list[dict]:
    """The four facts at the head of a call's page."""
    total, _taken = awards_of(call)
    voucher = call.kind == CallKind.CREATIVE_VOUCHER
    months = ngettext("%(count)d month", "%(count)d months", call.project_months) % {
        "count": call.project_months
    }
    found = [
        {
            "figure": formatting.money(call.max_amount),
            "words": _("at most per voucher") if voucher else _("at most per project"),
        },
        {"figure": formatting.percent(call.max_rate), "words": _("of the cost, excl. VAT")},
        {"figure": months, "words": _("to carry out the project")},
    ]
    if voucher:
        found.append(
            {
                "figure": pgettext("an enterprise with a provider", "Two of you"),
                "words": _("an enterprise and a provider"),
            }
        )
    elif total:
        found.append({"figure": formatting.number(total), "words": _("projects can be funded")})
    return found


def how_chosen(call: Call) -> str:
    if call.allocation == Allocation.BY_SCORE:
        return _("The jury keeps the best scores, not the first to arrive.")
    return _("First come, first served: the instant of submission decides.")


def why_closed(call: Call, phase: Phase) -> str:
    """Why nobody can apply now; empty when they can."""
    return {
        Phase.DRAFT: _("This call is a draft: only programme staff see it."),
        Phase.TO_COME: _("Applications open on %(date)s.") % {"date": formatting.deadline(call.opens_at)},
        Phase.CLOSED: _("The deadline has passed; applications are being assessed."),
        Phase.RESULTS: _("This call is over and its awards are decided."),
        Phase.CANCELLED: _("This call was cancelled: no application is taken."),
    }.get(phase, "")


def apply_url(call: Call) -> str:
    try:
        return reverse("apply", args=[call.slug])
    except NoReverseMatch:
        return ""


def grant_data(call: Call, url: str) -> dict:
    """The call as schema.org describes it (MonetaryGrant)."""
    data = {
        "@type": "MonetaryGrant",
        "name": call.title,
        "description": call.summary,
        "url": url,
        "funder": {"@type": "Organization", "name": call.action.axis.programme.name},
    }
    if call.max_amount:
        data["amount"] = {
            "@type": "MonetaryAmount",
            "currency": "EUR",
            "maxValue": f"{call.max_amount:.2f}",
        }
    return data
