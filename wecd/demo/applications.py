"""How an enterprise applies: it begins, writes, attaches, and one day submits."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from calls.domain import answers, applications, attachments, submissions
from calls.models import Application, Call
from wecd.common.workflow import can
from wecd.demo.content import load
from wecd.demo.enterprises import Life

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)


def begin(call: Call, life: Life, *, title: str, strand: int = 0) -> Application:
    strands = list(call.strands.all())
    application = applications.start(
        call, strand=strands[strand % len(strands)], enterprise=life.enterprise, by=life.person
    )
    answers.save(application, answers.TITLE, title, by=life.person)
    return application


def write(application: Application, life: Life, texts: dict, *, part: float = 1.0) -> None:
    """Answer the first ``part`` (0 to 1) of the questions, by the same autosave the page uses."""
    questions = list(application.form.questions.order_by("section__position", "position"))
    for question in questions[: round(len(questions) * part)]:
        if question.key in texts:
            answers.save(application, question.key, texts[question.key], by=life.person)
    if part == 1:
        for document in application.form.documents.filter(required=True):
            file = SimpleUploadedFile(f"{document.key}.pdf", PDF, content_type="application/pdf")
            attachments.add(application, document.key, file, by=life.person)


def submit(application: Application, life: Life) -> None:
    submissions.submit(application, by=life.person, received_at=timezone.now())


def withdraw(application: Application, life: Life) -> None:
    """Change one's mind, while that is still possible."""
    application.refresh_from_db()
    if can(application, "withdraw", life.person):
        applications.withdraw(application, by=life.person, reason="Le projet est reporté.")


def texts(life: Life, random, *, idea: str, kind: str, starts: datetime) -> dict:
    """Answers to every question of the demonstration's forms, for one project."""
    lives = load("lives")
    return {
        "prestataire-nom": random.choice(lives["providers"]),
        "prestataire-metier": random.choice(["design", "textile", "graphisme", "artisanat", "architecture"]),
        "prestataire-independant": True,
        "projet-idee": idea,
        "projet-valeur": random.choice(lives["values"]),
        "projet-preuve": "Une petite série, vendue dans deux magasins et montrée à deux foires.",
        "projet-clients": str(random.randint(5, 240)),
        "projet-nouveau": random.random() < 0.7,
        "projet-debut": (starts + timedelta(days=90)).date().isoformat(),
        "projet-retombees": random.sample(["ventes", "emplois", "protection", "economies"], 2),
        "budget": {"lines": lines(random, kind)},
        "budget-pourquoi": random.choice(lives["fair"]),
        "aides-montant": str(random.choice([0, 0, 0, 2500, 6000, 12000, 42000])),
        "aides-honneur": True,
    }


def lines(random, kind: str) -> list[dict]:
    """Budget lines whose total varies; a day's price stays under the ceiling of the form."""
    if kind == "short":
        price = str(random.choice([500, 550, 600]))
        return [{"label": "Une journée à l’atelier", "quantity": "1", "unit_price": price}]
    found = []
    for label, quantity, price in load("lives")["tasks" if kind == "voucher" else "costs"]:
        days = max(1, quantity + random.choice([-1, 0, 0, 1])) if kind == "voucher" else 1
        factor = Decimal(random.randint(85, 104) if kind == "voucher" else random.randint(60, 130)) / 100
        unit_price = str(round(price * factor / 20) * 20)
        found.append({"label": label, "quantity": str(days), "unit_price": unit_price})
    return found
