"""My space: what waits for me first, then my applications, my aid and my mail."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Sum
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Enterprise
from calls.domain import conversations
from calls.domain.dossiers import Dossier
from calls.enums import BEFORE_AWARD, ApplicationState
from calls.models import Application, InformationRequest
from calls.views.standing import standing
from grants.domain.deminimis import room_for
from partners.menu import remember_membership
from wecd.common.models import OutboxMessage

SHOWN = 6
PER_PAGE = 20


def mine(user):
    """The applications of this person's own enterprises, also for staff who have one."""
    return Application.objects.filter(enterprise__in=user.enterprise_roles)


@never_cache
@login_required
@require_GET
def space(request):
    """Tasks by their days, then the rest."""
    user, now = request.user, timezone.now()
    enterprises = list(Enterprise.objects.filter(pk__in=user.enterprise_roles).order_by("name"))
    rows = list(mine(user).for_list().with_answer_by()[: SHOWN + 1])
    # SECURITY: a code or link that signs in is read in one's mailbox only, never in a session left open
    mails = OutboxMessage.objects.filter(recipient=user, state=OutboxMessage.State.SENT).exclude(
        template__startswith=OutboxMessage.ABOUT_ACCOUNTS
    )  # what is held is not said yet
    waiting = sorted(tasks(user, now) + requests(user, now), key=lambda task: task["due_at"])
    context = {
        "tasks": waiting,
        "unread": unread(user),
        "enterprises": enterprises,
        "rows": [{"application": row, "standing": standing(row, now)} for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "mails": mails.order_by("-created_at", "-id")[:5],
        "aid": aid(enterprises[0]) if enterprises else None,
        "works_for_partner": remember_membership(request),
    }
    return render(request, "space/space.html", context)


def tasks(user, now) -> list[dict]:
    """Drafts that can still be submitted, the soonest deadline first, with what each still lacks."""
    drafts = mine(user).filter(
        state=ApplicationState.DRAFT, call__state="published", call__closes_at__gt=now - timedelta(hours=1)
    )
    drafts = drafts.select_related("call__action__axis", "strand", "enterprise", "form").order_by(
        "call__closes_at"
    )
    found = []
    for dossier in Dossier.of_many([row for row in drafts[:10] if row.call.accepts_until > now]):
        left = dossier.application.call.closes_at - now
        found.append(
            {
                "application": dossier.application,
                "call": dossier.application.call,
                "missing": dossier.missing,
                "due_at": dossier.application.call.closes_at,
                "days": max(0, left.days),
                "hours": max(0, int(left.total_seconds() // 3600)),
            }
        )
    return found


def requests(user, now) -> list[dict]:
    """Open information requests that can still be answered, the soonest deadline first."""
    asked = (
        InformationRequest.objects.filter(
            closed_at=None, due_at__gt=now, application__enterprise__in=user.enterprise_roles
        )
        .select_related("application__call__action__axis", "asked_by")
        .order_by("due_at")
    )
    return [
        {
            "application": row.application,
            "call": row.application.call,
            "asked": row,
            "due_at": row.due_at,
            "days": max(0, (row.due_at - now).days),
            "hours": max(0, int((row.due_at - now).total_seconds() // 3600)),
        }
        for row in asked[:10]
    ]


def unread(user) -> list[dict]:
    """Each application staff wrote about and nobody of the enterprise has looked since."""
    found: dict = {}
    for message in conversations.unread_by(user)[:50]:
        row = found.setdefault(
            message.application_id, {"application": message.application, "last": message, "count": 0}
        )
        row["count"] += 1
    return list(found.values())


def aid(enterprise) -> dict:
    """De minimis aid of the enterprise's whole undertaking: received, asked for, and the ceiling."""
    room = room_for(enterprise.undertaking_id)
    asked = Application.objects.filter(
        enterprise__undertaking=enterprise.undertaking_id, state__in=BEFORE_AWARD
    ).aggregate(total=Sum("requested"))["total"] or Decimal(0)
    return {"room": room, "asked": asked, "over": room.total + asked > room.ceiling}


@never_cache
@login_required
@require_GET
def applications(request):
    """All the applications of this person's enterprises, newest first."""
    page = Paginator(mine(request.user).for_list().with_answer_by(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [{"application": row, "standing": standing(row)} for row in page]
    return render(request, "space/applications.html", {"page": page, "rows": rows})
