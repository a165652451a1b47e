"""The demonstration's calls, written as an officer would and published by the same function."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from actions.models import Action
from calls.domain import calls
from calls.enums import PublicAnswerState
from calls.models import (
    Call,
    CallRule,
    Criterion,
    DocumentRequest,
    Form,
    PublicAnswer,
    Question,
    Section,
    Strand,
)
from grants.models import Envelope
from wecd.demo.clock import at, local
from wecd.demo.content import load, translated

OWN_SHARE_ACCOUNT = "BE68539007547034"


def moments(plan: dict, now: datetime) -> tuple[datetime, datetime]:
    """When the call opens and closes."""
    opens = local(now, days=plan["opens"], hour=9)
    closes = plan["closes"]
    if "hours" in closes:
        end = local(now + timedelta(hours=closes["hours"])).replace(minute=0, second=0, microsecond=0)
        return opens, end if end.hour >= 8 else local(end, hour=12)  # nobody closes a call in the night
    return opens, local(now, days=closes["days"], hour=closes["hour"])


def write(plan: dict, *, now: datetime, by: User) -> Call:
    """Write one call as a draft, three weeks before it opens, and publish it a week before."""
    opens, closes = moments(plan, now)
    year = {"year": opens.year, "next_year": now.year + 1}
    written = min(local(opens, days=-21, hour=10), local(now, days=-1, hour=10))
    with at(written):
        action = Action.objects.get(slug=plan["action"])
        envelope = Envelope.objects.create(
            action=action,
            name=plan["title"]["fr"].format(**year),
            amount=Decimal(plan["envelope"]),
            funding_source="Wallonie",
        )
        fields: dict = {}
        for field in ("title", "summary", "description", "who", "funded", "not_funded"):
            fields |= translated(field, plan[field], **year)
        call = Call.objects.create(
            action=action,
            kind=plan["kind"],
            slug=plan["slug"],
            code=plan["code"].format(**year),
            envelope=envelope,
            allocation=plan["allocation"],
            own_share_first=plan["own_share_first"],
            own_share_account=OWN_SHARE_ACCOUNT if plan["own_share_first"] else "",
            project_months=plan["months"],
            opens_at=opens,
            closes_at=closes,
            decision_on=local(now, days=plan["decision"]).date(),
            contact_name="Wallonie Design, équipe des appels",
            contact_email="appels@wecd.example",
            **fields,
        )
        _parts(call, plan)
    with at(min(local(opens, days=-7, hour=11), local(now, days=-1, hour=11))):
        calls.publish(call, by=by)
    return call


def _parts(call: Call, plan: dict) -> None:
    for position, strand in enumerate(plan["strands"], start=1):
        Strand.objects.create(
            call=call,
            code=strand["code"],
            floor=strand["floor"],
            ceiling=strand["ceiling"],
            funding_rate=strand["rate"],
            position=position,
            **translated("title", strand["title"]),
        )
    for position, rule in enumerate(load("calls")["rules"][plan["form"]], start=1):
        CallRule.objects.create(
            call=call,
            code=rule["code"],
            params=rule["params"],
            position=position,
            **translated("question", rule.get("question")),
            **translated("help", rule.get("help")),
        )
    if plan["allocation"] == "by_score":
        for position, criterion in enumerate(load("calls")["criteria"], start=1):
            Criterion.objects.create(
                call=call,
                weight=criterion["weight"],
                position=position,
                **translated("label", criterion["label"]),
                **translated("help", criterion["help"]),
            )
    for position, pair in enumerate(load("calls")["answers"], start=1):
        PublicAnswer.objects.create(
            call=call,
            position=position,
            state=PublicAnswerState.PUBLISHED,
            published_at=call.opens_at,
            settled_at=call.opens_at,
            **translated("question", pair["question"]),
            **translated("answer", pair["answer"]),
        )
    _form(call, load("forms")[plan["form"]])


def _form(call: Call, plan: dict) -> Form:
    form = Form.objects.create(call=call, number=1)
    for place, part in enumerate(plan["sections"], start=1):
        section = Section.objects.create(
            form=form,
            key=part["key"],
            position=place,
            **translated("title", part["title"]),
            **translated("help", part.get("help")),
        )
        for position, question in enumerate(part["questions"], start=1):
            Question.objects.create(
                section=section,
                position=position,
                key=question["key"],
                kind=question["kind"],
                required=question.get("required", True),
                max_words=question.get("max_words"),
                minimum=question.get("minimum"),
                settings=question.get("settings", {}),
                shown_if=question.get("shown_if", {}),
                is_blind=question.get("blind", False),
                is_public=question.get("public", False),
                **translated("label", question["label"]),
                **translated("help", question.get("help")),
                **translated("options", question.get("options")),
            )
    for position, document in enumerate(plan["documents"], start=1):
        DocumentRequest.objects.create(
            form=form,
            key=document["key"],
            position=position,
            required=document["required"],
            **translated("label", document["label"]),
            **translated("help", document.get("help")),
        )
    return form
