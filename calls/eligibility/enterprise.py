"""What the enterprise is: its form, its size, its activity, its age."""

from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import LegalForm, NaceRevision, SizeClass
from calls.eligibility.base import (
    DONT_KNOW,
    YES_NO,
    PublicQuestion,
    Rule,
    problems_of_list,
    register,
    said,
    whole_number,
)

SME = {SizeClass.MICRO.value, SizeClass.SMALL.value, SizeClass.MEDIUM.value}


@register
class LegalFormIs(Rule):
    """``allowed``: legal forms of ``accounts.enums.LegalForm``."""

    code = "legal_form"
    title = gettext_lazy("Legal form")

    def validate_params(self, params):
        return super().validate_params(params) or problems_of_list(
            params,
            "allowed",
            lambda value: value in LegalForm.values,
            _("Choose at least one legal form that may apply."),
        )

    def public_questions(self, params, context):
        return [
            PublicQuestion(
                key="legal_form",
                label=gettext_lazy("What is the legal form of your enterprise?"),
                kind="list",
                choices=(*((form.value, form.label) for form in LegalForm), DONT_KNOW),
            )
        ]

    def read(self, key, value, params, context):
        return {"legal_form": value}

    def judge(self, facts, params, context):
        names = ", ".join(str(LegalForm(value).label) for value in params["allowed"])
        if facts.legal_form not in LegalForm.values:
            return self.unknown(
                _("We do not know your legal form yet. These may apply: %(forms)s.") % {"forms": names},
                _("It stands in your statutes and in the Crossroads Bank for Enterprises."),
            )
        name = LegalForm(facts.legal_form).label
        if facts.legal_form in params["allowed"]:
            return self.yes(_("Your legal form may apply: %(form)s.") % {"form": name})
        return self.no(
            _("Only these may apply: %(forms)s.") % {"forms": names},
            _("You can take part through a partner with one of these forms, who applies in its own name."),
        )


@register
class SizeClassIs(Rule):
    """``allowed``: size classes of Recommendation 2003/361/EC, the whole group counted."""

    code = "size_class"
    title = gettext_lazy("Size of the enterprise")

    def validate_params(self, params):
        return super().validate_params(params) or problems_of_list(
            params,
            "allowed",
            lambda value: value in SizeClass.values,
            _("Choose at least one size of enterprise that may apply."),
        )

    def public_questions(self, params, context):
        if set(params["allowed"]) == SME:
            return [
                PublicQuestion(
                    key="sme",
                    label=gettext_lazy("Are you self-employed or an SME?"),
                    help=gettext_lazy(
                        "Fewer than 250 people, and at most €50 million of turnover or €43 million of "
                        "balance sheet, whole group."
                    ),
                    choices=(*YES_NO, DONT_KNOW),
                )
            ]
        return [
            PublicQuestion(
                key="size",
                label=gettext_lazy("How many people work in your enterprise, whole group?"),
                choices=(
                    (SizeClass.MICRO.value, gettext_lazy("Fewer than 10")),
                    (SizeClass.SMALL.value, gettext_lazy("10 to 49")),
                    (SizeClass.MEDIUM.value, gettext_lazy("50 to 249")),
                    (SizeClass.LARGE.value, gettext_lazy("250 or more")),
                ),
            )
        ]

    def read(self, key, value, params, context):
        return {"size_class": value} if key == "size" else {}

    def judge(self, facts, params, context):
        allowed = set(params["allowed"])
        sme_only = allowed == SME
        verdict = None
        if facts.size_class in SizeClass.values:
            verdict = facts.size_class in allowed
        elif said(facts, "sme") is True and allowed >= SME:
            verdict = True
        elif said(facts, "sme") is False:
            verdict = SizeClass.LARGE.value in allowed
        names = ", ".join(
            str(SizeClass(value).label).lower() for value in SizeClass.values if value in allowed
        )
        if verdict is None:
            return self.unknown(
                _("We do not know the size of your enterprise yet."),
                _(
                    "Count the staff, turnover and balance sheet of your last closed year, with the "
                    "enterprises that control yours or that you control."
                ),
            )
        if verdict:
            return self.yes(
                _("You are an SME.") if sme_only else _("Your size fits: %(sizes)s.") % {"sizes": names}
            )
        return self.no(
            _("Only SMEs may apply: fewer than 250 people, whole group.")
            if sme_only
            else _("Only enterprises of this size may apply: %(sizes)s.") % {"sizes": names},
            _("The whole group counts. If your group has changed, your last two closed years decide."),
        )


