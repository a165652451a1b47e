"""What staff say among themselves and with applicants in the last days of the demonstration."""

from accounts.domain import enterprises
from accounts.models import User
from calls.domain import conversations
from calls.enums import ApplicationState
from calls.models import Application, Call
from wecd.demo.clock import local
from wecd.demo.decisions import Office
from wecd.demo.enterprises import enterprise_number
from wecd.demo.story import Story

WAITING = (ApplicationState.SUBMITTED, ApplicationState.ADMISSIBLE)


def tell(story: Story, calls: dict[str, Call], office: Office, claire: User) -> None:
    """One thread waits for staff, one for Claire; a third is closed. Two notes, one with a mention."""
    boost, voucher = calls["boost-up"], calls["cheque-creativite"]
    found: dict[str, Application] = {}

    def choose() -> None:
        hers = Application.objects.filter(call=boost, enterprise__memberships__user=claire)
        others = Application.objects.filter(call=voucher, state__in=WAITING).by_arrival()
        found.update({"claire": hers.submitted().first()} if hers.submitted().exists() else {})
        found.update(zip(("asks", "thanks"), others, strict=False))

    def says(who: str, by, text: str, act=conversations.say):
        def event() -> None:
            if who in found:
                row = Application.objects.get(pk=found[who].pk)
                conversations.read(row, by=by or row.applicant)
                act(row, by=by or row.applicant, text=text)

        return event

    officer, manager = office.officer, office.manager
    day = lambda days, hour, minute=0: local(story.now, days=days, hour=hour, minute=minute)  # noqa: E731
    story.then(day(-4, 8, 30), choose)
    story.then(day(-4, 9, 10), says("thanks", officer, PLEASE_DETAIL))
    story.then(day(-4, 11, 25), says("thanks", None, DETAILED))
    story.then(day(-4, 13, 40), says("thanks", officer, THANKS))
    story.then(day(-3, 10, 15), says("claire", officer, TO_DO, conversations.note))
    story.then(day(-2, 14, 5), says("claire", officer, PARTNERS_LETTER))
    story.then(day(-2, 9, 50), says("asks", officer, f"@{manager} {LOOKS_ALIKE}", conversations.note))
    story.then(day(-2, 10, 30), says("asks", manager, LOOKED, conversations.note))
    story.then(day(-1, 16, 20), says("asks", None, OTHER_PROVIDER))
    story.then(day(-3, 8, 45), lambda: _double(found.get("asks")))


def _double(application: Application | None) -> None:
    """A second enterprise at the same address, with the same account: the page must point it out."""
    if application is None:
        return
    first = application.enterprise
    office = first.registered_office
    enterprises.create(
        by=application.applicant,
        name=f"{first.name} Éditions",
        number=enterprise_number(4_099_999),
        legal_form=first.legal_form,
        has_vat=True,
        iban=first.iban,
        sites=[
            {
                "is_registered_office": True,
                "street": office.street,
                "postal_code": office.postal_code,
                "municipality": office.municipality,
            }
        ],
        activities=[
            {"code": a.code, "revision": a.revision, "is_main": True} for a in first.activities.all()
        ],
    )


PLEASE_DETAIL = (
    "Bonjour,\n\nVotre budget prévoit des journées de prototype sans dire ce qui sera fabriqué. Pouvez-vous"
    " nous le préciser en quelques lignes ? Rien d’autre ne manque.\n\nBien à vous"
)
DETAILED = (
    "Bonjour,\n\nDeux prototypes : un premier en carton, pour vérifier les proportions, puis un second dans"
    " la matière définitive, que nous ferons essayer à trois clients.\n\nCordialement"
)
THANKS = "Merci, c’est clair. Votre demande suit son cours."
TO_DO = "Dossier solide. Vérifier que la lettre du partenaire commercial arrive avant le jury."
PARTNERS_LETTER = (
    "Bonjour Claire,\n\nVotre dossier cite un partenaire commercial à Liège. Avez-vous une lettre ou un"
    " courriel qui confirme son engagement ? Un simple scan suffit ; dites-nous ici quand nous pouvons"
    " l’attendre.\n\nBien à vous"
)
LOOKS_ALIKE = (
    "une seconde entreprise partage l’adresse et le compte de celle-ci. Deux activités distinctes ou un seul"
    " projet demandé deux fois ? J’attends votre avis avant de proposer."
)
LOOKED = (
    "Je connais le dossier : la maison d’édition vient d’être créée, sans aide à ce jour. On peut continuer."
)
OTHER_PROVIDER = (
    "Bonjour,\n\nNotre graphiste part en congé de maternité en mars. Pouvons-nous confier la fin de la"
    " mission à son associée, au même prix et dans le même studio ?\n\nMerci d’avance"
)
