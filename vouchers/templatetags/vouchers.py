"""``{% my_vouchers user %}`` shows a person's vouchers; ``{% qr voucher %}`` draws the code of one."""

from django import template

from vouchers.cards import as_card
from vouchers.models import Voucher
from vouchers.pictures import qr_svg

register = template.Library()
register.simple_tag(qr_svg, name="qr")


@register.inclusion_tag("vouchers/_mine.html")
def my_vouchers(user, limit: int = 3):
    """The newest vouchers of a person's own enterprises, in one query; nothing at all without one."""
    rows = list(Voucher.objects.filter(enterprise__in=user.enterprise_roles).for_list()[: limit + 1])
    return {"cards": [as_card(row) for row in rows[:limit]], "more": len(rows) > limit}
