"""The components: what they show in each state, and what every page promises."""

import datetime as dt
import importlib.util
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import brotli
import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import sync_playwright

from wecd.common import context, pictures
from wecd.common.templatetags import portal

ROOT = Path(settings.BASE_DIR)
BLOCKS = {
    "address",
    "article",
    "aside",
    "details",
    "div",
    "dl",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
}
BLOCKS |= {"h4", "header", "hr", "main", "nav", "ol", "p", "section", "table", "ul"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def show(source, **values):
    """Render a piece of template as a page would."""
    from django_cotton.compiler_regex import CottonCompiler

    compiled = CottonCompiler().process("{% load portal formatting %}" + source)
    with override("en"):
        return " ".join(Template(compiled).render(Context(values)).split())


class Checker(HTMLParser):
    """Find what a browser forgives: unclosed elements, double attributes, double ids."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.faults = [], set(), []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _value in attrs]
        self.faults += [f"<{tag}> says {n} twice" for n in set(names) if names.count(n) > 1]
        found = dict(attrs)
        if found.get("id"):
            self.faults += [f"id {found['id']} twice"] if found["id"] in self.ids else []
            self.ids.add(found["id"])
        self.faults += [f"<{tag}> has inline {n}" for n in names if n == "style" or n.startswith("on")]
        if tag in ("script", "style") and "src" not in found:
            self.faults.append(f"inline <{tag}>")
        if tag in BLOCKS and "p" in self.open:
            self.faults.append(f"<{tag}> inside <p> at line {self.getpos()[0]}")
        if tag in ("a", "button") and {"a", "button"} & set(self.open):
            self.faults.append(f"<{tag}> inside a link or a button at line {self.getpos()[0]}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]} at line {self.getpos()[0]}")
        else:
            self.open.pop()


def faults(html):
    checker = Checker()
    checker.feed(html)
    checker.close()
    return checker.faults + [f"<{tag}> is never closed" for tag in checker.open]


def test_the_checker_sees_faults():
    assert faults('<p class="a" class="b" style="x"><b id="i"></p><i id="i">')


# --- The page ------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["fr", "de", "nl", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_style_guide_is_valid_and_says_its_language(client, lang, theme):
    response = client.get(f"/{lang}/styleguide/?theme={theme}")
    html = response.content.decode()
    assert response.status_code == 200
    assert faults(html) == []
    assert f'<html lang="{lang}" data-theme="{theme}">' in html
    assert html.count('id="hatch-business"') == 1
    assert html.index('class="skip"') < html.index("<header")


@pytest.mark.django_db
def test_style_guide_shows_every_component(client):
    source = (ROOT / "templates/styleguide/index.html").read_text()
    shown = set(re.findall(r"<c-([a-z-]+)", source)) - {"slot"}
    made = {p.stem.replace("_", "-") for p in (ROOT / "templates/cotton").glob("*.html")}
    assert made - shown == set()
    assert set(re.findall(r'data-kind="([a-z-]+)"', client.get("/fr/styleguide/").content.decode())) == set(
        portal.TAGS
    )


def test_every_component_declares_its_inputs():
    for path in (ROOT / "templates/cotton").glob("*.html"):
        first, second = path.read_text().splitlines()[:2]
        assert first.startswith(f"{{# c-{path.stem.replace('_', '-')}: "), path.name
        assert second.startswith("<c-vars "), path.name


def test_styles_and_scripts_of_a_public_page_stay_small():
    served = ("css/site.css", "js/portal.js")
    weight = sum(len(brotli.compress((ROOT / "static" / name).read_bytes())) for name in served)
    assert weight <= 14_000


def test_no_sheet_or_page_reaches_outside():
    files = [*ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js"), *ROOT.glob("templates/**/*.html")]
    for path in files:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "").replace('[href^="http"]', "")
        text = re.sub(
            r'<a href="https://[^"]*"', "", text
        )  # people may go there; pages load nothing from there
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), path.name


def test_both_dark_themes_are_the_same():
    css = (ROOT / "static/css/tokens.css").read_text()
    blocks = re.findall(r"color-scheme: dark;\s*(--paper.*?)\}", css, re.S)
    assert len(blocks) == 2
    assert len({" ".join(block.split()) for block in blocks}) == 1


def test_vendored_files_match_their_manifest(tmp_path):
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "scripts/vendor_assets.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.problems() == []
    copy = shutil.copytree(ROOT / "static/vendor", tmp_path / "vendor")
    (copy / "htmx/htmx.js").write_text("changed")
    (copy / "stranger.js").write_text("")
    (copy / "bootstrap/reboot.css").unlink()
    assert [line.split(": ")[0] for line in script.problems(copy)] == [
        "bootstrap/reboot.css",
        "stranger.js",
        "htmx/htmx.js",
    ]


# --- The header ----------------------------------------------------------------------------------
def test_languages_keep_the_page_and_its_query():
    request = RequestFactory().get("/fr/styleguide/?theme=dark")
    with override("fr"):
        links = {link["code"]: link for link in context.language_links(request)}
    assert links["nl"]["url"] == "/nl/styleguide/?theme=dark"
    assert [code for code, link in links.items() if link["current"]] == ["fr"]


@pytest.mark.django_db
def test_a_page_outside_the_languages_keeps_its_address_and_remembers_the_choice(client):
    request = RequestFactory().get("/accounts/login/?next=/fr/space/")
    with override("fr"):
        links = {link["code"]: link["url"] for link in context.language_links(request)}
    assert links["de"] == "/accounts/login/?next=%2Ffr%2Fspace%2F&lang=de"
    assert client.get(links["de"]).headers["Content-Language"] == "de"
    assert client.get("/accounts/login/").headers["Content-Language"] == "de"
    assert client.get("/accounts/login/?lang=xx").headers["Content-Language"] == "de"


@pytest.mark.django_db
def test_a_public_page_sets_no_cookie_and_allows_no_inline_code(client):
    response = client.get("/fr/styleguide/")
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_menu_shows_only_pages_that_exist():
    entries = (("Here", ("nothing", "styleguide")), ("Nowhere", ("nothing",)))
    with override("fr"):
        links = context._links(entries, "/fr/styleguide/")
    assert [(link["label"], link["current"]) for link in links] == [("Here", True)]


# --- Pages that help when something fails --------------------------------------------------------
@pytest.mark.django_db
def test_missing_page_helps(client):
    response = client.get("/en/nowhere/")
    assert response.status_code == 404
    assert faults(response.content.decode()) == []
    assert 'href="/de/"' in response.content.decode()


def test_broken_page_needs_neither_context_nor_database():
    html = render_to_string("500.html")  # without the database mark: a query would fail this test
    assert faults(html) == []
    assert "<h1>" in html


# --- Pictures ------------------------------------------------------------------------------------
@pytest.mark.parametrize("axis", pictures.AXES)
def test_call_picture_never_changes_and_stays_in_its_grid(axis):
    first = pictures.call_picture("cheque-creativite-2026", axis)
    assert first == pictures.call_picture("cheque-creativite-2026", axis)
    assert first != pictures.call_picture("cheque-creativite-2027", axis)
    numbers = [float(n) for n in re.findall(r'points="([^"]+)"', first) for n in re.split("[ ,]", n)]
    assert all(0 <= n <= pictures.COLUMNS * pictures.CELL for n in numbers)
    assert faults(first) == []


def test_a_mark_is_decorative_unless_it_is_named():
    assert 'aria-hidden="true"' in pictures.mark("skills")
    assert 'aria-label="&lt;b&gt;"' in pictures.mark("skills", label="<b>")


# --- Components ----------------------------------------------------------------------------------
def test_button_is_a_link_a_button_or_says_why_not():
    assert show('<c-button href="/x">Go</c-button>').startswith('<a href="/x"')
    assert 'type="submit"' in show('<c-button name="a" value="1">Go</c-button>')
    refused = show('<c-button href="/x" reason="Sign in first">Go</c-button>')
    assert 'aria-disabled="true"' in refused
    assert "href" not in refused
    assert "Sign in first" in refused


def test_text_from_the_database_is_escaped_once():
    html = show('<c-call-row url="/x" :title="title" :says="title" />', title="Vins & <fils>")
    assert html.count("Vins &amp; &lt;fils&gt;") == 2
    assert "&amp;amp;" not in html


def test_an_unknown_status_is_a_mistake():
    with pytest.raises(KeyError):
        show('<c-tag kind="opened">Open</c-tag>')


@pytest.mark.parametrize(
    ("left", "closed", "live", "figures"),
    [
        (dt.timedelta(hours=72, seconds=1), False, False, (3, "00", "01")),
        (dt.timedelta(days=2, hours=2, minutes=42), False, True, (2, "02", "42")),
        (dt.timedelta(seconds=30), False, True, (0, "00", "01")),
        (dt.timedelta(0), True, False, (0, "00", "00")),
        (dt.timedelta(days=-3), True, False, (0, "00", "00")),
    ],
)
def test_countdown_changes_at_72_hours_and_at_the_deadline(left, closed, live, figures):
    now = timezone.now()
    found = portal.countdown_of(now + left, now)
    assert (found["closed"], found["live"]) == (closed, live)
    assert (found["days"], found["hours"], found["minutes"]) == figures


@pytest.mark.parametrize("days", [-3, 1, 45])
def test_countdown_always_says_the_absolute_date(days):
    at = timezone.now() + dt.timedelta(days=days)
    html = show('<c-countdown :closes_at="at" />', at=at)
    assert "Brussels time" in html
    assert ('data-part="days"' in html) == (days == 1)


@pytest.mark.parametrize(
    ("total", "paid", "committed", "unit", "squares", "counts"),
    [
        (240_000, 54_000, 42_000, 6_000, True, (9, 7, 24)),
        (360_000, 0, 0, 6_000, True, (0, 0, 60)),
        (366_000, 0, 0, 6_000, False, None),
        (240_000, 0, 5_793, 6_000, True, (0, 1, 39)),
        (240_000, 0, 0, None, False, None),
        (36_000, 36_000, 0, 6_000, True, (6, 0, 0)),
        (36_000, 40_000, 0, 6_000, False, None),
    ],
)
def test_parcels_are_squares_up_to_sixty_units(total, paid, committed, unit, squares, counts):
    found = portal.parcels_of(total, paid, committed, unit)
    assert found["squares"] is squares
    if counts:
        assert (found["paid_count"], found["committed_count"], found["free_count"]) == counts


def test_an_overdrawn_envelope_says_by_how_much():
    html = show('<c-parcels :total="36000" :paid="40000" />')
    assert "€4,000 over the envelope" in html


@pytest.mark.parametrize(("ceiling", "grant", "own"), [(None, "6000.00", "2000.00"), (5000, "5000", "3000")])
def test_split_gives_each_their_part(ceiling, grant, own):
    found = portal.split_of(8000, 75, ceiling)
    assert (str(found["grant"]), str(found["own"])) == (grant, own)


def test_cells_of_a_clock():
    assert portal.cells_of(2, 5) == ["gone", "gone", "", "", ""]
    assert portal.cells_of(5, 5) == ["gone"] * 4 + ["last"]


def test_section_list_says_states_in_words_and_locks_links():
    sections = [
        {"title": "One", "url": "/1", "state": "complete"},
        {"title": "Two", "url": "/2", "state": "error", "current": True},
        {"title": "Three", "url": "/3", "state": "locked"},
    ]
    html = show('<c-section-list :sections="sections" />', sections=sections)
    assert "1 of 3 sections complete" in html
    assert "Step 2 of 3" in html
    assert ", to correct" in html
    assert 'href="/3"' not in html
    assert html.count('aria-current="step"') == 2  # the list, and the sheet of a phone


class _Form(forms.Form):
    cost = forms.DecimalField(label="Cost", max_value=10, help_text="At most 10.")
    side = forms.ChoiceField(label="Side?", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)

    def clean(self):
        raise forms.ValidationError("Nothing adds up.")


def test_field_ties_help_and_error_to_its_control():
    form = _Form({"cost": "11"})
    html = show('<c-field :field="form.cost" unit="€" />', form=form)
    described = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert described == ["id_cost_helptext", "id_cost_error"]
    assert all(f'id="{name}"' in html for name in described)
    assert 'aria-invalid="true"' in html
    assert "(optional)" in show('<c-field :field="form.note" />', form=form)
    assert "(optional)" not in html


def test_choices_are_a_fieldset_with_their_question():
    html = show('<c-field :field="form.side" />', form=_Form())
    assert re.search(r"<fieldset.*<legend>Side\?</legend>.*type=\"radio\".*</fieldset>", html)
    assert faults(html) == []


def test_error_summary_links_each_error_to_its_field():
    html = show('<c-error-summary :form="form" />', form=_Form({"cost": "11"}))
    assert "3 errors to correct" in html
    assert 'href="#id_cost"' in html
    assert "Nothing adds up." in html
    side = re.search(r'href="#([^"]+)">Side:', html).group(1)
    assert f'id="{side}"' in show('<c-field :field="form.side" />', form=_Form({"cost": "11"}))
    assert show('<c-error-summary :form="form" />', form=_Form()) == ""


# --- In a real browser ---------------------------------------------------------------------------
@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium, else the one Playwright installed; without either, this fails and says so."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_style_guide_is_accessible_and_fits(chromium, live_server, width, theme):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/fr/styleguide/")
    found = Axe().run(page)
    assert len(found.response["passes"]) > 30, "axe looked at the page"
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert trouble == []
    page.close()


@pytest.mark.django_db(transaction=True)
def test_the_policy_of_the_pages_holds_and_the_theme_is_remembered(chromium, live_server):
    context_ = chromium.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    page = context_.new_page()
    refused = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/fr/styleguide/")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(250, 248, 244)"
    page.locator("[data-theme-toggle]").first.click()
    page.reload()
    assert page.evaluate(paper) == "rgb(22, 22, 29)"
    assert page.locator("[data-theme-toggle]").first.get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.activeElement.className").find("error-summary") > 0
    assert refused == [], "the content security policy refused something of ours"
    context_.close()


@pytest.mark.django_db(transaction=True)
def test_countdown_lives_and_is_announced_once(chromium, live_server):
    page = chromium.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/en/styleguide/")
    box = page.locator(".countdown").first
    before = int(box.locator('[data-part="minutes"]').inner_text())
    page.clock.run_for(61_000)
    assert int(box.locator('[data-part="minutes"]').inner_text()) == before - 1
    assert page.locator("#announcer").inner_text() == ""
    page.clock.run_for(27 * 3600_000)
    assert page.locator("#announcer").inner_text() == "24 hours left before the deadline."
    page.clock.run_for(24 * 3600_000)
    assert box.locator('[data-part="lead"]').inner_text() == "The deadline has passed."
    assert box.locator("time").is_visible()
    page.close()


@pytest.mark.django_db(transaction=True)
def test_the_menu_of_a_phone_works_without_scripts(chromium, live_server):
    context_ = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context_.new_page()
    page.goto(f"{live_server.url}/fr/styleguide/")
    page.locator(".menu summary").click()
    page.locator(".menu").get_by_role("link", name="NL").click()
    assert page.url.endswith("/nl/styleguide/")
    context_.close()
