"""What each act on a call says and does: one entry an act, all drawn by the same page (``call_moves``)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant

from calls.domain import calls, checklist, forms
from calls.enums import CallState
from calls.forms import CancelForm, CopyForm, ExtendForm, PublishVersionForm
from calls.models import Call, Form
from wecd.common import formatting
from wecd.common.admin import may
from wecd.common.workflow import can

Words = str | Promise


@dataclass(frozen=True)
class Page:
    """An act: its button above the call, the words of its page, and the one domain call of its POST.

    ``allowed(user, call)`` decides whether the button shows; without it, the move of the same name does.
    ``more(call)`` adds to the page: ``facts``, ``missing`` (each keeps the button away), ``comparison``.
    """

    button: Words
    icon: str
    title: Words
    intro: Words
    done: Words
    do: Callable
    form: type | None = None
    initial: Callable = lambda call: {}
    more: Callable = lambda call: {}
    allowed: Callable | None = None
    variant: ActionVariant = ActionVariant.DEFAULT
    template: str = "admin/calls/call/move.html"

    def shows(self, verb: str, user, call: Call) -> bool:
        return self.allowed(user, call) if self.allowed else can(call, verb, user)


def draft_version(call: Call) -> Form | None:
    return call.forms.filter(published_at=None).first()


def published_version(call: Call) -> Form | None:
    return call.forms.exclude(published_at=None).order_by("-number").first()


def changes_form(user, call: Call, *, under_way: bool) -> bool:
    """Whether they may prepare (or publish) another version of the form of a call that runs."""
    return (
        call.state == CallState.PUBLISHED
        and may(user, "change", Call, call)
        and (draft_version(call) is not None) == under_way
    )


def _before_publishing(call: Call) -> dict:
    conditions = checklist.of(call)
    return {
        "checklist": conditions,
        "missing": [condition for condition in conditions if condition.state == checklist.MISSING],
        "warnings": sum(condition.state == checklist.WARNING for condition in conditions),
        "note": _("The form, strands, rules and criteria cannot be changed after this."),
    }


def _before_publishing_version(call: Call) -> dict:
    version = draft_version(call)
    return {
        "facts": [(_("Drafts"), call.applications.filter(state="draft").count())],
        "missing": [
            checklist.Condition(checklist.MISSING, problem, "form")
            for problem in forms.form_problems(version)
        ],
        "comparison": forms.compare(published_version(call), version),
        "version": version,
    }


PAGES = {
    "publish": Page(
        button=gettext_lazy("Publish"),
        icon="campaign",
        variant=ActionVariant.PRIMARY,
        title=gettext_lazy("Publish this call"),
        intro=gettext_lazy("It becomes public at once and takes applications from the opening instant on."),
        done=gettext_lazy("The call is published."),
        do=lambda call, form, by: calls.publish(call, by=by),
        more=_before_publishing,
        template="admin/calls/call/publish.html",
    ),
    "extend": Page(
        button=gettext_lazy("Extend the deadline"),
        icon="more_time",
        title=gettext_lazy("Extend the deadline"),
        intro=gettext_lazy(
            "The new deadline and the reason are public. Everyone who has a draft gets a mail."
        ),
        done=gettext_lazy("The deadline is extended."),
        form=ExtendForm,
        initial=lambda call: {"closes_at": call.closes_at},
        do=lambda call, form, by: calls.extend(
            call, by=by, closes_at=form.cleaned_data["closes_at"], reason=form.reasons()
        ),
        more=lambda call: {"facts": [(_("Closes now"), formatting.deadline(call.closes_at))]},
    ),
    "close": Page(
        button=gettext_lazy("Publish the results"),
        icon="task_alt",
        title=gettext_lazy("Publish the results"),
        intro=gettext_lazy(
            "Every application has its decision: the call counts as decided, and its awards are public."
        ),
        done=gettext_lazy("The results are published."),
        do=lambda call, form, by: calls.close(call, by=by),
    ),
    "copy": Page(
        button=gettext_lazy("Copy"),
        icon="content_copy",
        title=gettext_lazy("Copy this call"),
        intro=gettext_lazy(
            "Texts, strands, rules, criteria and form are copied into a new draft, without dates."
        ),
        done=gettext_lazy("The copy is a draft. Set its dates and its envelope."),
        form=CopyForm,
        initial=lambda call: {"slug": slugify(f"{call.slug}-2"), "code": ""},
        do=lambda call, form, by: calls.copy(call, by=by, **form.cleaned_data),
        allowed=lambda user, call: may(user, "add", Call),
    ),
    "new_version": Page(
        button=gettext_lazy("New form version"),
        icon="edit_document",
        title=gettext_lazy("New version of the form"),
        intro=gettext_lazy(
            "A copy of the form to change. Applicants keep the present one until you publish the copy; "
            "their drafts then move over with nothing lost."
        ),
        done=gettext_lazy("The new version is ready to be changed."),
        do=lambda call, form, by: forms.new_version(call, by=by),
        allowed=lambda user, call: changes_form(user, call, under_way=False),
    ),
    "publish_version": Page(
        button=gettext_lazy("Publish form version"),
        icon="published_with_changes",
        title=gettext_lazy("Publish the new version of the form"),
        intro=gettext_lazy("Drafts move to it with their answers, and their authors are told what changes."),
        done=gettext_lazy("The new version is published; drafts have moved to it."),
        form=PublishVersionForm,
        do=lambda call, form, by: forms.publish_version(
            draft_version(call), by=by, note=form.cleaned_data["note"]
        ),
        more=_before_publishing_version,
        allowed=lambda user, call: changes_form(user, call, under_way=True),
    ),
    "archive": Page(
        button=gettext_lazy("Archive"),
        icon="inventory_2",
        title=gettext_lazy("Archive this call"),
        intro=gettext_lazy("It stays readable, and leaves the lists of work."),
        done=gettext_lazy("The call is archived."),
        do=lambda call, form, by: calls.archive(call, by=by),
    ),
    "cancel": Page(
        button=gettext_lazy("Cancel the call"),
        icon="cancel",
        variant=ActionVariant.DANGER,
        title=gettext_lazy("Cancel this call"),
        intro=gettext_lazy(
            "Nobody can apply any more. The reason is public, and everyone who began or submitted is told."
        ),
        done=gettext_lazy("The call is cancelled."),
        form=CancelForm,
        do=lambda call, form, by: calls.cancel(call, by=by, reason=form.reasons()),
    ),
}
