"""Pages of vouchers: one's own, one of them, its PDF, and the public check of a code."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls.views.submission import pdf
from vouchers import steps
from vouchers.cards import TAGS, as_card
from vouchers.domain import vouchers as domain
from vouchers.models import Voucher
from vouchers.pictures import verify_url
from wecd.common import formatting

PER_PAGE = 20


@never_cache
@login_required
@require_GET
def vouchers(request):
    """The vouchers of this person's enterprises, newest first."""
    own = Voucher.objects.filter(enterprise__in=request.user.enterprise_roles).for_list()
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "cards": [as_card(row) for row in page],
        "trail": [(_("My space"), reverse("space"))],
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "vouchers/list.html", context)


@never_cache
@login_required
@require_GET
def voucher(request, pk):
    """One voucher: what it is worth, what comes next, who pays what."""
    row = _find(request, pk)
    trail = [(_("My space"), reverse("space")), (_("Vouchers"), reverse("vouchers"))]
    return render(request, "vouchers/voucher.html", _context(row) | {"trail": trail})


@never_cache
@login_required
@require_GET
def voucher_pdf(request, pk):
    """The voucher to print or send to a provider, with its code."""
    row = _find(request, pk)
    context = _context(row) | {"verify_url": verify_url(row)}
    return pdf("vouchers/voucher.pdf.html", context, f"{row.code}.pdf")


@never_cache
@require_GET
def verify(request, token):
    """Anyone with the code: is it valid, for how much, until when. Nothing about people or enterprises.

    One read by a unique index, whatever is typed; search engines are asked to leave.
    """
    row = Voucher.objects.select_related("award__application__call").filter(token=token[:32]).first()
    context = {"voucher": row}
    if row is not None:
        context |= {
            "problem": domain.problem(row),
            "call": row.award.application.call,
            "kind": TAGS[row.state],
        }
    response = render(request, "vouchers/verify.html", context, status=200 if row else 404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _find(request, pk) -> Voucher:
    row = get_object_or_404(
        Voucher.objects.visible_to(request.user).for_list().select_related("award__application__strand"),
        pk=pk,
    )
    if not hasattr(row.award, "application"):
        raise Http404
    return row


def _context(row: Voucher) -> dict:
    application = row.award.application
    call = application.call
    return {
        "voucher": row,
        "application": application,
        "call": call,
        "axis": call.action.axis.mark,
        "kind": TAGS[row.state],
        "steps": steps.of(row, call),
        "pairs": [
            (_("The voucher, to your provider"), formatting.money(row.amount)),
            (
                _("Your own share, already paid") if row.contribution_on else _("Your own share"),
                formatting.money(row.own_share),
            ),
            (_("VAT, from you to your provider"), formatting.money(row.vat)),
        ],
        "total": (_("Invoice with VAT"), formatting.money(row.eligible_cost + row.vat)),
        "account": " ".join(_fours(call.own_share_account)),
    }


def _fours(iban: str) -> list[str]:
    iban = iban.replace(" ", "")
    return [iban[i : i + 4] for i in range(0, len(iban), 4)]
