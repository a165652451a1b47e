"""Fill an empty database with many applications, for measuring. Rows are made by Postgres itself."""

from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.demo import PASSWORD
from accounts.models import Enterprise, EnterpriseActivity, Site, Undertaking, User
from actions.models import Action, Axis, Programme
from calls.models import Application, Call, Form, ReferenceCounter, Strand
from grants.models import Envelope
from partners.models import Partner
from wecd.common.models import Clock

OFFICERS = 20
OFFICES = "'{1300,1400,4000,4020,4500,5000,5100,6000,6700,6800,7000,7500}'"
WORDS = "'{Couverture,Forge,Atelier,Récit,Papier,Lumière,Verre,Osier,Théâtre,Cartographie,Émail,Jeu}'"
THINGS = "'{réparable,solaire,de quartier,partagé,sonore,à la ferme,pour enfants,en hêtre,numérique,brodé}'"
STATES = (
    "'{submitted,submitted,information_requested,admissible,admissible,inadmissible,rejected,rejected,rejected,"
    "reserve}'"
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--fill-this-database", action="store_true", help="Yes, this one.")
        parser.add_argument("--applications", type=int, default=1_000_000)
        parser.add_argument("--enterprises", type=int, default=200_000)
        parser.add_argument("--calls", type=int, default=200)

    def handle(self, *args, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("Never in production.")
        if not options["fill_this_database"]:
            raise CommandError("Say --fill-this-database: it gets a million rows nobody wrote.")
        if Application.objects.exists() or Enterprise.objects.exists():
            raise CommandError("This database is not empty. Use one of its own: WECD_DATA_DIR=.data/bench")
        if options["applications"] > options["enterprises"] * options["calls"]:
            raise CommandError("An enterprise applies once to a call: more enterprises or more calls.")
        with transaction.atomic(), connection.cursor() as cursor:
            Seed(cursor, options).grow()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        self.stdout.write(f"{options['applications']:,} applications. staff@wecd.example, {PASSWORD}")


class Seed:
    """One row of each model is made by Django; the others are its copies, changed where they must be."""

    def __init__(self, cursor, sizes):
        self.cursor = cursor
        self.applications, self.enterprises = sizes["applications"], sizes["enterprises"]
        self.calls = sizes["calls"]
        cursor.execute("SELECT to_regprocedure('uuidv7()') IS NOT NULL")
        self.new_id = "uuidv7()" if cursor.fetchone()[0] else "gen_random_uuid()"

    def grow(self) -> None:
        self.plant()
        with self.without_triggers(), self.without_indexes(Application), self.without_indexes(Enterprise):
            self.fill()

    def plant(self) -> None:
        now = timezone.now()
        staff = User.objects.create(email="staff@wecd.example", name="Nadia Claes", is_staff=True)
        staff.set_password(PASSWORD)
        staff.save()
        groups = [Group.objects.get_or_create(name=name)[0] for name in ("manager", "officer")]
        staff.groups.set(groups)
        for number in range(1, OFFICERS):
            officer = User.objects.create(
                email=f"officer{number}@wecd.example", name=f"Officer {number}", is_staff=True
            )
            officer.groups.set(groups[1:])
        self.applicant = User.objects.create(email="applicant@wecd.example", name="Applicant")
        programme = Programme.objects.create(code="bench", name="Bench")
        axis = Axis.objects.create(programme=programme, slug="business", mark="business", name="Business")
        partner = Partner.objects.create(code="bench", name="Bench")
        action = Action.objects.create(axis=axis, slug="bench", name="Bench", lead=partner)
        envelope = Envelope.objects.create(action=action, name="Bench", amount=10**9)
        self.call = Call.objects.create(
            action=action,
            kind="creative_voucher",
            slug="bench-1",
            code="B1",
            title="Chèque 1",
            summary="x",
            envelope=envelope,
            opens_at=now - timedelta(days=900),
            closes_at=now + timedelta(days=30),
            state="published",
            published_at=now,
        )
        strand = {"code": "main", "title": "Chèque", "floor": 500, "ceiling": 6000, "funding_rate": 75}
        self.strand = Strand.objects.create(call=self.call, **strand)
        self.form = Form.objects.create(call=self.call, number=1)
        undertaking = Undertaking.objects.create(name="Undertaking 1")
        self.enterprise = Enterprise.objects.create(
            name="Enterprise 1", number="0000000196", legal_form="srl", undertaking=undertaking,
            size_class="micro", headcount=3,
        )  # fmt: skip
        self.site = Site.objects.create(
            enterprise=self.enterprise, is_registered_office=True, postal_code="5000", municipality="Namur"
        )
        self.activity = EnterpriseActivity.objects.create(enterprise=self.enterprise, code="74120")
        self.application = Application.objects.create(
            call=self.call, strand=self.strand, form=self.form, enterprise=self.enterprise,
            applicant=self.applicant, title="Couverture", state="submitted", number=1, reference="B1-000001",
            submitted_at=now, submitted_by=self.applicant, eligible_cost=8000, requested=6000,
            uniqueness_scope=self.call.pk,
        )  # fmt: skip

    def fill(self) -> None:
        self.cursor.execute(
            f"""
            CREATE TEMP TABLE c ON COMMIT DROP AS SELECT n, {self.new_id} AS call, {self.new_id} AS strand,
                {self.new_id} AS form FROM generate_series(2, {self.calls}) AS n;
            INSERT INTO c VALUES (1, '{self.call.pk}', '{self.strand.pk}', '{self.form.pk}');
            CREATE TEMP TABLE e ON COMMIT DROP AS SELECT n, {self.new_id} AS id,
                lpad(n::text, 8, '0') || lpad((97 - n % 97)::text, 2, '0') AS number,
                ({WORDS}::text[])[1 + n % 12] || ' & Fils ' || n AS name
                FROM generate_series(2, {self.enterprises}) AS n;
            INSERT INTO e VALUES (1, '{self.enterprise.pk}', '0000000196', 'Enterprise 1');
            CREATE TEMP TABLE o ON COMMIT DROP AS
                SELECT row_number() OVER (ORDER BY id) AS n, id FROM accounts_user WHERE is_staff;
            CREATE UNIQUE INDEX ON c (n); CREATE UNIQUE INDEX ON e (n); CREATE UNIQUE INDEX ON o (n);
            ANALYZE c; ANALYZE e; ANALYZE o;
            """  # noqa: S608  (our own numbers and words)
        )
        others = "c WHERE c.n > 1"
        self.copies(
            self.call, others, id="c.call", slug="'bench-' || c.n", code="'B' || c.n",
            title="'Chèque ' || c.n", title_fr="'Chèque ' || c.n",
        )  # fmt: skip
        self.copies(self.strand, others, id="c.strand", call_id="c.call")
        self.copies(self.form, others, id="c.form", call_id="c.call")
        more = "e WHERE e.n > 1"
        sizes = "('{micro,micro,micro,small,medium}'::text[])[1 + e.n % 5]"
        self.copies(self.enterprise, more, id="e.id", name="e.name", number="e.number", size_class=sizes)
        office = f"({OFFICES}::text[])[1 + e.n % 12]"
        self.copies(self.site, more, id=self.new_id, enterprise_id="e.id", postal_code=office)
        codes = "('{74120,62010,90010,59110,14130,31090,18120,70210}'::text[])[1 + e.n % 8]"
        self.copies(self.activity, more, id=self.new_id, enterprise_id="e.id", code=codes)
        self.fill_applications()

    def fill_applications(self) -> None:
        """Enterprise ``i mod E`` applies to another call each round; later rows arrived later."""
        at = f"now() - ({self.applications} - i) * interval '47 seconds'"
        title = f"({WORDS}::text[])[1 + i % 12] || ' ' || ({THINGS}::text[])[1 + i / 12 % 10]"
        reference = "'B' || c.n || '-' || lpad(i::text, 7, '0')"
        state = f"({STATES}::text[])[1 + i * 7 % 10]"
        against = """'[{"code": "seat", "verdict": "no", "sentence": "x"}]'::jsonb"""
        rows = (
            f"generate_series(2, {self.applications}) AS i"
            f" JOIN e ON e.n = 1 + i % {self.enterprises}"
            f" JOIN c ON c.n = 1 + ((i % {self.enterprises}) * 7 + i / {self.enterprises}) % {self.calls}"
            f" LEFT JOIN o ON o.n = 1 + i % {OFFICERS} AND i % 3 > 0"
        )
        self.copies(
            self.application, rows, id=self.new_id, enterprise_id="e.id", call_id="c.call",
            strand_id="c.strand", form_id="c.form", uniqueness_scope="c.call", number="i",
            reference=reference, title=title, state=state, officer_id="o.id", submitted_at=at,
            created_at=f"{at} - interval '1 day'", updated_at=at, requested="500 + (i * 37 % 5500)",
            rule_results=f"CASE WHEN i % 200 = 0 THEN {against} ELSE '[]' END",
            search=f"wecd_plain({reference} || ' ' || {title} || ' ' || e.name || ' ' || e.number)",
        )  # fmt: skip
        latest = Application.objects.filter(state="submitted").order_by("-submitted_at")[:2000]
        Clock.objects.bulk_create(
            Clock(
                kind=Clock.Kind.ADMISSIBILITY, about_type="calls.application", about_id=row.pk,
                working_days=5, started_at=timezone.now(),
                due_on=timezone.localdate() + timedelta(days=number % 7 - 1),
            )
            for number, row in enumerate(latest)
        )  # fmt: skip
        ReferenceCounter.objects.bulk_create(
            ReferenceCounter(call=call, last=self.applications) for call in Call.objects.all()
        )

    def copies(self, row: models.Model, source: str, **columns: str) -> None:
        """Insert copies of ``row`` with these columns computed; the others are as in ``row``."""
        table = row._meta.db_table
        names = [field.column for field in row._meta.concrete_fields]
        values = [columns.pop(name) if name in columns else f"t.{name}" for name in names]
        if columns:
            raise CommandError(f"{table} has no {', '.join(columns)}")
        before, _, where = source.partition(" WHERE ")
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "  # noqa: S608
            f"FROM {before} CROSS JOIN (SELECT * FROM {table} WHERE id = '{row.pk}') AS t "
            f"{'WHERE ' + where if where else ''}"
        )

    # --- Fast -------------------------------------------------------------------------------------------
    @contextmanager
    def without_triggers(self):
        """Foreign keys and triggers are not asked: the rows are made right. Needs a superuser."""
        self.cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        self.cursor.execute("SET LOCAL session_replication_role = origin")

    @contextmanager
    def without_indexes(self, model):
        """Indexes that no constraint needs are built once, at the end."""
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be altered
        self.cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = %s::regclass AND NOT indisunique",
            [model._meta.db_table],
        )
        found = self.cursor.fetchall()
        for name, _definition in found:
            self.cursor.execute(f"DROP INDEX {name}")
        yield
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _name, definition in found:
            self.cursor.execute(definition)
