"""Buttons of the back office: the moves of a row's state, each with its address or why not."""

from django.urls import reverse

from wecd.common.workflow import why_not


def moves_of(row, labels: dict, user, url_name: str) -> list[dict]:
    """``labels`` is {verb: words}. A verb of another state is left out; one this person may not says why."""
    return [
        {
            "verb": verb,
            "label": label,
            "url": reverse(url_name, args=[row.pk, verb]),
            "why": why_not(row, verb, user),
        }
        for verb, label in labels.items()
        if row.state in row.MOVES[verb][0]
    ]
