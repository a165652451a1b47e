"""How much a partner's keys are used, day by day."""

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners.charts import bars
from partners.domain import usage
from partners.views.door import in_space, shell
from wecd.common.spreadsheets import harmless


@in_space
@require_safe
def usage_page(request, partner):
    """The last 30 days of each key, drawn and in figures."""
    used = usage.of_keys(partner, request.user)
    rows = [
        {
            "used": each,
            "bars": bars(
                [(day, requests) for day, requests, _limited in each.days],
                label=_("Requests by day of “%(key)s”") % {"key": each.key.name},
            ),
        }
        for each in used
    ]
    context = {
        "rows": rows,
        "requests": sum(each.requests for each in used),
        "limited": sum(each.limited for each in used),
        "days": usage.DAYS,
    }
    return render(request, "partner/usage.html", shell(partner, "partner_usage", **context))


@in_space
@require_safe
def usage_csv(request, partner):
    """The same figures as a file; a line for each key and day on which it was used."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="usage-{partner.code}.csv"'
    write = csv.writer(response).writerow
    write(["day", "key", "prefix", "requests", "limited"])
    for each in usage.of_keys(partner, request.user):
        for day, requests, limited in each.days:
            if requests or limited:
                write([day.isoformat(), harmless(each.key.name), each.key.prefix, requests, limited])
    return response
