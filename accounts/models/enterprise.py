"""Enterprises, the people who act for them, and the undertakings they belong to."""

import pghistory
import rules
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Right, Upper
from django.utils.translation import gettext_lazy as _

from accounts.enums import MEMBERSHIP_MOVES, LegalForm, MemberRole, MembershipState, NaceRevision, SizeClass
from accounts.querysets import EnterpriseQuerySet, MembershipQuerySet
from accounts.rules import (
    is_editor,
    is_manager,
    is_member,
    is_officer,
    is_owner,
    is_reader,
    may_register,
    sees_personal_data,
)
from wecd.common import identifiers
from wecd.common.changes import every_change
from wecd.common.fields import BlindIndexField, EncryptedCharField
from wecd.common.models import Row
from wecd.common.search import plain
from wecd.common.workflow import because


@because(_("Only an owner of the enterprise can do this."))
@rules.predicate
def owns_enterprise(user, membership):
    return is_owner(user, membership.enterprise)


@because(_("Only an owner of the enterprise can do this."))
@rules.predicate
def decides_on_members(user, membership):
    """An owner; or a programme manager, for an enterprise whose owners are gone."""
    return owns_enterprise(user, membership) or is_manager(user)


@because(_("Only the person themselves can do this."))
@rules.predicate
def is_the_person(user, membership):
    return user is not None and membership.user_id == user.pk


@because(_("This invitation is for somebody else. Sign in with the address it was sent to."))
@rules.predicate
def is_invited(user, membership):
    if user is None or not user.is_authenticated:
        return False
    return membership.user_id == user.pk or membership.email.lower() == user.email.lower()


class Undertaking(Row):
    """A *single undertaking* (Regulation 2023/2831, art. 2(2)): enterprises under one control.

    Every enterprise belongs to exactly one, alone unless linked by staff. De minimis aid is counted here.
    """

    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("undertaking (control group)")
        verbose_name_plural = _("undertakings (control groups)")
        ordering = ["name"]
        indexes = [models.Index(fields=["name", "id"], name="undertaking_by_name")]
        rules_permissions = {"view": sees_personal_data, "add": is_manager, "change": is_manager}

    def __str__(self) -> str:
        return self.name


def phone_digits(column: str = "phone"):
    """The last eight digits of a telephone number: the same for +32 4…, 0032 4… and 04…"""
    digits = models.Func(
        models.F(column), models.Value(r"\D"), models.Value(""), models.Value("g"), function="regexp_replace"
    )
    return Right(digits, 8, output_field=models.CharField())


@pghistory.track(model_name="EnterpriseHistory")
class Enterprise(Row):
    """An applicant: company, self-employed person, association or public body with an enterprise number."""

    name = models.CharField(_("name"), max_length=200)
    number = models.CharField(
        _("enterprise number"),
        max_length=10,
        unique=True,
        validators=[identifiers.validate_enterprise_number],
        help_text=_("Ten digits, as in the Crossroads Bank for Enterprises: 0403.019.261."),
    )
    has_vat = models.BooleanField(_("liable to VAT"), default=True)
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    undertaking = models.ForeignKey(
        Undertaking, models.PROTECT, related_name="enterprises", verbose_name=_("undertaking (control group)")
    )
    headcount = models.PositiveIntegerField(
        _("headcount"),
        null=True,
        blank=True,
        help_text=_("Full-time equivalents, whole group, last closed year."),
    )
    turnover = models.DecimalField(
        _("turnover (€)"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Whole group, last closed year."),
    )
    balance_sheet = models.DecimalField(
        _("balance sheet total (€)"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Whole group, last closed year."),
    )
    size_class = models.CharField(
        _("size"),
        max_length=10,
        choices=SizeClass,
        blank=True,
        editable=False,
        help_text=_("Worked out from headcount, turnover and balance sheet."),
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    iban = EncryptedCharField(_("IBAN"), blank=True)
    iban_index = BlindIndexField(of="iban")

    PERSONAL = {"iban": "iban", "phone": "phone"}
    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[01]\d{9}$"), name="enterprise_number_is_ten_digits"
            )
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="enterprise_by_name"),
            GinIndex(OpClass(plain("name", "number"), name="gin_trgm_ops"), name="enterprise_search"),
            models.Index(
                fields=["iban_index"], condition=~models.Q(iban_index=""), name="enterprise_by_iban"
            ),
            models.Index(phone_digits(), condition=~models.Q(phone=""), name="enterprise_by_phone"),
        ]
        rules_permissions = {
            "view": is_reader | is_member,
            "change": is_officer | is_editor,
            "add": is_officer,
            "import": is_officer,
            "register": may_register,
            "invite": is_owner | is_manager,
        }

    def __str__(self) -> str:
        return self.name

    @property
    def number_display(self) -> str:
        return identifiers.format_enterprise_number(self.number)

    @property
    def vat_number(self) -> str:
        return f"BE{self.number}" if self.has_vat else ""

    @property
    def iban_masked(self) -> str:
        return identifiers.mask_iban(self.iban)

    @property
    def registered_office(self):
        """The registered office among the prefetched or queried sites, or None."""
        return next((site for site in self.sites.all() if site.is_registered_office), None)


