"""Files: the answer is the attachments that carry the question's key."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.questions.base import Kind

# What a file question may take: name in its settings, words, endings.
FILE_TYPES: dict[str, tuple[object, tuple[str, ...]]] = {
    "pdf": (gettext_lazy("PDF"), (".pdf",)),
    "image": (gettext_lazy("Image (PNG, JPEG, WebP)"), (".png", ".jpg", ".jpeg", ".webp")),
    "text": (gettext_lazy("Text (Word, OpenDocument)"), (".docx", ".odt")),
    "sheet": (gettext_lazy("Spreadsheet (Excel, OpenDocument)"), (".xlsx", ".ods")),
}


def types_of(question) -> list[str]:
    """The kinds of file a question takes; all of them unless its settings name some."""
    chosen = (question.settings or {}).get("types") or []
    return [kind for kind in FILE_TYPES if kind in chosen] or list(FILE_TYPES)


def endings(types) -> list[str]:
    return [ending for kind in types for ending in FILE_TYPES[kind][1]]


def words_of(types) -> str:
    """The kinds as a reader says them: "PDF or image"."""
    return ", ".join(str(FILE_TYPES[kind][0]) for kind in types)


class Files(Kind):
    """The value is a list of ``{"name", "size", "sha256"}``, made from attachments, never typed."""

    widget = "files"
    settings = {  # noqa: RUF012
        "max_files": "how many files (3 unless said)",
        "types": "which kinds of file (all of FILE_TYPES unless said)",
    }

    def clean(self, question, raw):
        return None

    def display(self, question, value) -> str:
        return ", ".join(str(item.get("name", "")) for item in value or [])

    def to_input(self, question, value):
        return ""

    def problems(self, question) -> list[str]:
        found = super().problems(question)
        most = (question.settings or {}).get("max_files", 3)
        if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= 50:
            found.append(_("“max_files” is a number from 1 to 50."))
        types = (question.settings or {}).get("types", [])
        if not isinstance(types, list) or any(kind not in FILE_TYPES for kind in types):
            found.append(_("“types” is a list of: %(types)s.") % {"types": ", ".join(FILE_TYPES)})
        return found
