"""Nothing lost, nothing twice: writers that commit in any order, pullers that are killed and resumed.

Eight writers create, change, move, hide and delete rows in transactions with random pauses and rollbacks;
three pullers of two partners (one of which sees personal data) and of the public follow, are killed in the
middle of a page, and resume; a fourth begins with an export while all write. At the end each copy equals what
the API lists, row for row.
"""

import json
import random
import threading
import time
import uuid

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Enterprise, User
from actions.models import Action
from calls.models import Application, Call
from partners.enums import Scope
from partners.models import Partner, ProcessingAgreement
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.actions.factories import ActionFactory
from tests.api import rows
from tests.api.conftest import Api
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory
from vouchers.models import Voucher
from wecd.feed.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, TRANSACTIONS = 8, 25
OPEN, KEYED = "partners,actions,calls", "applications,vouchers"


@pytest.fixture(autouse=True)
def no_limits(settings):
    for name in ("REQUESTS", "FEED"):
        setattr(settings, f"API_{name}_PER_MINUTE", 10**6)
        setattr(settings, f"API_{name}_PER_MINUTE_WITH_KEY", 10**6)


class World:
    """What the writers write on: two partners, three actions, five calls, some enterprises."""

    def __init__(self):
        self.partners = [PartnerFactory(code=uuid.uuid4().hex[:12]) for _ in range(2)]
        self.raws = [f"wecd_{uuid.uuid4().hex}" for _ in range(2)]
        personal = set(Scope) - {Scope.PERSONAL_READ}, set(Scope)  # the second sees who applied
        for partner, raw, scopes in zip(self.partners, self.raws, personal, strict=True):
            ApiKeyFactory(partner=partner, raw=raw, scopes=sorted(scopes))
        ProcessingAgreement.objects.create(
            partner=self.partners[1], reference="DPA", purpose="Sync", signed_on=timezone.localdate()
        )
        self.actions = [ActionFactory(lead=self.partners[n % 2]) for n in range(3)]
        self.calls = [CallFactory(action=self.actions[n % 3]) for n in range(5)]
        self.enterprises = [EnterpriseFactory() for _ in range(6)]
        self.person = UserFactory()
        self.first = ApplicationFactory(call=self.calls[0], submitted=True)
        staff = UserFactory(roles=["officer"]), UserFactory(roles=["manager"])
        self.vouchers = [rows.make("vouchers", action, *staff) for action in self.actions]


class Writer:
    """Acts of one kind after another; every text it writes is new, so that no state comes back by chance."""

    def __init__(self, world: World, seed: int):
        self.world, self.chance = world, random.Random(seed)
        self.mine: list[uuid.UUID] = []

    def run(self):
        try:
            for _ in range(TRANSACTIONS):
                self.transaction()
                time.sleep(self.chance.random() * 0.2)
        finally:
            connections.close_all()

    def transaction(self):
        made: list[uuid.UUID] = []
        slow = self.chance.random() < 0.1
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL deadlock_timeout = '20ms'")
                for _ in range(self.chance.randint(1, 3)):
                    self.act(made)
                    time.sleep(self.chance.random() * (0.4 if slow else 0.05))
                if self.chance.random() < 0.2:
                    raise RuntimeError("changed my mind")
        except Exception as error:
            if not isinstance(error, RuntimeError) and "deadlock" not in str(error):
                raise
        else:
            self.mine += made

    def act(self, made):
        acts = [self.create] * 4 + [self.retitle] * 4 + [self.delete, self.hide, self.move]
        acts += [self.rename, self.describe, self.share, self.redeem, self.telephone]
        self.chance.choice(acts)(made)

    def create(self, made):
        call = self.chance.choice(self.world.calls)
        row = self.world.first
        row = Application(
            call=call,
            strand=call.strands.first(),
            form=row.form,
            enterprise=self.chance.choice(self.world.enterprises),
            applicant=self.world.person,
            title=self.word(),
            state="submitted",
            reference=self.word(),
            number=self.chance.randint(1000, 2**31 - 1),
            submitted_at=row.submitted_at,
            submitted_by=self.world.person,
            uniqueness_scope=uuid.uuid4(),
            eligible_cost=8000,
            requested=6000,
        )
        row.save()
        made.append(row.pk)

    def some(self):
        return Application.objects.filter(pk=self.chance.choice(self.mine)) if self.mine else None

    def word(self):
        return uuid.uuid4().hex[:12]

    def retitle(self, made):
        if self.some() is not None:
            self.some().update(title=self.word())

    def delete(self, made):
        if self.mine:
            Application.objects.filter(pk=self.chance.choice(self.mine)).delete()

    def hide(self, made):
        if self.some() is not None:
            self.some().update(title=self.word(), state=self.chance.choice(["draft", "submitted"]))

    def move(self, made):
        if self.some() is not None:
            call = self.chance.choice(self.world.calls)
            self.some().update(call=call, strand=call.strands.first(), title=self.word())

    def rename(self, made):
        enterprise = self.chance.choice(self.world.enterprises)
        Enterprise.objects.filter(pk=enterprise.pk).update(name=self.word())

    def redeem(self, made):
        voucher = self.chance.choice(self.world.vouchers)
        Voucher.objects.filter(pk=voucher.pk).update(own_share=self.chance.randint(1, 10**6))

    def telephone(self, made):
        """What only one partner sees of the applications of all."""
        User.objects.filter(pk=self.world.person.pk).update(phone=self.word())

    def describe(self, made):
        call = self.chance.choice(self.world.calls)
        Call.objects.filter(pk=call.pk).update(title_nl=self.word())
        Partner.objects.filter(pk=self.chance.choice(self.world.partners).pk).update(city=self.word())

    def share(self, made):
        action = self.chance.choice(self.world.actions)
        Action.objects.filter(pk=action.pk).update(summary_nl=self.word())
        change = self.chance.choice([action.partners.add, action.partners.remove])
        change(self.chance.choice(self.world.partners))


