"""A yes/no question of staff's own."""

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from calls.eligibility.base import DONT_KNOW, NO, YES, YES_NO, PublicQuestion, Rule, register, said


@register
class StaffYesNo(Rule):
    """The question and its explanation are those of the ``CallRule`` (``question``, ``help``).

    ``right``: yes or no. ``remedy``: what to do when the answer is the other one, as words or as
    {language: words}. ``blocking`` false: the other answer is a thing to settle, not a refusal.
    ``answer_key``: the yes/no question of the form that answers it at submission. ``no_label``: words
    instead of "No" ("Not yet"), as words or as {language: words}.
    """

    code = "staff_yes_no"
    title = gettext_lazy("Condition of this call")

    def validate_params(self, params):
        found = super().validate_params(params)
        if found:
            return found
        if params.get("right") not in (YES, NO):
            found.append(_("Say which answer is right: yes or no."))
        if not in_language(params.get("remedy")):
            found.append(_("Say what to do when the answer is the other one."))
        return found

    def public_questions(self, params, context):
        return [
            PublicQuestion(
                key=f"own-{context.key}",
                label=context.question or self.title,
                help=context.help,
                lang=context.lang if context.question else "",
                choices=(YES_NO[0], (NO, in_language(params.get("no_label")) or YES_NO[1][1]), DONT_KNOW)
                if params.get("may_not_know") is True
                else (YES_NO[0], (NO, in_language(params.get("no_label")) or YES_NO[1][1])),
            )
        ]

    def judge(self, facts, params, context):
        given = _yes_or_no(facts.answers.get(str(params.get("answer_key") or "")))
        if given is None:
            given = said(facts, f"own-{context.key}")
        question = context.question or str(self.title)
        remedy = in_language(params.get("remedy"))
        if given is None:
            return self.unknown(_("Not answered yet: %(question)s") % {"question": question}, remedy)
        words = _("%(question)s %(answer)s.") % {
            "question": question,
            "answer": _("Yes") if given else in_language(params.get("no_label")) or _("No"),
        }
        if given == (params["right"] == YES):
            return self.yes(words)
        if params.get("blocking") is False:
            return self.unknown(words, remedy)
        return self.no(words, remedy)


def in_language(words) -> str:
    """Words staff wrote, in the reader's language, else in French, else in any."""
    if isinstance(words, str):
        return words.strip()
    if not isinstance(words, dict):
        return ""
    found = {
        str(key): value.strip() for key, value in words.items() if isinstance(value, str) and value.strip()
    }
    return found.get(get_language() or "fr") or found.get("fr") or next(iter(found.values()), "")


def _yes_or_no(value) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"yes": True, "no": False, "true": True, "false": False}.get(str(value).lower())
