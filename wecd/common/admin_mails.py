"""The texts of mails in the back office: every mail there is, its words in four languages, its versions."""

import rules
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wecd.common import mail_texts, mails, outbox
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.models import MailTemplate
from wecd.common.outbox_forms import TemplateForm
from wecd.common.rules import handles_mail, writes_mail
from wecd.common.workflow import NotAllowed, Refused

LANGUAGES = dict(settings.LANGUAGES)


@admin.register(MailTemplate)
class MailTemplateAdmin(ReadOnlyAdmin):
    """A list of mails, not of rows: a mail without a row has the built-in words."""

    class Media:
        css = {"all": ["css/admin-applications.css", "css/admin-outbox.css"]}

    def get_urls(self):
        view, one = self.admin_site.admin_view, "mails/<slug:app>/<slug:name>/"
        mine = [
            path(one, view(self.mail_view), name="common_mailtemplate_mail"),
            path(f"{one}hold/", view(require_POST(self.hold_view)), name="common_mailtemplate_hold"),
            path(f"{one}<slug:language>/", view(self.edit_view), name="common_mailtemplate_edit"),
            path(
                f"{one}<slug:language>/versions/",
                view(self.versions_view),
                name="common_mailtemplate_versions",
            ),
        ]
        return mine + super().get_urls()

    # --- Every mail ---------------------------------------------------------------------------------------
    def changelist_view(self, request, extra_context=None):
        """Every mail the portal sends, when, in which languages staff changed it, whether it is held."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        changed, held = mails.changed(), mails.held()
        rows: list[dict] = [
            {
                "mail": mail,
                "url": _url("mail", mail) if mail.is_editable else "",
                "changed": [str(LANGUAGES.get(code, code)) for code in changed.get(mail.template, [])],
                "held": mail.template in held,
            }
            for mail in mails.every()
        ]
        context = self._context(request, _("Texts of the mails")) | {
            "written": [row for row in rows if row["mail"].is_editable],
            "fixed": [row for row in rows if not row["mail"].is_editable],
        }
        return TemplateResponse(request, "admin/outbox/mails.html", context)

    # --- One mail -----------------------------------------------------------------------------------------
    def mail_view(self, request, app, name):
        """Its words side by side in every language, filled in for a real row."""
        mail = self._mail(request, app, name)
        chosen, recent = self._row(request, mail)
        changed, row = mails.changed().get(mail.template, []), mails.about(chosen) if chosen else None
        previews = []
        for code, language in settings.LANGUAGES:
            text, people = mails.words(mail, code), _sees_people(request.user)
            subject, body = mails.preview(mail, code, text, chosen, row, personal=people)
            previews.append(
                {
                    "code": code,
                    "language": language,
                    "subject": subject,
                    "body": body,
                    "changed": code in changed,
                    "edit": _url("edit", mail, code),
                    "versions": _url("versions", mail, code),
                }
            )
        context = self._context(request, mail.title, mail) | {
            "previews": previews,
            "recent": recent,
            "chosen": chosen,
            "held": mails.is_held(mail.template),
            "may_hold": handles_mail.test(request.user),
            "hold_url": _url("hold", mail),
        }
        return TemplateResponse(request, "admin/outbox/mail.html", context)

    def hold_view(self, request, app, name):
        mail = self._mail(request, app, name)
        try:
            if request.POST.get("held") == "yes":
                outbox.hold_template(mail.template, by=request.user)
                messages.success(request, _("From now on, this mail waits until somebody releases it."))
            else:
                outbox.stop_holding(mail.template, by=request.user)
                messages.success(
                    request, _("From now on, this mail leaves at once. Those held already still wait.")
                )
        except Refused as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(_url("mail", mail))

    # --- One mail in one language ---------------------------------------------------------------------------
    def edit_view(self, request, app, name, language):
        """The words, the placeholders there are, and what comes of them; saving checks every placeholder."""
        mail = self._mail(request, app, name, language)
        row = mail_texts.current(mail.template, language)
        subject, body = (row.subject, row.body) if row else mails.built_in(mail, language)
        form = TemplateForm(
            request.POST or None,
            initial={"subject": subject, "body": body, "seen": row.updated_at.isoformat() if row else ""},
        )
        may_write, status = writes_mail.test(request.user), 200
        if request.method == "POST":
            if not may_write:
                raise PermissionDenied
            done = self._submitted(request, mail, language, form)
            if done:
                return done
            status = 200 if "preview" in request.POST and not form.errors else 422
        chosen, recent = self._row(request, mail)
        text = (_typed(form, "subject", subject), _typed(form, "body", body))
        known = set(mails.PLACEHOLDER.findall(f"{text[0]} {text[1]}")) <= mail.names
        people, preview = _sees_people(request.user), None
        if known:
            preview = mails.preview(mail, language, text, chosen, personal=people)
        context = self._context(request, mail.title, mail) | {
            "form": form,
            "language": language,
            "language_name": LANGUAGES[language],
            "is_changed": row is not None,
            "may_write": may_write,
            "preview": preview,
            "recent": recent,
            "chosen": chosen,
            "mail_url": _url("mail", mail),
            "versions_url": _url("versions", mail, language),
        }
        return TemplateResponse(request, "admin/outbox/edit.html", context, status=status)

    def _submitted(self, request, mail, language, form):
        """Do what the button says; None when the page is to be shown again."""
        by = request.user
        try:
            if "built_in" in request.POST:
                mail_texts.back_to_built_in(mail.template, language, by=by)
                messages.success(request, _("The built-in words are used again."))
                return HttpResponseRedirect(_url("edit", mail, language))
            if not form.is_valid():
                return None
            subject, body = form.cleaned_data["subject"], form.cleaned_data["body"]
            for part, sentences in mails.wrong_with(mail, subject, body).items():
                form.add_error(part, sentences)
            if form.errors or "preview" in request.POST:
                return None
            mail_texts.save(
                mail.template, language, by=by, subject=subject, body=body, seen=form.cleaned_data["seen"]
            )
        except Refused as error:
            form.add_error(None, str(error))
            return None
        messages.success(request, _("Saved: the next mail uses these words."))
        return HttpResponseRedirect(_url("mail", mail))

    def versions_view(self, request, app, name, language):
        """Each version with its differences and who saved it; POST uses one again."""
        mail = self._mail(request, app, name, language)
        versions = mail_texts.versions(mail, language)
        if request.method == "POST":
            wanted = {str(version.pk): version for version in versions}.get(request.POST.get("version", ""))
            if wanted is None:
                raise Http404
            try:
                mail_texts.restore(wanted, by=request.user)
                messages.success(request, _("Restored: the next mail uses these words."))
                return HttpResponseRedirect(_url("mail", mail))
            except (Refused, NotAllowed) as error:
                messages.error(request, str(error))
        context = self._context(request, mail.title, mail) | {
            "versions": versions,
            "language": language,
            "language_name": LANGUAGES[language],
            "is_changed": mail_texts.current(mail.template, language) is not None,
            "may_write": writes_mail.test(request.user),
            "mail_url": _url("mail", mail),
            "edit_url": _url("edit", mail, language),
        }
        return TemplateResponse(request, "admin/outbox/versions.html", context)

    # --- Inside ---------------------------------------------------------------------------------------------
    def _mail(self, request, app, name, language=None) -> mails.Mail:
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail = mails.get(f"{app}/{name}")
        if mail is None or not mail.is_editable or (language is not None and language not in LANGUAGES):
            raise Http404
        return mail

    def _row(self, request, mail):
        """The message whose row a preview is filled in with, and those one may choose from."""
        recent = mails.recent(mail)
        wanted = request.GET.get("row", "")
        return next((one for one in recent if str(one.pk) == wanted), recent[0] if recent else None), recent

    def _context(self, request, title, mail=None) -> dict:
        return self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "mail": mail,
            "sees_people": _sees_people(request.user),
        }

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A row's page is the page of its mail in its language."""
        row = MailTemplate.objects.filter(pk=object_id).first()
        mail = mails.get(row.template) if row else None
        if not self.has_view_permission(request) or request.method == "POST":
            raise PermissionDenied
        if row is None or mail is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(_url("edit", mail, row.language))

    def history_view(self, request, object_id, extra_context=None):
        return HttpResponseRedirect("../change/")


def _url(what: str, mail: mails.Mail, *more: str) -> str:
    return reverse(f"admin:common_mailtemplate_{what}", args=[*mail.template.split("/"), *more])


def _typed(form, name: str, before: str) -> str:
    return form.data.get(name, before) if form.is_bound else before


def _sees_people(user) -> bool:
    return rules.rule_exists("sees_personal_data") and rules.test_rule("sees_personal_data", user)
