"""The demonstration's figures are its own: the programme file, loaded again, leaves them alone."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from actions.models import Indicator
from wecd.demo import indicators
from wecd.demo.management.commands.load_demo import PROGRAMME

pytestmark = pytest.mark.django_db


def test_each_indicator_has_figures_that_follow_the_clock():
    call_command("load_programme", PROGRAMME, verbosity=0)
    indicators.tell(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))  # 2027 in Brussels
    call_command("load_programme", PROGRAMME, verbosity=0)
    grants = Indicator.objects.get(code="RCO02")
    assert (grants.action.slug, grants.baseline_year, grants.target) == ("creative-vouchers", 2026, 120)
    assert (grants.milestone_on, grants.target_on) == (date(2028, 12, 31), date(2030, 12, 31))
    assert not Indicator.objects.filter(target=None).exists()
