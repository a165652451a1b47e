"""Webhook endpoints in the back office, to read: their partners manage them, in their space."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from partners.domain import event_types
from partners.enums import EndpointState
from partners.models import WebhookEndpoint
from wecd.common.admin import ReadOnlyAdmin


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """SECURITY: never its secret, which only its partner needs."""

    list_display = ["url", "partner", "state_word", "event_words", "failing_since", "created_at"]
    list_filter = ["state", "partner"]
    list_select_related = ["partner"]
    search_fields = ["url", "description", "partner__name", "partner__code"]
    also_sortable = ("url",)
    fields = [
        "partner",
        "url",
        "description",
        "event_words",
        "state_word",
        "paused_at",
        "pause_cause",
        "failing_since",
        "created_at",
        "created_by",
    ]
    readonly_fields = fields

    @display(description=_("events"))
    def event_words(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(event_types.words(event) for event in endpoint.events)

    @display(
        description=_("state"),
        label={EndpointState.ACTIVE: "success", EndpointState.PAUSED: "warning"},
    )
    def state_word(self, endpoint: WebhookEndpoint) -> tuple[str, str]:
        return endpoint.state, endpoint.get_state_display()
