"""``/{lang}/styleguide/``: every component with all its states, for those who build and review pages.

The content is French and invented whatever the language: spacing and length are part of the design.
"""

import datetime as dt

from django import forms
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from wecd.common import pictures
from wecd.common.formatting import NARROW, NO_BREAK

AXES = (
    ("skills", "Compétences créatives"),
    ("business", "Accompagnement"),
    ("finance", "Financement"),
    ("networks", "Réseaux et clusters"),
)
STATUSES = (
    ("draft", "Brouillon"),
    ("coming", "À venir"),
    ("open", "Ouvert"),
    ("closing", "Clôture proche"),
    ("waiting", "En attente"),
    ("underway", "Chez le jury"),
    ("needs-you", "Précision demandée"),
    ("done", "Attribué"),
    ("blocked", "Bloquée"),
    ("refused", "Écartée"),
    ("closed", "Clos"),
)
SECTIONS = [
    {"title": "1. Votre entreprise", "reason": "Repris de la Banque-Carrefour", "state": "complete"},
    {"title": "2. Votre prestataire", "reason": "Studio Ombelle, Liège", "state": "complete"},
    {"title": "3. Le projet", "reason": "2 réponses sur 5", "state": "progress"},
    {"title": "4. Le budget", "reason": "1 erreur à corriger", "state": "error", "current": True},
    {"title": "5. Aides reçues", "reason": "0 réponse sur 2", "state": "todo"},
    {"title": "6. Relire et déposer", "reason": "Quand tout sera vert", "state": "locked"},
]
CRITERIA = [
    {"title": "Valeur ajoutée pour le produit", "help": "Qu’est-ce qui change vraiment ?", "weight": 40},
    {"title": "Mélange des métiers", "help": "Chacun apporte ce que l’autre n’a pas.", "weight": 25},
    {"title": "Retombées documentées", "help": "Ventes, emplois, économies.", "weight": 20},
    {"title": "Faisabilité et calendrier", "help": "Un budget clair, des étapes, une fin.", "weight": 15},
]
FACTS = [
    {"figure": f"6{NARROW}000{NO_BREAK}€", "words": "au maximum par chèque"},
    {"figure": f"75{NO_BREAK}%", "words": "des frais, hors TVA"},
    {"figure": "12 mois", "words": "pour mener le projet"},
    {"figure": "À deux", "words": "une entreprise et un prestataire"},
]
STEPS = [
    {"at": "3 décembre", "title": "Clôture", "text": f"12{NO_BREAK}h{NO_BREAK}00 précises"},
    {"at": "10 décembre", "title": "Recevabilité", "text": "Cinq jours ouvrables."},
    {"at": "18 janvier", "title": "Jury", "text": "Trois notes par demande."},
    {"at": "29 janvier", "title": "Décision", "text": "Motivée, et ouverte au recours."},
]

# Euros over two months, on two axes; the numbers a template draws are pixels up and percent across.
CHART = {
    "unit": "milliers d’euros",
    "base": 222,
    "axes": [
        {"mark": "business", "name": "Accompagnement", "style": "hatch"},
        {"mark": "finance", "name": "Financement", "style": "solid"},
    ],
    "lines": [{"y": 222, "label": "0"}, {"y": 117, "label": "50"}, {"y": 12, "label": "100"}],
    "columns": [
        {
            "label": "nov.",
            "year": "2026",
            "middle": 25,
            "parts": [
                {"mark": "business", "hatched": True, "x": 11, "width": 28, "y": 96, "height": 126},
                {"mark": "finance", "hatched": False, "x": 11, "width": 28, "y": 54, "height": 42},
            ],
        },
        {
            "label": "déc.",
            "year": "",
            "middle": 75,
            "parts": [{"mark": "finance", "hatched": False, "x": 61, "width": 28, "y": 138, "height": 84}],
        },
    ],
}


class SampleForm(forms.Form):
    """One field of each kind, two of them with an error when the form is bound."""

    name = forms.CharField(label="Nom du projet", help_text="Tel qu’il paraîtra si vous êtes retenu.")
    rate = forms.DecimalField(label="Tarif par jour", max_value=625, help_text="Plafond : 625 €, hors TVA.")
    why = forms.CharField(label="Pourquoi ce montant est-il juste ?", widget=forms.Textarea, required=False)
    size = forms.ChoiceField(
        label="Taille", choices=[("micro", "Moins de 10"), ("small", "10 à 49 personnes")]
    )
    seat = forms.ChoiceField(
        label="Votre siège est en Wallonie ?",
        choices=[("yes", "Oui"), ("no", "Non")],
        widget=forms.RadioSelect,
        initial="yes",
    )
    sure = forms.BooleanField(label="Je déclare que ces réponses sont exactes.")


def styleguide(request):
    """Show the components; ``?theme=light|dark`` fixes the theme, for pictures and tests."""
    now = timezone.now()
    theme = request.GET.get("theme", "")
    bound = SampleForm({"name": "Panneaux acoustiques", "rate": "680", "size": "small", "seat": "yes"})
    return render(
        request,
        "styleguide/index.html",
        {
            "theme": theme if theme in ("light", "dark") else "",
            "axes": AXES,
            "marks": ("solid", "tint", "outline", "hatch"),
            "statuses": STATUSES,
            "icons": list(pictures.ICONS),
            "pictures": [("cheque-creativite-2026", "business"), ("creative-people", "skills")]
            + [("boost-up", "finance"), ("jumelages", "networks")],
            "soon": now + dt.timedelta(days=2, hours=2, minutes=42),
            "later": now + dt.timedelta(days=45),
            "past": now - dt.timedelta(days=3),
            "sections": SECTIONS,
            "criteria": CRITERIA,
            "facts": FACTS,
            "chart": CHART,
            "steps": STEPS,
            "form": SampleForm(auto_id="free_%s"),
            "bound": bound,
            "pairs": [("Le chèque, au prestataire", f"6{NARROW}000 €"), ("Votre part", f"2{NARROW}000 €")],
            "total": ("Facture TVA comprise", f"9{NARROW}680 €"),
            "who": [("sme", "une PME"), ("self", "une activité d’indépendant")],
            "what": [("designer", "un designer"), ("artist", "une artiste")],
            "trail": [("Appels", "/fr/calls/")],
        },
    )


urlpatterns = [path("styleguide/", styleguide, name="styleguide")]