class Follower:
    """A puller that keeps its copy and its cursor apart, as files would be: killed, it resumes from these."""

    def __init__(self, raw: str, seed: int):
        self.api, self.chance = Api(raw), random.Random(seed)
        self.resources = f"{OPEN},{KEYED}" if raw else OPEN
        self.copy: dict[tuple, dict] = {}
        self.cursor = ""
        self.told: dict[tuple, dict | None] = {}  # since it was resumed last
        self.twice: list = []
        self.pulled = 0

    def run(self, over: threading.Event):
        try:
            while not over.is_set():
                self.page(may_die=True)
                time.sleep(self.chance.random() * 0.02)
        finally:
            connections.close_all()

    def page(self, *, may_die=False) -> int:
        size = self.chance.choice([3, 50])
        page = self.api.json("changes", after=self.cursor, resources=self.resources, page_size=size)
        dies_at = self.chance.randint(0, 10) if may_die and self.chance.random() < 0.15 else None
        for place, change in enumerate(page["results"]):
            if place == dies_at:
                self.told.clear()
                return 0  # killed in the middle: part of the page is in the copy, its cursor is not
            self.apply(change)
        if dies_at is not None:
            self.told.clear()
            return 0
        self.cursor = page["cursor"]
        return len(page["results"])

    def apply(self, change):
        """A row that left and came back unseen may be told again as created or deleted; never as updated."""
        key = (change["resource"], change["id"])
        if change["type"] == "updated":
            assert key in self.copy
        if change["type"] == "updated" and self.told.get(key, {}) == change["data"]:
            self.twice.append((self.told[key], change))
        self.told[key] = change["data"]
        self.pulled += 1
        if change["type"] == "deleted":
            self.copy.pop(key, None)
        else:
            self.copy[key] = change["data"]


class Exported(Follower):
    """Begins with an export, and follows the feed from there."""

    def __init__(self, raw: str, seed: int):
        super().__init__(raw, seed)
        self.resources = "applications"

    def run(self, over: threading.Event):
        try:
            time.sleep(self.chance.random() * 2)
            while (export := self.api.get("exports/applications.ndjson")).status_code == 429:
                time.sleep(0.2)
            lines = b"".join(export.streaming_content).splitlines()
            found, end = [json.loads(line) for line in lines[:-1]], json.loads(lines[-1])["end"]
            assert end["rows"] == len(found)
            self.cursor = export["WECD-Cursor"]
            self.copy = {("applications", row["id"]): row for row in found}
            self.pulled += len(found)  # on a busy machine the export may be all there is to pull
            self.told = dict(self.copy)  # the export told of them: the feed must not again
        finally:
            connections.close_all()
        super().run(over)


def everything(follower: Follower) -> dict:
    """What the lists show to the same reader."""
    return {
        (name, row["id"]): row
        for name in follower.resources.split(",")
        for row in follower.api.results(name, page_size=500)
    }


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # what depends on timing cannot be shrunk
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
def test_every_copy_equals_the_database(seed):
    with transaction.atomic():
        world = World()
    writers = [Writer(world, seed + n) for n in range(WRITERS)]
    followers = [Follower(raw, seed - n) for n, raw in enumerate([*world.raws, ""])]
    followers.append(Exported(world.raws[0], seed))
    over, failures = threading.Event(), []

    def guarded(run, *arguments):
        try:
            run(*arguments)
        except BaseException as error:
            failures.append(error)

    writing = [threading.Thread(target=guarded, args=[writer.run]) for writer in writers]
    following = [threading.Thread(target=guarded, args=[follower.run, over]) for follower in followers]
    for thread in writing + following:
        thread.start()
    for thread in writing:
        thread.join()
    over.set()
    for thread in following:
        thread.join()
    assert failures == []
    for follower in followers:
        while follower.page():
            pass
        assert follower.copy == everything(follower)
        assert follower.twice == []
        assert follower.pulled
    seqs = Entry.objects.values_list("seq", flat=True)
    assert len(seqs) == len(set(seqs))
