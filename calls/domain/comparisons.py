"""Two versions of a form side by side: what is new, gone, moved or asked otherwise. Reads only."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.domain.form_checks import in_order
from calls.models import DocumentRequest, Form, Question, Section

TRANSLATED = {
    Section: ("title", "help"),
    Question: ("label", "help", "options"),
    DocumentRequest: ("label", "help"),
}
PLAIN = {
    Section: (),
    Question: (
        "kind",
        "required",
        "max_words",
        "minimum",
        "maximum",
        "settings",
        "shown_if",
        "is_blind",
        "is_public",
    ),
    DocumentRequest: ("required", "max_files"),
}
KINDS = {
    Section: gettext_lazy("Section"),
    Question: gettext_lazy("Question"),
    DocumentRequest: gettext_lazy("Document asked for"),
}


@dataclass(frozen=True)
class Field:
    """One field of a part, before and now, in words."""

    label: str
    before: str
    now: str


@dataclass
class Part:
    """A section, question or document in one or both versions."""

    row: object
    kind: str
    place: str  # the section it is in now, or was in
    fields: list[Field] = field(default_factory=list)
    moved: str = ""  # from where to where, in words


@dataclass
class Comparison:
    added: list[Part] = field(default_factory=list)
    removed: list[Part] = field(default_factory=list)
    changed: list[Part] = field(default_factory=list)
    moved: list[Part] = field(default_factory=list)
    drafts: int = 0  # drafts that answer the older version, and would move over

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)


def compare(old: Form, new: Form) -> Comparison:
    """Sections, questions and documents of ``new`` beside those of ``old``, matched by key.

    A question counts as moved when its section is another, or when it changed places with its neighbours
    (the fewest questions that explain the new order). A part may be both changed and moved.
    """
    before, now = _parts(old), _parts(new)
    found = Comparison(drafts=old.applications.filter(state="draft").count())
    found.added = [_part(row, place) for key, (row, place) in now.items() if key not in before]
    found.removed = [_part(row, place) for key, (row, place) in before.items() if key not in now]
    stayed = _in_place([key for key in before if key in now], [key for key in now if key in before])
    for key, (row, place) in now.items():
        if key not in before:
            continue
        was, place_before = before[key]
        part = _part(row, place)
        part.fields = _differences(was, row)
        if part.fields:
            found.changed.append(part)
        if _section(was) != _section(row):
            part.moved = _("from “%(old)s” to “%(new)s”") % {"old": place_before, "new": place}
        elif key not in stayed:
            part.moved = _("within “%(section)s”") % {"section": place} if place else _("in another order")
        if part.moved:
            found.moved.append(part)
    return found


def _parts(form: Form) -> dict[tuple[str, str], tuple[object, str]]:
    """{(kind, key): (row, name of its section)}, as the applicant meets them."""
    found: dict[tuple[str, str], tuple[object, str]] = {}
    questions: dict[object, list[Question]] = {}
    for question in in_order(form):
        questions.setdefault(question.section_id, []).append(question)
    for section in form.sections.all():
        found["section", section.key] = (section, "")
        for question in questions.get(section.pk, ()):
            question.section = section
            found["question", question.key] = (question, str(section))
    for document in form.documents.all():
        found["document", document.key] = (document, "")
    return found


def _part(row, place: str) -> Part:
    kind = row.get_kind_display() if isinstance(row, Question) else str(KINDS[type(row)])
    return Part(row, kind, place)


def _section(row) -> str:
    return row.section.key if isinstance(row, Question) else ""


def _in_place(old: list, new: list) -> set:
    """The keys of a longest common subsequence: those that kept their order."""
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            same = old[i] == new[j]
            best[i][j] = best[i + 1][j + 1] + 1 if same else max(best[i + 1][j], best[i][j + 1])
    kept, i, j = set(), 0, 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            kept.add(old[i])
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return kept


def _differences(was, now) -> list[Field]:
    found = []
    for name in TRANSLATED[type(now)]:
        for code, language in settings.LANGUAGES:
            label = f"{_label(now, name)} ({translation.gettext(language)})"
            found.append(Field(label, _words(was, f"{name}_{code}"), _words(now, f"{name}_{code}")))
    found += [Field(_label(now, name), _words(was, name), _words(now, name)) for name in PLAIN[type(now)]]
    return [line for line in found if line.before != line.now]


def _label(row, name: str) -> str:
    label = str(row._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _words(row, name: str) -> str:
    """A value as staff read it."""
    value = getattr(row, name)
    if value is None or value == {}:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "kind":
        return row.get_kind_display()
    if name == "shown_if":
        answers = ", ".join(str(answer) for answer in value.get("in", []))
        return _("if “%(question)s” is: %(answers)s") % {
            "question": value.get("question"),
            "answers": answers,
        }
    if isinstance(value, dict):
        return ", ".join(f"{setting}: {_setting(given)}" for setting, given in sorted(value.items()))
    return str(value)


def _setting(value) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
