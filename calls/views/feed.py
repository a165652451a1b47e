"""Open calls and those to come, as an Atom feed."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from calls.domain import catalogue
from calls.models import Call
from calls.templatetags.call_texts import plain
from wecd.common import formatting
from wecd.common.seo import SITE, absolute

FRESH = "public, max-age=900"


class Feed(Atom1Feed):
    """Atom whose own date is that of its newest entry, so that it is the same until a call changes."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=self.feed["begun"])


@require_safe
def calls_feed(request):
    """The calls one can apply to now or soon, the first to close on top. A call cancelled leaves it."""
    found = catalogue.browse(request.user, {"status": ["open", "coming"]}).found()
    order = {entry.pk: place for place, entry in enumerate(found)}
    calls = Call.objects.public().for_list().filter(pk__in=order)
    here = absolute(reverse("calls_feed"))
    feed = Feed(
        title=_("WECD calls"),
        link=absolute(reverse("calls")),
        description="",
        subtitle=_("Calls of the programme that are open or announced."),
        language=get_language(),
        author_name=settings.OPEN_DATA_PUBLISHER,
        feed_url=here,
        feed_guid=here,
        feed_copyright="CC BY 4.0",
        begun=datetime(2015, 1, 1, tzinfo=timezone.get_default_timezone()),
    )
    for call in sorted(calls, key=lambda call: order[call.pk]):
        _add(feed, call)
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = FRESH
    response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _add(feed: Feed, call: Call) -> None:
    axis = call.action.axis
    feed.add_item(
        title=plain(call, "title"),
        link=absolute(reverse("call", args=[call.slug])),
        description=escape(" ".join(_sentences(call))),  # the format says it is HTML
        unique_id=f"urn:uuid:{call.pk}",
        unique_id_is_permalink=None,
        pubdate=call.published_at,
        updateddate=_changed_at(call),
        author_name=SITE,
        categories=(plain(axis, "short_name") or plain(axis, "name"), call.get_kind_display()),
    )


def _sentences(call: Call) -> list[str]:
    """What it is, how much it gives, from when until when."""
    said = [plain(call, "summary")]
    if call.max_amount:
        said.append(_("Up to %(amount)s.") % {"amount": formatting.money(call.max_amount)})
    if call.opens_at and call.opens_at > timezone.now():
        said.append(_("Opens on %(moment)s.") % {"moment": formatting.deadline(call.opens_at)})
    if call.closes_at:
        said.append(_("Apply until %(moment)s.") % {"moment": formatting.deadline(call.closes_at)})
    return said


def _changed_at(call: Call) -> datetime:
    """When the entry last said something else: the call was written, published or extended, or it opened."""
    moments = [call.updated_at, call.published_at]
    if call.opens_at and call.opens_at <= timezone.now():
        moments.append(call.opens_at)
    return max(moment for moment in moments if moment)
