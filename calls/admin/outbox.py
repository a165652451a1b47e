"""The outbox by call: its applications, and what higher floors add."""

from django.utils.translation import gettext_lazy

from calls.models import Application, Call
from wecd.common.admin_outbox import AboutFilter, OutboxMessageAdmin

SHOWN = 200  # calls offered, the latest first


class CallFilter(AboutFilter):
    title = gettext_lazy("call")
    parameter_name = "call"
    sources = {"calls.application": lambda call: Application.objects.filter(call=call)}

    def lookups(self, request, model_admin):
        calls = Call.objects.order_by("-created_at")[:SHOWN]
        return [(str(call.pk), f"{call.code} · {call.title}") for call in calls]


OutboxMessageAdmin.list_filter.append(CallFilter)
