"""The people and the things of the permission table."""

import re
from datetime import timedelta

import pgtrigger
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from calls.domain import attachments, batches
from calls.models import Application, InformationRequest, PublicAnswer
from hubs.models import HubManager
from partners.domain import agreements, keys
from partners.enums import Scope
from partners.models import PartnerMember
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.actions.factories import IndicatorFactory
from tests.calls.factories import (
    ApplicationFactory,
    CallFactory,
    DocumentRequestFactory,
    selected_application,
)
from tests.common.outbox_factories import OutboxMessageFactory
from tests.hubs.factories import HubFactory
from tests.partners.factories import PartnerFactory
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory
from tests.permissions.routes import Route
from tests.vouchers.factories import VoucherFactory
from wecd.common import clocks, saved_views
from wecd.demo.applications import PDF
from wecd.opendata import editions
from wecd.pages.sharing import of_call

STAFF = ("officer", "manager", "finance", "communication", "auditor")
EDITORS = ("partner-editor", "hub-manager")  # of this world's partner and hub
ROLES = ("anonymous", "stranger", "reader", "member", *STAFF, *EDITORS, "key", "other-key")


class World:
    """One call with an application in it; the roles stand around it."""

    def __init__(self):
        self.member = UserFactory(name="Claire Lejeune", email="claire@example.org")
        self.enterprise = EnterpriseFactory(owner=self.member)
        self.users = {
            "stranger": EnterpriseFactory(owner=UserFactory()).memberships.get().user,
            "reader": MembershipFactory(enterprise=self.enterprise, role="reader").user,
            "member": self.member,
        } | {role: UserFactory(roles=[role.replace("-", "_")]) for role in (*STAFF, *EDITORS)}
        self.asked = MembershipFactory(enterprise=self.enterprise, state="asked", role="reader")
        self.call = CallFactory()
        self.application = ApplicationFactory(
            call=self.call, applicant=self.member, enterprise=self.enterprise, submitted=True
        )
        other = CallFactory(action=self.call.action)
        with pgtrigger.ignore():
            self.document = DocumentRequestFactory(form=other.form)
        self.draft = ApplicationFactory(call=other, applicant=self.member, enterprise=self.enterprise)
        self.selected = selected_application(proposed_by=UserFactory(roles=["officer"]))
        self.voucher = VoucherFactory(award__enterprise=self.enterprise)
        Application.objects.filter(pk=self.application.pk).update(award=self.voucher.award)
        self.attachment = attachments.add(
            self.draft, self.document.key, SimpleUploadedFile("quote.pdf", PDF), by=self.member
        )
        self.mail = OutboxMessageFactory(recipient=self.member, state="held", job=False)
        self.question = PublicAnswer.objects.create(
            call=self.call, question_fr="Deux fois ?", answer_fr="Non."
        )
        action = self.call.action
        self.indicator = IndicatorFactory(programme=action.axis.programme, action=action)
        self.hub = HubFactory()
        HubManager.objects.create(hub=self.hub, user=self.users["hub-manager"])
        PartnerMember.objects.create(partner=self.call.action.lead, user=self.users["partner-editor"])
        manager = self.users["manager"]
        scopes = [scope for scope in Scope.values if scope != Scope.PERSONAL_READ]  # no agreement on file
        lead = self.call.action.lead
        self.api_key, ours = keys.create(partner=lead, name="ours", scopes=scopes, by=manager)
        self.agreement = agreements.create(
            partner=lead,
            reference="DPA-1",
            purpose="Follow-up",
            signed_on=timezone.localdate(),
            document=SimpleUploadedFile("agreement.pdf", PDF),
            by=manager,
        )
        self.keys = {
            "key": ours,
            "other-key": keys.create(partner=PartnerFactory(), name="theirs", scopes=scopes, by=manager)[1],
        }
        self.webhook = EndpointFactory(partner=self.call.action.lead, url="http://127.0.0.1:9/")
        self.delivery = DeliveryFactory(endpoint=self.webhook)
        self.completing = ApplicationFactory(
            call=CallFactory(action=self.call.action),
            applicant=self.member,
            enterprise=self.enterprise,
            submitted=True,
            state="information_requested",
        )
        InformationRequest.objects.create(
            application=self.completing,
            message="The pitch says nothing of the client.",
            keys=["pitch"],
            due_at=timezone.now() + timedelta(days=10),
            asked_by=self.users["officer"],
        )
        self.clock = clocks.start(self.application, "admissibility", working_days=5)
        self.batch = batches.prepare(
            Application.objects.filter(pk=self.application.pk), verb="admit", by=self.users["officer"]
        )
        self.view = saved_views.keep(
            "calls.application", by=self.users["officer"], name="Late", query="clock=late", is_shared=True
        )
        editions.publish()  # the night's open data
        self.savepoint = transaction.savepoint()

    def enter(self, client, role: str) -> dict:
        """Sign the client in as ``role``; returns the headers to send."""
        if role in self.users:
            client.force_login(self.users[role], backend="django.contrib.auth.backends.ModelBackend")
        return {"Authorization": f"Bearer {self.keys[role]}"} if role in self.keys else {}

    def rewind(self) -> None:
        """Undo what the last request changed."""
        transaction.savepoint_rollback(self.savepoint)
        self.savepoint = transaction.savepoint()

    def fill(self, route: Route) -> str:
        """The route's address with this world's things in it."""
        return re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match: str(self._value(route, match[1])), route.pattern
        ).replace("//", "/")

    def _value(self, route: Route, name: str):
        pattern, app = route.pattern, route.name
        if name in ("batch", "view"):
            return getattr(self, name).pk
        if name == "kind" and "/export/" in pattern:
            return "csv"
        if name == "token":
            return self.voucher.token if "voucher" in app else "unknown-token"
        if name == "name" and "/open-data/" in pattern:
            return "awards"
        if name == "slug":
            action = self.call.action
            slugs = {
                "hub": self.hub.slug,
                "/axes/": action.axis.slug,
                "/actions/": action.slug,
                "/partners/": action.lead.code.lower(),
            }
            return next((slug for part, slug in slugs.items() if part in pattern), self.call.slug)
        if name == "code":
            return self.call.action.lead.code
        if name == "delivery":
            return self.delivery.pk
        if name == "digest":
            return of_call(self.call).digest
        fixed = {
            "what": "call",
            "language": "fr",
            "app": "calls",
            "name": "receipt",
            "section": "project",
            "kind": "section",
            "act": "down",
            "app_label": "calls",
            "field": "iban",
            "form": "csv",
        }
        if name in fixed:
            return fixed[name]
        if name == "verb":
            if "outboxmessage" in pattern:
                return "release"
            return "issue" if "voucher" in pattern else "approve" if "award" in pattern else "admit"
        if name == "part":
            return self.call.form.sections.first().pk
        if name == "file":
            return self.attachment.pk
        if name in ("pk", "object_id", "id", "form_id", "call_id", "application_id"):
            return self.row(route)
        return "unknown"

    def row(self, route: Route):
        """The key of this world's row that the address is about."""
        pattern = route.pattern
        if route.name == "information":
            return self.completing.pk
        if "/applications/" in pattern and pattern.startswith("/fr/"):
            submitted = (
                "application_mails",
                "messages",
                "receipt",
                "receipt_pdf",
                "application",
                "application_pdf",
                "application_json",
            )
            return (self.application if route.name in submitted else self.draft).pk
        for part, row in {
            "/keys/": self.api_key,
            "partners/apikey": self.api_key,
            "/agreements/": self.agreement,
            "partners/processingagreement": self.agreement,
            "/webhooks/": self.webhook,
            "partners/webhookendpoint": self.webhook,
            "common/outboxmessage": self.mail,
            "common/clock": self.clock,
            "accounts/enterprise": self.enterprise,
            "/enterprises/": self.enterprise,
            "accounts/membership": self.asked,
            "/memberships/": self.asked,
            "accounts/undertaking": self.enterprise.undertaking,
            "accounts/user": self.member,
            "calls/application": self.application,
            "calls/publicanswer": self.question,
            "calls/form": self.call.form,
            "calls/call": self.call,
            "/calls": self.call,
            "grants/envelope": self.call.envelope,
            "grants/award": self.selected.award,
            "/awards": self.voucher.award,
            "/results/": self.voucher.award,
            "/applications": self.application,
            "voucher": self.voucher,
            "partners/partner": self.call.action.lead,
            "/partners": self.call.action.lead,
            "actions/indicator": self.indicator,
            "/indicators": self.indicator,
            "actions/action": self.call.action,
            "/actions": self.call.action,
            "actions/axis": self.call.action.axis,
            "/axes": self.call.action.axis,
            "actions/programme": self.call.action.axis.programme,
            "/programmes": self.call.action.axis.programme,
            "hubs/hub": self.hub,
            "/hubs": self.hub,
        }.items():
            if part in pattern:
                return row.pk
        return self.application.pk
