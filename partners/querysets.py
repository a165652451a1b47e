"""Reads of partners and their keys."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.rules import is_manager, is_reader, sees_personal_data
from partners.enums import DeliveryStatus, EndpointState
from partners.rules import memberships_of, partners_of


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Partners are open data."""
        return self

    def for_staff(self, user):
        """In the back office: all to those who read the programme, their own to editors."""
        return self if is_reader(user) else self.filter(pk__in=partners_of(user))

    def in_space_of(self, user):
        """Whose space this person may enter: the partners they work for; a programme manager, every one."""
        return self if is_manager(user) else self.filter(pk__in=memberships_of(user))


class AgreementQuerySet(models.QuerySet):
    def in_force(self, day=None):
        """Those signed by this day (today) and not over."""
        day = day or timezone.localdate()
        return self.filter(signed_on__lte=day).filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day))

    def visible_to(self, user):
        if sees_personal_data(user):
            return self
        return self.filter(partner__members__user=user) if user and user.is_authenticated else self.none()

    def for_staff(self, user):
        return self if sees_personal_data(user) else self.none()


class ApiKeyQuerySet(models.QuerySet):
    def for_space(self):
        """With what each shows in its partner's space: what replaces it, what it replaces, who made it."""
        return self.select_related("partner", "replaced_by", "replaces", "created_by").order_by(
            "name", "-created_at"
        )

    def with_requests(self, since):
        """How many requests each made from this day on, as ``requests``."""
        counted = models.Sum("usage__requests", filter=models.Q(usage__day__gte=since))
        return self.annotate(requests=Coalesce(counted, 0))

    def usable(self, now=None):
        now = now or timezone.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))

    def visible_to(self, user):
        if sees_personal_data(user):
            return self
        return self.filter(partner__members__user=user) if user and user.is_authenticated else self.none()

    def for_staff(self, user):
        return self if sees_personal_data(user) else self.none()


class EndpointQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the partners whose space this person may enter; deleted ones are gone from there."""
        mine = self.exclude(state=EndpointState.DELETED)
        return mine if is_manager(user) else mine.filter(partner__in=memberships_of(user))

    def for_staff(self, user):
        return self if sees_personal_data(user) else self.none()

    def listening(self):
        return self.filter(state=EndpointState.ACTIVE)

    def with_last_delivery(self):
        """Adds ``last_status`` and ``last_at`` of the newest delivery; its log answers in one step."""
        deliveries = self.model._meta.get_field("deliveries").related_model
        newest = deliveries.objects.filter(endpoint=models.OuterRef("pk")).order_by("-id")
        return self.annotate(
            last_status=models.Subquery(newest.values("status")[:1]),
            last_at=models.Subquery(newest.values("message__at")[:1]),
        )


class DeliveryQuerySet(models.QuerySet):
    def open(self):
        """Neither delivered nor given up."""
        return self.filter(status__in=[DeliveryStatus.WAITING, DeliveryStatus.FAILED])

    def due(self, now):
        """To be tried now, and in nobody's hands."""
        return self.open().filter(
            models.Q(claimed_until=None) | models.Q(claimed_until__lt=now), next_attempt_at__lte=now
        )
