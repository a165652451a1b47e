"""An application in words, page by page, for those who read it: its authors, the office, a printer."""

from calls import questions
from calls.enums import QuestionKind
from calls.questions import budget, numbers
from wecd.common import formatting


def read_through(dossier, steps=None) -> list[dict]:
    """Every page (or those given) with its questions and answers in words, for reading."""
    pages = []
    for step in dossier.steps if steps is None else steps:
        rows = [
            {
                "key": question.key,
                "label": question.label,
                "words": questions.display(question, dossier.value(question)),
                "table": table(question, dossier.value(question))
                if question.kind == QuestionKind.BUDGET
                else None,
                "files": dossier.files.get(question.key, []) if question.kind == QuestionKind.FILE else None,
                "bad": [error.sentence for error in dossier.errors(question)],
            }
            for question in step.questions
            if question in dossier.shown
        ]
        rows += [
            {"key": d.key, "label": d.label, "words": "", "files": dossier.files.get(d.key, []), "bad": []}
            for d in step.documents
        ]
        pages.append({"step": step, "rows": rows})
    return pages


def table(question, value) -> dict | None:
    """A budget table for reading: its lines with their amounts, and the total."""
    raw = questions.raw_of(value)
    totals = budget.totals(raw)
    if not totals["lines"]:
        return None
    quantity, price, _sign = budget.unit_words(question)
    lines = [
        {
            "label": line["label"],
            "quantity": _shown(line["quantity"], formatting.number),
            "unit_price": _shown(line["unit_price"], formatting.money),
            "amount": amount,
        }
        for line, amount in zip(budget.lines_of(raw), totals["lines"], strict=True)
    ]
    return {"lines": lines, "quantity": quantity, "price": price, "cost": totals["cost"]}


def _shown(text: str, write) -> str:
    """A number as readers write it; what is no number stays as it was typed."""
    value = numbers.parse(text)
    return text if value is None else write(value)
