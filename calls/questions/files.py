"""Files: the answer is the attachments that carry the question's key."""

from django.utils.translation import gettext as _

from calls.questions.base import Kind


class Files(Kind):
    """The value is a list of ``{"name", "size", "sha256"}``, made from attachments, never typed."""

    widget = "files"
    settings = {"max_files": "how many files (3 unless said)"}  # noqa: RUF012

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
        return found
