"""Webhooks: where a partner's systems are told of changes, what was sent there and what came back.

One change is one message; a message on its way to one endpoint is a delivery; each try of it an attempt.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_system, sees_personal_data
from partners.enums import WEBHOOK_MOVES, AttemptError, DeliveryStatus, EndpointState, PauseCause
from partners.models.partner import Partner
from partners.querysets import DeliveryQuerySet, EndpointQuerySet
from partners.rules import is_at_home
from wecd.common.fields import EncryptedCharField
from wecd.common.models import Row
from wecd.common.models.base import uuid7
from wecd.common.workflow import Moves

TEST = "webhook.test"  # the type of a message that a person asked for


class WebhookEndpoint(Row):
    """An address of a partner, and the types of events it asks for. State changes only in domain.webhooks."""

    MOVES: Moves = WEBHOOK_MOVES

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="webhooks", verbose_name=_("partner"), editable=False
    )
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=80), verbose_name=_("events"))
    state = models.CharField(
        _("state"), max_length=10, choices=EndpointState, default=EndpointState.ACTIVE, editable=False
    )
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    pause_cause = models.CharField(
        _("why it is paused"), max_length=10, choices=PauseCause, blank=True, editable=False
    )
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)  # nothing is sent before
    worked_until = models.DateTimeField(null=True, blank=True, editable=False)  # a worker's lease
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(events__len__gt=0), name="webhook_asks_for_something")
        ]
        rules_permissions = {
            "view": sees_personal_data | is_at_home,
            "add": is_at_home,
            "change": is_at_home,
            "read_secret": is_at_home,
            "rotate": is_at_home,
            "test": is_at_home,
            "replay": is_at_home,
            "pause": is_at_home,
            "resume": is_at_home,
            "delete": is_at_home,
            "give_up": is_system,
        }

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def is_active(self) -> bool:
        return self.state == EndpointState.ACTIVE

    @property
    def gave_up(self) -> bool:
        """Whether the portal paused it, not a person."""
        return self.state == EndpointState.PAUSED and self.pause_cause != PauseCause.PERSON


class WebhookSecret(models.Model):
    """What signs the messages of an endpoint; after a rotation the one before signs beside it for a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="secrets")
    secret = EncryptedCharField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"Secret of {self.endpoint_id}, {self.created_at:%Y-%m-%d}"


class WebhookMessage(models.Model):
    """What is said: that a row changed, and where to read it. Never what is in the row.

    Without a partner it is about open data, and goes to whoever asks for its type.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, related_name="+", db_constraint=False
    )
    type = models.CharField(_("event"), max_length=80)
    at = models.DateTimeField(_("at"), default=timezone.now)
    payload = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="webhook_message_age")]

    def __str__(self) -> str:
        return f"{self.type} ({self.public_id})"

    @property
    def public_id(self) -> str:
        """The ``webhook-id``: the same at each attempt and for every endpoint."""
        return f"msg_{self.pk.hex}"

    @property
    def is_test(self) -> bool:
        return self.type == TEST


class WebhookDelivery(models.Model):
    """A message on its way to one endpoint. Written by ``domain.deliveries`` alone.

    ``tries`` counts those of this round (a replay begins another), ``attempts_made`` all of them. While
    somebody tries, ``claimed_until`` keeps others away; a claim that ran out belongs to a dead worker.
    No foreign key of the database points at endpoints or partners: rows are made in transactions that read
    one snapshot (REPEATABLE READ), where the key's check fails once a worker has touched the endpoint.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(WebhookMessage, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", db_constraint=False
    )
    status = models.CharField(
        _("state"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING
    )
    tries = models.PositiveSmallIntegerField(default=0)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField(null=True)  # first try of this round
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)  # the attempt under way
    ended_at = models.DateTimeField(null=True)  # delivered or given up

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="webhook_message_once_an_endpoint")
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_log"),
            models.Index(
                fields=["endpoint", "next_attempt_at", "id"],
                name="webhook_delivery_due",
                condition=models.Q(status__in=[DeliveryStatus.WAITING, DeliveryStatus.FAILED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.endpoint_id}: {self.status}"

    @property
    def is_over(self) -> bool:
        return self.status in (DeliveryStatus.DELIVERED, DeliveryStatus.GIVEN_UP)


class WebhookAttempt(models.Model):
    """One request and what came back: the first 4 kB of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    url = models.CharField(max_length=500)
    request_headers = models.JSONField(default=dict)
    status_code = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=list)
    response_body = models.TextField(blank=True)
    is_cut = models.BooleanField(default=False)  # there was more of it
    error = models.CharField(max_length=12, choices=AttemptError, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)  # none: under way, or the worker died

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_number_once")
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of {self.delivery_id}"

    @property
    def succeeded(self) -> bool:
        return self.milliseconds is not None and not self.error
