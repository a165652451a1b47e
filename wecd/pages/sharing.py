"""The pictures pages are shared with, served once and for ever: their address changes with what they show."""

from collections.abc import Callable

from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actions.models import Action, Axis
from calls.models import Call
from calls.templatetags.call_texts import plain
from hubs.models import Hub
from partners.models import Partner
from wecd.common import share
from wecd.common.share import Subject
from wecd.pages.partners import short
from wecd.pages.partners import slug as partner_slug

DAY = 24 * 3600
YEAR = 365 * DAY


def of_call(call) -> Subject:
    """A call, with its axis over its title."""
    return _of_axis("call", call.slug, plain(call, "title"), call.action.axis)


def of_axis(axis) -> Subject:
    return _of_axis("axis", axis.slug, plain(axis, "name"), axis)


def of_action(action) -> Subject:
    return _of_axis("action", action.slug, plain(action, "name"), action.axis)


def of_partner(partner) -> Subject:
    return Subject("partner", partner_slug(partner), short(partner.name), _("Partner"), "networks")


def of_hub(hub) -> Subject:
    return Subject("hub", hub.slug, hub.name.replace("'", "’"), f"Creative Hub, {hub.city}", "networks")


def _of_axis(what, slug, title, axis) -> Subject:
    return Subject(what, slug, title, plain(axis, "short_name") or plain(axis, "name"), axis.mark)


def _one(rows, make) -> Subject | None:
    row = rows.first()
    return make(row) if row is not None else None


# SECURITY: only what anyone may read: a draft's title must not leave through its picture.
SUBJECTS: dict[str, Callable[[str], Subject | None]] = {
    "site": lambda slug: share.site() if slug == "wecd" else None,
    "call": lambda slug: _one(
        Call.objects.public().select_related("action__axis").filter(slug=slug), of_call
    ),
    "axis": lambda slug: _one(Axis.objects.filter(slug=slug).order_by("-programme__starts_on"), of_axis),
    "action": lambda slug: _one(Action.objects.select_related("axis").filter(slug=slug), of_action),
    "partner": lambda slug: _one(Partner.objects.filter(code__iexact=slug), of_partner),
    "hub": lambda slug: _one(Hub.objects.filter(slug=slug), of_hub),
}


@require_safe
def picture(request, what, slug, language, digest):
    """One picture. An address of yesterday leads to today's; the painting is kept for a day."""
    if what not in SUBJECTS or language not in ("fr", "de", "nl", "en"):
        raise Http404
    with translation.override(language):
        subject = SUBJECTS[what](slug)
        if subject is None:
            raise Http404
        if subject.digest != digest:
            return HttpResponseRedirect(subject.address)
        key = f"share:{what}:{language}:{digest}"
        content = cache.get(key)
        if content is None:
            content = share.png(subject)
            cache.set(key, content, DAY)
    response = HttpResponse(content, content_type="image/png")
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return get_conditional_response(request, etag=response["ETag"], response=response)
