"""A call as a JSON file: taken out, checked whole, brought in as a new draft (docs/call-file.md)."""

import json
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from actions.models import Action
from calls.domain.call_format import (
    CALL,
    DOCUMENT,
    FORMAT,
    QUESTION,
    SECTION,
    VERSION,
    Problem,
    Shape,
    known_names,
    read,
    unknown,
    written,
)
from calls.domain.form_checks import question_problems, values_of
from calls.domain.parts import require
from calls.eligibility import RULES
from calls.enums import PublicAnswerState
from calls.models import Call, Form, Question
from calls.questions import RESERVED_SECTION_KEYS
from wecd.common import journal
from wecd.common.workflow import Refused

MOST_BYTES = 2_000_000
OF_FORM = ("sections", "documents")
OF_CALL = tuple(name for name in CALL.lists if name not in OF_FORM)
SETTLED = (PublicAnswerState.ANSWERED, PublicAnswerState.PUBLISHED)


# --- Out ------------------------------------------------------------------------------------------
def export(call: Call) -> dict:
    """Texts, strands, rules, criteria, answers, settings and the form new applications use.

    Left out: the contact and everybody else, state, envelope, extensions, applications.
    """
    row = Call.objects.select_related("action").get(pk=call.pk)
    content = {"action": row.action.slug} | written(CALL, row)
    sources = {
        "strands": row.strands.all(),
        "rules": row.rules.all(),
        "criteria": row.criteria.all(),
        "questions_and_answers": [
            answer
            for answer in row.public_answers.filter(state__in=SETTLED)
            if answer.question_fr and answer.answer_fr
        ],
    }
    for name in OF_CALL:
        content[name] = [written(CALL.lists[name], part) for part in sources[name]]
    form = row.form
    content["form"] = {
        "sections": [
            written(SECTION, section)
            | {"questions": [written(QUESTION, question) for question in section.questions.all()]}
            for section in (form.sections.prefetch_related("questions") if form else ())
        ],
        "documents": [written(DOCUMENT, document) for document in (form.documents.all() if form else ())],
    }
    return {"format": FORMAT, "version": VERSION, "call": content}


def as_text(content: dict) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


# --- Check ----------------------------------------------------------------------------------------
def parse(text: bytes) -> dict:
    """The content of a file as it came; ``Refused`` when it is too large or no JSON."""
    if len(text) > MOST_BYTES:
        raise Refused(_("The file is larger than 2 MB: it is no call."))
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(_("This is not a JSON file: %(why)s.") % {"why": error}) from error


