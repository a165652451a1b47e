"""What narrows the list of applications. The parameters' names are part of every address that leads there."""

import re
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import SizeClass
from accounts.models import EnterpriseActivity, Site
from actions.models import Axis
from calls.admin.applications_forms import officers
from calls.domain import conversations
from calls.enums import ApplicationState
from calls.models import Call, InformationRequest, Strand
from grants.enums import AwardState
from grants.rules import is_approver
from wecd.common import clocks, places
from wecd.common.keyset.filters import Options, PlainFilter
from wecd.common.models import Clock

ABOUT = "calls.application"
NEAR = timedelta(days=3)
MOST_CALLS = 100  # the latest; an address may name any


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class CallFilter(PlainFilter):
    title = gettext_lazy("call")
    parameter_name = "call"
    any_words = gettext_lazy("All calls")

    def options(self) -> Options:
        calls = Call.objects.exclude(state="draft").order_by("-opens_at", "-pk")
        titles = calls.values_list("pk", "code", "title", "title_fr")[:MOST_CALLS]
        return [(str(pk), f"{code} · {title or in_french}") for pk, code, title, in_french in titles]

    def is_known(self, value: str) -> bool:
        return is_uuid(value) and (super().is_known(value) or Call.objects.filter(pk=value).exists())

    def narrow(self, rows, value):
        return rows.filter(call=value)

    @property
    def words(self) -> str:
        found = dict(self.choices_now).get(self.value)
        return found or str(Call.objects.filter(pk=self.value).first() or self.value)


class StrandFilter(PlainFilter):
    """The strands of the call chosen; without a call there are too many to choose from."""

    title = gettext_lazy("strand")
    parameter_name = "strand"
    any_words = gettext_lazy("All strands")

    def options(self) -> Options:
        call = self.request.GET.get("call", "")
        if self.given and is_uuid(self.given):
            strands = Strand.objects.filter(Q(pk=self.given) | Q(call__strands=self.given))
        elif is_uuid(call):
            strands = Strand.objects.filter(call=call)
        else:
            return []
        return [(str(strand.pk), strand.title) for strand in strands.order_by("position").distinct()]

    def narrow(self, rows, value):
        return rows.filter(strand=value)


class StateFilter(PlainFilter):
    title = gettext_lazy("state")
    parameter_name = "state"
    any_words = gettext_lazy("All states")

    def options(self) -> Options:
        return [choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT]

    def narrow(self, rows, value):
        return rows.filter(state=value)


class AxisFilter(PlainFilter):
    title = gettext_lazy("axis")
    parameter_name = "axis"
    any_words = gettext_lazy("All axes")

    def options(self) -> Options:
        return [(str(axis.pk), str(axis)) for axis in Axis.objects.order_by("position", "pk")]

    def is_known(self, value: str) -> bool:
        return is_uuid(value) and super().is_known(value)

    def narrow(self, rows, value):
        return rows.filter(call__in=Call.objects.filter(action__axis=value).values("pk"))


class ProvinceFilter(PlainFilter):
    """Where the registered office is."""

    title = gettext_lazy("province")
    parameter_name = "province"
    any_words = gettext_lazy("All provinces")

    def options(self) -> Options:
        return list(places.provinces().items())

    def narrow(self, rows, value):
        offices = Site.objects.filter(
            enterprise=OuterRef("enterprise"),
            is_registered_office=True,
            postal_code__in=places.postal_codes_in(value),
        )
        return rows.filter(Exists(offices))


class SizeFilter(PlainFilter):
    title = gettext_lazy("size")
    parameter_name = "size"
    any_words = gettext_lazy("All sizes")

    def options(self) -> Options:
        return list(SizeClass.choices)

    def narrow(self, rows, value):
        return rows.filter(enterprise__size_class=value)


