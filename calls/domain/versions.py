"""The submitted versions of one application: each as it was, and what changed from one to the next.

Staff read what was submitted, never what an applicant is still writing. Reads only.
"""

import difflib
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

from django.utils.translation import gettext as _

from calls import questions
from calls.domain.dossiers import Dossier, file_facts
from calls.domain.reading import table
from calls.enums import QuestionKind
from calls.models import Application, Submission
from wecd.common import formatting

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
KEPT_TOGETHER = 3  # words in a row that must be the same to be shown as kept
MOST_WORDS = 3000  # past this a text is shown before and after, without the words between marked


@dataclass(frozen=True)
class Change:
    """What became of one answer: the kind, how it read before, and both texts word by word."""

    kind: str
    old_words: str = ""
    old_table: dict | None = None
    old_files: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)  # ("same" | "del" | "ins", text)


@dataclass(frozen=True)
class Reading:
    """One version to read: its dossier, and its changes since the version before by question key."""

    submission: Submission | None
    before: Submission | None
    dossier: Dossier
    changes: dict[str, Change]
    facts: list[tuple[str, str, str]]  # (what, before, after): title, sums, what is known of the enterprise


def reading(application: Application, submissions: list[Submission], number: int | None = None) -> Reading:
    """The version with this number, else the latest. ``submissions`` are all, in any order.

    An application whose submission holds no answers (loaded from elsewhere) is read as it stands.
    """
    ordered = sorted(submissions, key=lambda submission: submission.number)
    chosen = next((s for s in ordered if s.number == number), ordered[-1] if ordered else None)
    before = next((s for s in reversed(ordered) if chosen and s.number < chosen.number), None)
    new, old = content_of(chosen), content_of(before)
    dossier = as_submitted(application, new)
    if not new or not old:
        return Reading(chosen, before, dossier, {}, [])
    return Reading(chosen, before, dossier, changes(dossier, old, new), facts(old, new))


def content_of(submission: Submission | None) -> dict:
    """What was submitted; nothing when it has no answers."""
    content = json.loads(submission.content) if submission else {}
    return content if "answers" in content else {}


def as_submitted(application: Application, content: dict) -> Dossier:
    """The dossier with the answers and files of that version. A file removed since has only its name."""
    dossier = Dossier.of_form(application) if content else Dossier(application)
    if content:
        dossier.__dict__["values"] = {answer["key"]: answer["value"] for answer in content["answers"]}
        dossier.__dict__["files"] = {
            key: [_file(application, key, facts) for facts in listed]
            for key, listed in _files_in(content).items()
        }
    return dossier


def changes(dossier: Dossier, old: dict, new: dict) -> dict[str, Change]:
    """{key: Change} of each question and document whose answer differs between two contents."""
    asked = {question.key: question for question in dossier.questions}
    before, after = _values(old), _values(new)
    found = {}
    for key in before.keys() | after.keys():
        question = asked.get(key)
        if before.get(key) != after.get(key) and question and question.kind != QuestionKind.FILE:
            found[key] = _change(question, before.get(key), after.get(key))
    files_before, files_after = _files_in(old), _files_in(new)
    for key in files_before.keys() | files_after.keys():
        gone, come = _names(files_before, files_after, key), _names(files_after, files_before, key)
        if gone or come:
            kind = CHANGED if files_before.get(key) and files_after.get(key) else ADDED if come else REMOVED
            found[key] = Change(kind, old_files=gone)
    return found


def facts(old: dict, new: dict) -> list[tuple[str, str, str]]:
    """What differs beside the answers: the project's name, the sums, the strand, the enterprise's record."""
    pairs = [
        (_("Name of the project"), old.get("title"), new.get("title")),
        (_("Strand"), old["strand"]["title"], new["strand"]["title"]),
        (_("Eligible cost, excl. VAT"), _money(old["eligible_cost"]), _money(new["eligible_cost"])),
        (_("Requested"), _money(old["requested"]), _money(new["requested"])),
        (_("Name of the enterprise"), old["enterprise"]["name"], new["enterprise"]["name"]),
        (_("Sites"), _sites(old), _sites(new)),
    ]
    return [(label, before or "–", after or "–") for label, before, after in pairs if before != after]


def word_by_word(old: str, new: str) -> list[tuple[str, str]]:
    """Both texts in one, in pieces: kept, taken out, put in. Empty when they are too long to compare.

    A word or two that happen to be the same between two changes are part of the change: easier to read.
    """
    a, b = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    if len(a) + len(b) > MOST_WORDS:
        return []
    matcher = difflib.SequenceMatcher(None, [w.strip() for w in a], [w.strip() for w in b], autojunk=False)
    same = [block for block in matcher.get_matching_blocks() if block.size >= KEPT_TOGETHER]
    found, i, j = [], 0, 0
    for block in [*same, difflib.Match(len(a), len(b), 0)]:
        pieces = (
            ("del", a[i : block.a]),
            ("ins", b[j : block.b]),
            ("same", b[block.b : block.b + block.size]),
        )
        found += [(kind, "".join(words)) for kind, words in pieces if words]
        i, j = block.a + block.size, block.b + block.size
    return found


def _change(question, old, new) -> Change:
    words, now = questions.display(question, old), questions.display(question, new)
    kind = ADDED if old is None else REMOVED if new is None else CHANGED
    if question.kind == QuestionKind.BUDGET:
        return Change(kind, words, table(question, old))
    is_text = question.kind in (QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT)
    return Change(kind, words, parts=word_by_word(words, now) if is_text and kind == CHANGED else [])


def _values(content: dict) -> dict:
    return {answer["key"]: answer["value"] for answer in content["answers"]}


def _files_in(content: dict) -> dict[str, list[dict]]:
    """{key: facts of files} of the documents and of the file questions."""
    found = {document["key"]: document["files"] for document in content["documents"]}
    return found | {a["key"]: a["value"] or [] for a in content["answers"] if a["kind"] == QuestionKind.FILE}


def _names(these: dict, others: dict, key: str) -> list[str]:
    known = {facts["sha256"] for facts in others.get(key, [])}
    return [facts["name"] for facts in these.get(key, []) if facts["sha256"] not in known]


def _file(application: Application, key: str, facts: dict):
    for attachment in application.attachments.all():
        if attachment.key == key and file_facts(attachment) == facts:
            return attachment
    return SimpleNamespace(
        pk=None,
        name=facts["name"],
        size=facts["size"],
        content_type=facts["type"],
        sha256=facts["sha256"],
    )


def _money(text) -> str:
    return formatting.money(Decimal(text)) if text not in (None, "") else ""


def _sites(content: dict) -> str:
    sites = content["enterprise"]["sites"]
    return "; ".join(f"{s['street']}, {s['postal_code']} {s['municipality']}".strip(", ") for s in sites)