@pghistory.track(*every_change(), model_name="SiteHistory")
class Site(Row):
    """An address of an enterprise: its registered office, or a place where it works."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="sites")
    is_registered_office = models.BooleanField(_("registered office"), default=False)
    establishment_number = models.CharField(_("establishment unit number"), max_length=10, blank=True)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10)
    municipality = models.CharField(_("municipality"), max_length=100)
    refnis = models.CharField(max_length=5, blank=True, editable=False)  # Statbel code of the municipality
    country = models.CharField(_("country"), max_length=2, default="BE")

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["-is_registered_office", "postal_code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=models.Q(is_registered_office=True),
                name="one_registered_office",
            )
        ]
        indexes = [models.Index("postal_code", Upper("street"), name="site_by_address")]
        rules_permissions = {"view": is_reader, "add": is_officer, "change": is_officer, "delete": is_officer}

    def __str__(self) -> str:
        return f"{self.postal_code} {self.municipality}"


@pghistory.track(*every_change(), model_name="EnterpriseActivityHistory")
class EnterpriseActivity(Row):
    """A NACE-BEL code of an enterprise; the same digits mean other things in another revision."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="activities")
    revision = models.CharField(_("revision"), max_length=4, choices=NaceRevision, default=NaceRevision.REV21)
    code = models.CharField(_("NACE code"), max_length=6, validators=[identifiers.validate_nace_code])
    is_main = models.BooleanField(_("main activity"), default=True)

    class Meta:
        verbose_name = _("activity (NACE)")
        verbose_name_plural = _("activities (NACE)")
        ordering = ["-is_main", "code"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "revision", "code"], name="activity_once")
        ]
        rules_permissions = {"view": is_reader, "add": is_officer, "change": is_officer, "delete": is_officer}

    def __str__(self) -> str:
        return f"{self.code} ({self.revision})"


class Membership(Row):
    """One person's place in one enterprise: asked for, invited, active or over."""

    MOVES = MEMBERSHIP_MOVES

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    email = models.EmailField(_("e-mail address"), blank=True)  # of a person invited who has no account yet
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.EDITOR)
    state = models.CharField(
        _("state"), max_length=10, choices=MembershipState, default=MembershipState.ASKED
    )
    token = models.CharField(max_length=64, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "enterprise"],
                condition=models.Q(state__in=["asked", "active"]),
                name="one_place_per_person_and_enterprise",
            )
        ]
        rules_permissions = {
            "view": sees_personal_data,
            "accept": decides_on_members,
            "refuse": decides_on_members,
            "join": is_invited,
            "change_role": decides_on_members,
            "end": decides_on_members | is_the_person,
        }

    def __str__(self) -> str:
        return f"{self.user or self.email}, {self.enterprise}"