class SectorFilter(PlainFilter):
    """The first digits of the main activity: two are a NACE division, more are a group or class."""

    title = gettext_lazy("sector (NACE)")
    parameter_name = "sector"
    is_text = True
    hint = gettext_lazy("Two to five digits: 74 or 7410")

    def is_known(self, value: str) -> bool:
        return bool(re.fullmatch(r"\d{2,5}", value, flags=re.ASCII))

    def narrow(self, rows, value):
        main = EnterpriseActivity.objects.filter(
            enterprise=OuterRef("enterprise"), is_main=True, code__startswith=value
        )
        return rows.filter(Exists(main))


class ClockFilter(PlainFilter):
    """Where the legal clock stands, in days of Brussels."""

    title = gettext_lazy("clock")
    parameter_name = "clock"
    any_words = gettext_lazy("Any clock, or none")

    def options(self) -> Options:
        return [
            ("running", _("Running")),
            ("today", _("Ends today")),
            ("week", _("Ends this week")),
            ("late", _("Late")),
            ("paused", _("Paused")),
        ]

    def narrow(self, rows, value):
        today = clocks.today()
        sunday = today + timedelta(days=6 - today.weekday())
        where = {
            "running": Q(paused_at=None),
            "today": Q(paused_at=None, due_on=today),
            "week": Q(paused_at=None, due_on__gte=today, due_on__lte=sunday),
            "late": clocks.overdue(today),
            "paused": Q(paused_at__isnull=False),
        }[value]
        return rows.filter(pk__in=clocks.running(ABOUT).filter(where).values("about_id"))


class OfficerFilter(PlainFilter):
    title = gettext_lazy("officer")
    parameter_name = "officer"
    any_words = gettext_lazy("All officers")

    def options(self) -> Options:
        people = [
            (str(pk), name or email) for pk, name, email in officers().values_list("pk", "name", "email")
        ]
        return [("mine", _("Mine")), ("nobody", _("Nobody")), *people]

    def is_known(self, value: str) -> bool:
        return value in ("mine", "nobody") or (is_uuid(value) and super().is_known(value))

    def narrow(self, rows, value):
        person = {"mine": self.request.user.pk, "nobody": None}.get(value, value)
        return rows.filter(officer=person)


class FlagFilter(PlainFilter):
    """What an application waits for, or what stands out about it."""

    title = gettext_lazy("what stands out")
    parameter_name = "flag"
    any_words = gettext_lazy("Anything")

    def options(self) -> Options:
        return [
            ("to_answer", _("Message to answer")),
            ("information", _("Information requested")),
            ("to_approve", _("To approve by me")),
            ("draft_award", _("Award proposed, not approved")),
            ("near_deadline", _("A deadline within three days")),
            ("ineligible", _("Against a rule of the call")),
        ]

    def narrow(self, rows, value):
        return getattr(self, f"_{value}")(rows)

    def _to_answer(self, rows):
        return rows.filter(pk__in=conversations.to_answer().values("pk"))

    def _information(self, rows):
        return rows.filter(state=ApplicationState.INFORMATION_REQUESTED)

    def _to_approve(self, rows):
        """What this person may sign: proposed by somebody else, for an enterprise that is not theirs."""
        user = self.request.user
        if not is_approver(user):
            return rows.none()
        return (
            self._draft_award(rows)
            .exclude(award__proposed_by=user)
            .exclude(enterprise__in=list(user.enterprise_roles))
        )

    def _draft_award(self, rows):
        return rows.filter(state=ApplicationState.SELECTED, award__state=AwardState.PROPOSED)

    def _near_deadline(self, rows):
        """The clock's last day, or the day an applicant must answer by, within three days or behind."""
        until = timezone.now() + NEAR
        ending = Clock.objects.filter(
            about_type=ABOUT, stopped_at=None, paused_at=None, due_on__lte=clocks.today(until)
        )
        asked = InformationRequest.objects.filter(closed_at=None, due_at__lte=until)
        return rows.filter(pk__in=ending.values("about_id").union(asked.values("application")))

    def _ineligible(self, rows):
        return rows.filter(rule_results__contains=[{"verdict": "no"}])


FILTERS = [
    CallFilter,
    StrandFilter,
    StateFilter,
    FlagFilter,
    ClockFilter,
    OfficerFilter,
    AxisFilter,
    ProvinceFilter,
    SizeFilter,
    SectorFilter,
]
