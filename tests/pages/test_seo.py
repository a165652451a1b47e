"""What search engines and social networks read: heads, pictures, sitemap, robots.txt."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from django.utils import translation
from PIL import Image

from tests.accounts.factories import UserFactory
from tests.actions.factories import ActionFactory, AxisFactory, ProgrammeFactory
from tests.calls.factories import CallFactory
from tests.calls.views.test_public import in_phase, text_of
from tests.hubs.factories import HubFactory
from wecd.common import seo, share
from wecd.common.share import Subject

pytestmark = pytest.mark.django_db
SITE = "https://portal.example"


@pytest.fixture(autouse=True)
def _known_as(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def world():
    """One of each page that is for everyone."""
    programme = ProgrammeFactory(code="WECD")
    axis = AxisFactory(programme=programme, slug="business", name="Accompagnement", description="Pour vous.")
    action = ActionFactory(axis=axis, slug="vouchers", name="Chèques", summary="Un chèque.")
    programme.partner_periods.create(partner=action.lead, role="lead")
    call = CallFactory(action=action, slug="cheque", title_fr="Chèque <2026>", title_en="Voucher <2026>")
    HubFactory(programme=programme)
    return {
        "": "Wallonia European Creative District",
        "calls/": "Calls",
        f"calls/{call.slug}/": "Voucher &lt;2026&gt;",
        "programme/": "The programme",
        "axes/business/": "Accompagnement",
        "actions/vouchers/": "Chèques",
        f"partners/{action.lead.code}/": action.lead.name,
    }


def metas(page) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page))


def blocks(page) -> list[dict]:
    return [
        json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    ]


def test_every_public_page_says_what_it_is(client, world):
    for address, title in world.items():
        page = text_of(client.get(f"/en/{address}"))
        found = metas(page)
        assert f"<title>{title} · WECD</title>" in page
        assert found["og:title"] == title
        assert 10 <= len(found["description"]) <= 160 or not address.startswith("calls/")
        assert found["og:url"] == f"{SITE}/en/{address}"
        assert found["twitter:card"] == "summary_large_image"
        assert f'<link rel="canonical" href="{SITE}/en/{address}">' in page
        alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))
        assert alternates == {code: f"{SITE}/{code}/{address}" for code in ("fr", "de", "nl", "en")} | {
            "x-default": f"{SITE}/{address}"
        }
        assert "robots" not in found
        picture = client.get(found["og:image"].removeprefix(SITE))
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")


def test_the_address_without_a_language_leads_to_the_readers(client, world):
    response = client.get("/calls/", headers={"Accept-Language": "nl"})
    assert (response.status_code, response["Location"]) == (302, "/nl/calls/")


@pytest.mark.parametrize("address", ["find/", "calls/cheque/check/", "styleguide/", "enterprises/", "space/"])
def test_other_pages_are_not_for_search_engines(client, world, address):
    client.force_login(UserFactory())
    page = text_of(client.get(f"/en/{address}"))
    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page
    assert "hreflang" not in page.split("<body")[0]


def test_a_filtered_list_names_the_whole_one(client, world):
    page = text_of(client.get("/en/calls/?f=1&kind=boost_up"))
    assert f'<link rel="canonical" href="{SITE}/en/calls/">' in page


def test_a_page_that_said_nothing_says_its_languages_if_it_is_for_everyone(rf):
    class Match:
        url_name = "privacy"

    request = rf.get("/en/calls/")
    assert seo.default(request) is None
    request.resolver_match = Match
    assert seo.default(request).languages[0] == {"code": "fr", "url": f"{SITE}/fr/calls/"}
    Match.url_name = "space"
    assert seo.default(request) is None


def test_schema_org_describes_each_page(client, world):
    def types(address):
        return {block["@type"]: block for block in blocks(text_of(client.get(f"/en/{address}")))}

    assert types("").keys() == {"GovernmentOrganization", "WebSite"}
    call = types("calls/cheque/")
    assert call["MonetaryGrant"]["amount"]["maxValue"] == "6000.00"
    assert [step["name"] for step in call["BreadcrumbList"]["itemListElement"]] == [
        "WECD",
        "Calls",
        "Voucher <2026>",
    ]
    assert call["BreadcrumbList"]["itemListElement"][1]["item"] == f"{SITE}/en/calls/"
    assert types("actions/vouchers/")["GovernmentService"]["provider"]["@type"] == "Organization"
    assert len(types("programme/")["GovernmentOrganization"]["member"]) == 1
    assert types("axes/business/").keys() == {"BreadcrumbList"}


def test_nothing_in_a_data_block_can_end_it():
    page = seo.Page(path="/en/", data=({"name": "</script><b>&"},))
    assert "</script><b>" not in page.blocks
    assert json.loads(re.search(r">(.*)</script>", page.blocks)[1])["name"] == "</script><b>&"


def test_a_description_is_one_short_line():
    text = seo.sentence("<p>One\n two</p> " + "word " * 60)
    assert text.startswith("One two word")
    assert len(text) <= seo.SENTENCE
    assert text.endswith("…")


# --- Pictures -------------------------------------------------------------------------------------
def test_a_picture_is_kept_for_ever_and_its_address_follows_its_words(client, world):
    call = in_phase("open", slug="boost", title_en="Boost-up")
    address = metas(text_of(client.get("/en/calls/boost/")))["og:image"].removeprefix(SITE)
    response = client.get(address)
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
    assert len(response.content) < 120_000
    assert "immutable" in response["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304
    call.title_en = "Boost-up 2027"
    call.save()
    moved = client.get(address)
    assert moved.status_code == 302
    assert client.get(moved["Location"]).content != response.content


@pytest.mark.parametrize(
    "address",
    ["call/none/en-x", "nothing/boost/en-x", "call/cheque/xx-x", "site/else/en-x", "call/draft/en-x"],
)
def test_no_picture_of_what_is_not_there_or_not_public(client, world, address):
    in_phase("draft", slug="draft")
    assert client.get(f"/share/{address}.png").status_code == 404


@pytest.mark.parametrize("axis", ["", "skills", "business", "finance", "networks"])
@pytest.mark.parametrize("title", ["Jumelages", "Donaudampfschifffahrtsgesellschaftskapitän " * 4])
def test_every_axis_and_the_plan_can_be_painted(axis, title):
    content = share.png(Subject("axis", "slug", title, "Réseaux", axis))
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.getpixel((4, 4)) == (250, 248, 244)
    assert len(image.getcolors(2**20)) > 16


def test_a_picture_speaks_the_language_of_its_page():
    with translation.override("fr"):
        french = share.site().address
    with translation.override("en"):
        english = share.site().address
    assert "/fr-" in french
    assert "/en-" in english
    assert french[-16:] != english[-16:]


# --- For crawlers ---------------------------------------------------------------------------------
def test_the_sitemap_names_each_page_in_each_language(client, world):
    in_phase("draft", slug="draft")
    response = client.get("/sitemap.xml")
    assert response["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(response.content)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    found = [url.find("s:loc", space).text for url in root.findall("s:url", space)]
    for address in world:
        for code in ("fr", "de", "nl", "en"):
            assert f"{SITE}/{code}/{address}" in found
    assert not [address for address in found if "draft" in address or "find" in address]
    links = {
        link.get("hreflang"): link.get("href")
        for link in root.findall("s:url", space)[0].findall("x:link", space)
    }
    assert links == {code: f"{SITE}/{code}/" for code in ("fr", "de", "nl", "en")} | {"x-default": f"{SITE}/"}


@pytest.mark.parametrize("rows", [1, 3])
def test_sitemap_query_count(client, rows, django_assert_num_queries):
    for _ in range(rows):
        call = CallFactory()
        HubFactory()
        call.action.axis.programme.partner_periods.create(partner=call.action.lead, role="lead")
    with django_assert_num_queries(5):  # calls, axes, actions, partners, hubs
        assert client.get("/sitemap.xml").status_code == 200


def test_robots_are_told_where_the_sitemap_is(client):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {SITE}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
    assert "Disallow: /\n" not in text
