"""A call in few words, for lists and headings of the back office."""

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from calls.enums import Phase
from calls.models import Call
from wecd.common import formatting

PHASE_LOOK = {
    Phase.DRAFT: "",
    Phase.TO_COME: "info",
    Phase.OPEN: "success",
    Phase.CLOSING: "warning",
    Phase.CLOSED: "info",
    Phase.RESULTS: "",
    Phase.CANCELLED: "error",
}


def phase_tag(call: Call) -> str:
    """The phase as a tag, with what is left of it in words."""
    now = timezone.now()
    phase = call.phase(now)
    left = ""
    if phase in (Phase.OPEN, Phase.CLOSING):
        left = _("%(left)s left") % {"left": formatting.duration(call.closes_at - now)}
    elif phase == Phase.TO_COME:
        left = _("opens in %(left)s") % {"left": formatting.duration(call.opens_at - now)}
    return format_html(
        '<span class="tag tag-{}">{}</span> <span class="left">{}</span>',
        PHASE_LOOK[phase],
        phase.label,
        left,
    )


def applications_url(call: Call) -> str:
    """The list of the call's applications, where the back office has one."""
    try:
        return f"{reverse('admin:calls_application_changelist')}?call={call.pk}"
    except NoReverseMatch:
        return ""
