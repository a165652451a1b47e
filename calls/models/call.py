"""A call: what is asked, of whom, until when, for how much."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rules import always_allow

from accounts.rules import is_manager
from actions.models import Action
from calls.enums import CALL_MOVES, Allocation, CallKind, CallState, Phase, Uniqueness
from calls.querysets import CallQuerySet
from calls.rules import writes_calls
from grants.models import Envelope
from grants.models.envelope import MONEY
from wecd.common.models import Row
from wecd.common.workflow import all_of

CLOSING_SOON = timedelta(hours=72)
EDITABLE = {"view": always_allow, "add": writes_calls, "change": writes_calls, "delete": writes_calls}


class Call(Row):
    """A call for applications. Moves only in ``calls.domain.calls``; its form lives in ``Form``."""

    MOVES = CALL_MOVES

    action = models.ForeignKey(Action, models.PROTECT, related_name="calls", verbose_name=_("action"))
    kind = models.CharField(_("kind"), max_length=20, choices=CallKind)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    code = models.CharField(
        _("reference prefix"), max_length=12, unique=True, help_text=_("References read CC-2026-0001.")
    )
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=300)
    description = models.TextField(_("what it is for"), blank=True)
    who = models.TextField(_("who may apply, in words"), blank=True)
    funded = models.TextField(_("what is funded"), blank=True, help_text=_("One line each."))
    not_funded = models.TextField(_("what is not funded"), blank=True, help_text=_("One line each."))

    envelope = models.ForeignKey(
        Envelope, models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("envelope")
    )
    allocation = models.CharField(
        _("how awards are chosen"), max_length=12, choices=Allocation, default=Allocation.FIRST_COME
    )
    uniqueness = models.CharField(
        _("applications per enterprise"), max_length=8, choices=Uniqueness, default=Uniqueness.CALL
    )
    awards_per_enterprise = models.PositiveSmallIntegerField(_("awards per enterprise"), default=1)
    project_months = models.PositiveSmallIntegerField(_("months to carry out the project"), default=12)
    own_share_first = models.BooleanField(_("own share is paid before the voucher is issued"), default=True)
    vat_rate = models.DecimalField(
        _("VAT rate shown (%)"),
        max_digits=4,
        decimal_places=2,
        default=21,
        help_text=_("VAT is never funded; it is shown so that nobody is surprised."),
    )
    own_share_account = models.CharField(_("account for own shares (IBAN)"), max_length=34, blank=True)

    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    grace_seconds = models.PositiveSmallIntegerField(
        _("grace (seconds)"),
        default=60,
        help_text=_("For a request already begun at the deadline. Shown on the call's page."),
    )
    decision_on = models.DateField(_("decision expected on"), null=True, blank=True)
    objection_days = models.PositiveSmallIntegerField(_("days to object"), default=30)
    admissibility_days = models.PositiveSmallIntegerField(
        _("working days to check admissibility"),
        null=True,
        blank=True,
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_(
            "Belgian working days after submission. When they pass without a decision, the application is "
            "admissible. Empty: no clock runs."
        ),
    )

    contact_name = models.CharField(_("contact"), max_length=200, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)

    state = models.CharField(
        _("state"), max_length=10, choices=CallState, default=CallState.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    cancel_reason = models.TextField(_("why it was cancelled"), blank=True, editable=False)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="+")

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["closes_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(opens_at__lt=F("closes_at")),
                name="call_opens_before_it_closes",
                violation_error_message=_("The call must open before it closes."),
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(opens_at__isnull=False, closes_at__isnull=False, envelope__isnull=False),
                name="published_call_is_dated_and_funded",
            ),
        ]
        indexes = [models.Index(fields=["state", "closes_at"])]
        rules_permissions = EDITABLE | {
            "publish": all_of(writes_calls),
            "extend": all_of(writes_calls),
            "close": all_of(writes_calls),
            "archive": all_of(is_manager),
            "cancel": all_of(is_manager),
        }

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def axis(self):
        return self.action.axis

    def phase(self, now=None) -> Phase:
        """Where the call stands at ``now`` (default: this instant). Nothing has to run for it to close."""
        now = now or timezone.now()
        if self.state == CallState.DRAFT:
            return Phase.DRAFT
        if self.state == CallState.CANCELLED:
            return Phase.CANCELLED
        if self.state in (CallState.CLOSED, CallState.ARCHIVED):
            return Phase.RESULTS
        if now < self.opens_at:
            return Phase.TO_COME
        if now >= self.closes_at:
            return Phase.CLOSED
        return Phase.CLOSING if self.closes_at - now <= CLOSING_SOON else Phase.OPEN

    @property
    def is_open(self) -> bool:
        return self.phase() in (Phase.OPEN, Phase.CLOSING)

    @property
    def accepts_until(self):
        """The last instant a submission is accepted: the deadline plus the stated grace."""
        return self.closes_at + timedelta(seconds=self.grace_seconds)

    @property
    def form(self):
        """The form new applications use: the newest published version, else the draft one."""
        forms = list(self.forms.all())
        published = [form for form in forms if form.published_at]
        return max(published or forms, key=lambda form: form.number, default=None)


class ReferenceCounter(models.Model):
    """The last reference number given in a call. Its row lock makes references gapless."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="counter")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.call_id}: {self.last}"


class Strand(Row):
    """A line of a call with its own floor, ceiling, rate and share of the envelope."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="strands")
    code = models.SlugField(_("code"), max_length=30)
    title = models.CharField(_("title"), max_length=140)
    help = models.TextField(_("description"), blank=True)
    floor = models.DecimalField(_("smallest grant (€)"), default=0, **MONEY)
    ceiling = models.DecimalField(_("largest grant (€)"), validators=[MinValueValidator(1)], **MONEY)
    funding_rate = models.DecimalField(
        _("funding rate (%)"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    budget_share = models.DecimalField(
        _("share of the envelope (€)"),
        null=True,
        blank=True,
        **MONEY,
        help_text=_("Empty: the strand draws on the whole envelope."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("strand")
        verbose_name_plural = _("strands")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="strand_code_once"),
            models.CheckConstraint(
                condition=Q(floor__gte=0, floor__lte=F("ceiling")), name="strand_floor_ceiling"
            ),
            models.CheckConstraint(
                condition=Q(funding_rate__gt=0, funding_rate__lte=100), name="strand_rate_is_a_percentage"
            ),
        ]
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return self.title


class CallRule(Row):
    """One eligibility rule of a call: a registered class (``calls.eligibility``) and its parameters."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="rules")
    code = models.CharField(_("rule"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    question = models.CharField(
        _("question"), max_length=300, blank=True, help_text=_("Only for a yes/no question of your own.")
    )
    help = models.CharField(_("explanation"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("eligibility rule")
        verbose_name_plural = _("eligibility rules")
        ordering = ["position", "pk"]
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return self.code


class Criterion(Row):
    """What applications are judged on, and how much it weighs (the weights of a call add up to 100)."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria")
    label = models.CharField(_("criterion"), max_length=200)
    help = models.CharField(_("explanation"), max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight (%)"), validators=[MaxValueValidator(100)])
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "pk"]
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return self.label


class Extension(Row):
    """A deadline moved: by whom, why, from when to when. Public, never removed."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="extensions")
    old_closes_at = models.DateTimeField(_("closed before"))
    new_closes_at = models.DateTimeField(_("closes now"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["created_at"]
        rules_permissions = {"view": always_allow}

    def __str__(self) -> str:
        return f"{self.call}: {self.new_closes_at:%Y-%m-%d %H:%M}"