def check(content) -> list[Problem]:
    """Every problem, in the order of the file; empty when it can be brought in."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return [Problem("format", _("is not “wecd-call”: choose a file this portal exported."))]
    if content.get("version") != VERSION:
        return [Problem("version", _("is not 1: the file was made by another version of the portal."))]
    if not isinstance(content.get("call"), dict):
        return [Problem("call", _("is missing: add it."))]
    found = list(unknown(content, {"format", "version", "call"}, "file"))
    return found + list(_check_call(content["call"]))


def _check_call(call: dict) -> Iterator[Problem]:
    yield from unknown(call, known_names(CALL) - set(OF_FORM) | {"action", "form"}, "call")
    slug = call.get("action")
    if not isinstance(slug, str) or not Action.objects.filter(slug=slug).exists():
        known = ", ".join(Action.objects.order_by("slug").values_list("slug", flat=True))
        yield Problem("call.action", _("is no action of this portal. Known: %(known)s.") % {"known": known})
    values, problems = read(CALL, call, "call")
    yield from problems
    opens, closes = values.get("opens_at"), values.get("closes_at")
    if opens and closes and opens >= closes:
        yield Problem("call.closes_at", _("is not after “opens_at”: the call must open before it closes."))
    for name in OF_CALL:
        for where, row in _rows(CALL.lists[name], call.get(name, []), f"call.{name}"):
            if isinstance(row, Problem):
                yield row
            elif name == "strands":
                yield from _check_strand(row, where)
            elif name == "rules":
                yield from _check_rule(row, where)
    yield from _check_form(call.get("form", {}))


def _rows(shape: Shape, items, where: str) -> Iterator[tuple[str, dict | Problem]]:
    """(place, columns) of each object of a list that is whole, and each problem of the others."""
    if not isinstance(items, list):
        yield where, Problem(where, _("must be a list: [ … ]."))
        return
    seen = set()
    for index, item in enumerate(items):
        place = f"{where}[{index}]"
        if not isinstance(item, dict):
            yield place, Problem(place, _("must be an object: { … }."))
            continue
        values, problems = read(shape, item, place)
        problems = [*unknown(item, known_names(shape), place), *problems]
        if shape.key and values.get(shape.key) in seen:
            problems.append(Problem(f"{place}.{shape.key}", _("is there twice: give it another one.")))
        seen.add(values.get(shape.key))
        for problem in problems:
            yield place, problem
        if not problems:
            yield place, values


def _check_strand(values: dict, where: str) -> Iterator[Problem]:
    if not 0 <= values.get("floor", 0) <= values["ceiling"]:
        yield Problem(f"{where}.floor", _("must be between 0 and the ceiling."))


def _check_rule(values: dict, where: str) -> Iterator[Problem]:
    rule = RULES.get(values["code"])
    if rule is None:
        words = {"known": ", ".join(sorted(RULES))}
        yield Problem(f"{where}.code", _("is no rule of this portal. Known: %(known)s.") % words)
        return
    for sentence in rule.validate_params(values.get("params", {})):
        yield Problem(f"{where}.params", sentence)


def _check_form(form) -> Iterator[Problem]:
    where = "call.form"
    if not isinstance(form, dict):
        yield Problem(where, _("must be an object: { … }."))
        return
    yield from unknown(form, set(OF_FORM), where)
    items = form.get("sections", [])
    earlier: dict[str, Question] = {}
    for place, values in _rows(SECTION, items, f"{where}.sections"):
        if isinstance(values, Problem):
            yield values
        elif values["key"] in RESERVED_SECTION_KEYS:
            yield Problem(f"{place}.key", _("is a word the portal uses itself: choose another."))
    for index, item in enumerate(items if isinstance(items, list) else []):
        inside = item.get("questions", []) if isinstance(item, dict) else []
        for place, values in _rows(QUESTION, inside, f"{where}.sections[{index}].questions"):
            if isinstance(values, Problem):
                yield values
            else:
                yield from _check_question(Question(**values), earlier, place)
    for _place, values in _rows(DOCUMENT, form.get("documents", []), f"{where}.documents"):
        if isinstance(values, Problem):
            yield values
        elif values["key"] in earlier:
            yield Problem(f"{_place}.key", _("is there twice: give it another one."))


def _check_question(question: Question, earlier: dict[str, Question], where: str) -> Iterator[Problem]:
    if question.key in earlier:
        yield Problem(f"{where}.key", _("is there twice: give it another one."))
    for sentence in question_problems(question):
        yield Problem(where, sentence)
    if question.shown_if and isinstance(question.shown_if.get("in"), list):
        other = earlier.get(str(question.shown_if.get("question")))
        if other is None:
            yield Problem(f"{where}.shown_if", _("names no question that comes before this one."))
        elif any(value not in [v for v, _words in values_of(other)] for value in question.shown_if["in"]):
            yield Problem(f"{where}.shown_if", _("names an answer the other question does not offer."))
    earlier[question.key] = question


# --- In -------------------------------------------------------------------------------------------
def load(content: dict, *, by, slug: str = "", code: str = "") -> Call:
    """A new draft call out of a file, all or nothing; ``slug`` and ``code`` replace those of the file.

    Refused with every problem. Envelope, contact and state are chosen in the back office.
    """
    require(Call(), "add", by)
    problems = check(content)
    if problems:
        raise Refused("\n".join(map(str, problems)))
    item = content["call"]
    values, _problems = read(CALL, item, "call")
    values |= {name: given for name, given in (("slug", slug), ("code", code)) if given}
    try:
        with transaction.atomic():
            call = Call.objects.create(action=Action.objects.get(slug=item["action"]), **values)
            for name in OF_CALL:
                _create(CALL.lists[name], item.get(name, []), call=call)
            form = Form.objects.create(call=call, number=1)
            for section, given in zip(
                _create(SECTION, item.get("form", {}).get("sections", []), form=form),
                item.get("form", {}).get("sections", []),
                strict=True,
            ):
                _create(QUESTION, given.get("questions", []), section=section)
            _create(DOCUMENT, item.get("form", {}).get("documents", []), form=form)
            journal.record(call, "calls.call.import", by=by)
    except IntegrityError as error:
        raise Refused(_("Another call already has this address or this reference prefix.")) from error
    return call


def _create(shape: Shape, items: list[dict], **parent) -> list:
    """The rows of a list, in its order."""
    rows = []
    for position, item in enumerate(items, start=1):
        values, _problems = read(shape, item, "")
        rows.append(shape.model.objects.create(**parent, **values, position=position))
    return rows
