"""Reads of calls and applications."""

from functools import cache

from django.db import models
from django.utils import timezone

from accounts.rules import is_reader, is_system, sees_personal_data
from actions.models import Action
from wecd.common.prepared import Prepared, by_key


@cache
def _held(model) -> Prepared:
    calls = model._default_manager.order_by()
    return Prepared(lambda: calls.filter(pk=by_key()), lock="FOR KEY SHARE")


class CallQuerySet(models.QuerySet):
    def public(self):
        """Calls anyone may read: published once. A draft that was cancelled never was."""
        return self.exclude(state="draft").exclude(published_at=None)

    def visible_to(self, user):
        return self if is_reader(user) or is_system(user) else self.public()

    def held(self, pk):
        """One call as it stands, kept so until the transaction ends: no move of it can come between.

        Whoever extends, closes or cancels it waits, and we for them; those who hold it so do not wait for
        each other. Taken before the locks of its applications, like every lock of a call.
        """
        return _held(self.model).get(pk=pk)

    def of_partner(self, partner):
        """Those of the actions a partner (or id, or expression) leads or takes part in."""
        return self.filter(action__in=Action.objects.of_partner(partner))

    def open(self, now=None):
        now = now or timezone.now()
        return self.filter(state="published", opens_at__lte=now, closes_at__gt=now)

    def for_list(self):
        """With all a row of the public list shows; the amounts come from the strands."""
        return self.select_related("action__axis", "envelope").annotate(
            max_amount=models.Max("strands__ceiling"), max_rate=models.Max("strands__funding_rate")
        )


class ApplicationQuerySet(models.QuerySet):
    def submitted(self):
        return self.exclude(state__in=["draft"]).exclude(submitted_at=None)

    def visible_to(self, user):
        if is_reader(user):
            return self.submitted()  # a draft is its authors' alone, withdrawn or not
        if is_system(user):
            return self
        return (
            self.filter(enterprise__in=user.enterprise_roles)
            if user and user.is_authenticated
            else self.none()
        )

    def in_full_to(self, user):
        """What this person may open as the applicant wrote it, with the personal data in it."""
        if sees_personal_data(user) or is_system(user):
            return self.visible_to(user)
        return self.filter(enterprise__in=user.enterprise_roles) if user.is_authenticated else self.none()

    def visible_to_partner(self, partner):
        """What was submitted under the actions this partner (or id) leads or takes part in."""
        return self.submitted().filter(call__action__in=Action.objects.of_partner(partner))

    def for_list(self):
        return self.select_related("call__action__axis", "strand", "enterprise").order_by(
            "-created_at", "-pk"
        )

    def with_answer_by(self):
        """With ``answer_by``: until when the applicant can answer an open information request."""
        requests = self.model._meta.get_field("information_requests").related_model.objects
        open_ones = requests.filter(application=models.OuterRef("pk"), closed_at=None)
        return self.annotate(answer_by=models.Subquery(open_ones.values("due_at")[:1]))

    def by_arrival(self):
        """First come, first served: the instant of submission decides, then the reference number."""
        return self.order_by("submitted_at", "number", "pk")