@register
class Nace(Rule):
    """``codes``: {revision: [prefixes]}; the same digits mean other things in another revision.

    Staff may decide otherwise for one enterprise: a code outside the list sends the file to a person when
    ``strict`` is not set, because no single list describes the creative industries.
    """

    code = "nace"
    title = gettext_lazy("Field of activity (NACE)")

    def validate_params(self, params):
        found = super().validate_params(params)
        if found:
            return found
        codes = params.get("codes")
        if not isinstance(codes, dict) or not codes:
            return [_("Give the NACE codes by revision.")]
        for revision, prefixes in codes.items():
            if revision not in NaceRevision.values:
                found.append(_("“%(revision)s” is not a revision of NACE-BEL.") % {"revision": revision})
            elif not isinstance(prefixes, list) or not prefixes or not all(_is_prefix(p) for p in prefixes):
                found.append(_("Each NACE code has two to five digits, such as 74.1 or 59."))
        return found

    def public_questions(self, params, context):
        listed = "; ".join(
            f"NACE-BEL {revision}: {', '.join(map(str, prefixes))}"
            for revision, prefixes in sorted(params["codes"].items(), reverse=True)
        )
        return [
            PublicQuestion(
                key=f"nace-{context.key}",
                label=context.question or gettext_lazy("Is your activity in one of these fields?"),
                help=format_lazy("{} ({})", context.help, listed) if context.help else listed,
                choices=(*YES_NO, DONT_KNOW),
            )
        ]

    def judge(self, facts, params, context):
        wanted = {rev: tuple(_digits(p) for p in prefixes) for rev, prefixes in params["codes"].items()}
        verdict = None
        if facts.activities:
            if any(_digits(code).startswith(wanted.get(revision, ())) for revision, code in facts.activities):
                verdict = True
            elif any(revision in wanted for revision, _code in facts.activities):
                verdict = False
        if verdict is None:
            verdict = said(facts, f"nace-{context.key}")
        if verdict:
            return self.yes(_("Your activity is one of those this call is for."))
        remedy = _(
            "If your registered code no longer says what you do, correct it in the Crossroads Bank, or "
            "explain your activity in the application: a person decides."
        )
        if verdict is False and params.get("strict") is True:
            return self.no(_("Your registered activity is not one of those this call is for."), remedy)
        if verdict is False:
            return self.unknown(_("Your registered activity is not on this call’s list."), remedy)
        return self.unknown(
            _("We do not know yet whether your activity is one of those this call is for."),
            _("Your NACE codes are in the Crossroads Bank for Enterprises."),
        )


@register
class AgeOfEnterprise(Rule):
    """``min_months`` and/or ``max_months`` since the foundation, on the day of the check."""

    code = "age_of_enterprise"
    title = gettext_lazy("Age of the enterprise")

    def validate_params(self, params):
        found = super().validate_params(params)
        if found:
            return found
        given = {name: params.get(name) for name in ("min_months", "max_months")}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        if not given:
            return [_("Give a smallest or a largest age in months.")]
        if any(whole_number(value) is None for value in given.values()):
            return [_("Write the age in whole months.")]
        low, high = _bounds(params)
        if low is not None and high is not None and low > high:
            return [_("The smallest age is larger than the largest.")]
        return []

    def public_questions(self, params, context):
        low, high = _bounds(params)
        choices = []
        if low:
            choices.append(("young", _("Less than %(age)s") % {"age": months_in_words(low)}))
        if low and high is not None:
            between = _("%(low)s to %(high)s") % {"low": months_in_words(low), "high": months_in_words(high)}
            choices.append(("right", between))
        elif low:
            choices.append(("right", _("%(age)s or more") % {"age": months_in_words(low)}))
        else:
            choices.append(("right", _("%(age)s or less") % {"age": months_in_words(high or 0)}))
        if high is not None:
            choices.append(("old", _("More than %(age)s") % {"age": months_in_words(high)}))
        return [
            PublicQuestion(
                key=f"age-{low or 0}-{'' if high is None else high}",
                label=gettext_lazy("How old is your enterprise?"),
                help=gettext_lazy("Since its date of foundation in the Crossroads Bank for Enterprises."),
                choices=(*choices, DONT_KNOW),
            )
        ]

    def read(self, key, value, params, context):
        low, high = _bounds(params)
        months = {"young": (low or 0) - 1, "right": low or 0, "old": (high or 0) + 1}.get(value)
        return {} if months is None else {"age_months": months}

    def judge(self, facts, params, context):
        low, high = _bounds(params)
        age = facts.age_months
        if facts.founded_on is not None:
            age = months_between(facts.founded_on, context.today)
        if age is None:
            return self.unknown(
                _("We do not know the age of your enterprise yet."),
                _("Its date of foundation is in the Crossroads Bank for Enterprises."),
            )
        if low is not None and age < low:
            return self.no(
                _("Your enterprise must be at least %(age)s old.") % {"age": months_in_words(low)},
                _("Apply to a later call, once your enterprise is old enough."),
            )
        if high is not None and age > high:
            return self.no(
                _("Your enterprise must be at most %(age)s old.") % {"age": months_in_words(high)},
                _("Look at our other calls: most are open whatever your age."),
            )
        return self.yes(_("The age of your enterprise fits."))


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another; negative when the end comes first."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def months_in_words(months: int) -> str:
    if months and months % 12 == 0:
        years = months // 12
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}


def _bounds(params) -> tuple[int | None, int | None]:
    return whole_number(params.get("min_months")), whole_number(params.get("max_months"))


def _digits(code) -> str:
    return str(code).replace(".", "")


def _is_prefix(value) -> bool:
    digits = _digits(value) if isinstance(value, str) else ""
    return digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 5
