"""What the enterprise already received, and already asked."""

from decimal import Decimal, InvalidOperation

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.eligibility.base import DONT_KNOW, YES_NO, PublicQuestion, Rule, register, said
from wecd.common.formatting import money

MOST = Decimal(10) ** 12


@register
class DeMinimisRoom(Rule):
    """Room for the call's largest grant under the de minimis ceiling of the whole undertaking.

    ``answer_key`` (optional): the form's question in which the applicant declares the aid received.
    What the portal has on record can only make it worse: the larger of the two counts.
    """

    code = "de_minimis_room"
    title = gettext_lazy("Room for de minimis aid")

    def public_questions(self, params, context):
        room = _room(context)
        if room is None:
            return []
        return [
            PublicQuestion(
                key="de_minimis",
                label=format_lazy(
                    gettext_lazy("De minimis aid received over {years} years, whole group?"),
                    years=context.years,
                ),
                help=format_lazy(
                    gettext_lazy("Small public aid is counted together; the ceiling is {ceiling}."),
                    ceiling=money(context.ceiling),
                ),
                choices=(
                    ("within", format_lazy(gettext_lazy("At most {room}"), room=money(room))),
                    ("over", gettext_lazy("More")),
                    DONT_KNOW,
                ),
            )
        ]

    def read(self, key, value, params, context):
        return {"said": {key: value == "within"}} if value in ("within", "over") else {}

    def judge(self, facts, params, context):
        room = _room(context)
        if room is None:
            return self.unknown(
                _("The portal could not compute the room you have left."), _("The programme team checks it.")
            )
        recorded = facts.aid_recorded or Decimal(0)
        declared = facts.aid_declared
        if declared is None:
            declared = amount_of(facts.answers.get(str(params.get("answer_key") or "")))
        spoken = said(facts, "de_minimis")
        figures = {"ceiling": money(context.ceiling), "years": context.years, "room": money(room)}
        if (
            recorded > room
            or (declared is not None and declared > room)
            or (declared is None and spoken is False)
        ):
            return self.no(
                _("With this grant your group would pass %(ceiling)s of de minimis aid over %(years)s years.")
                % figures,
                _(
                    "Aid older than %(years)s years no longer counts: check the date each aid was granted, "
                    "and apply once there is room."
                )
                % figures,
            )
        if declared is not None or spoken:
            return self.yes(_("There is room for this grant under the de minimis ceiling."))
        return self.unknown(
            _("We do not know how much de minimis aid your group received over %(years)s years.") % figures,
            _(
                "Each award letter says whether the aid is de minimis. Add up those of the whole group: "
                "the total must be at most %(room)s."
            )
            % figures,
        )


@register
class OneApplication(Rule):
    """One application per enterprise and call, or strand, as the call says."""

    code = "one_application"
    title = gettext_lazy("One application per enterprise")

    def public_questions(self, params, context):
        return [
            PublicQuestion(
                key="applied",
                label=gettext_lazy("Has your enterprise already submitted an application for this strand?")
                if context.per_strand
                else gettext_lazy("Has your enterprise already submitted an application to this call?"),
                choices=YES_NO,
            )
        ]

    def judge(self, facts, params, context):
        applied = facts.has_applied if facts.has_applied is not None else said(facts, "applied")
        where = _("this strand") if context.per_strand else _("this call")
        if applied is None:
            return self.unknown(
                _("An enterprise submits one application to %(where)s.") % {"where": where},
                _("Ask your colleagues whether one was already submitted."),
            )
        if applied:
            return self.no(
                _("Your enterprise has already submitted an application to %(where)s.") % {"where": where},
                _("To replace it, withdraw it first, before the deadline."),
            )
        return self.yes(_("Your enterprise has no other application in %(where)s.") % {"where": where})


def amount_of(value) -> Decimal | None:
    """An answer of the form as euros; None when it is no amount."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < MOST else None


def _room(context) -> Decimal | None:
    if context.ceiling is None or context.largest_grant is None:
        return None
    return max(Decimal(0), context.ceiling - context.largest_grant)
