"""The DCAT-AP 3 catalogue: valid, whole, the same in both forms."""

from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF, SH

from tests.actions.factories import IndicatorFactory
from tests.hubs.factories import HubFactory
from tests.opendata.rows import MARKERS, award, marked_person
from wecd.opendata import editions
from wecd.opendata.datasets import DATASETS

pytestmark = pytest.mark.django_db
SHAPES = Path(editions.__file__).parent / "shapes" / "dcat-ap"
TTL, JSONLD = "/open-data/catalog.ttl", "/open-data/catalog.jsonld"


def graph(client, address=TTL) -> Graph:
    response = client.get(address)
    assert response.status_code == 200
    return Graph().parse(data=response.content, format="turtle" if address == TTL else "json-ld")


def shapes(*names) -> Graph:
    found = Graph()
    for name in names:
        found.parse(SHAPES / f"dcat-ap-3.0.1-{name}.ttl")
    return found


@pytest.fixture
def everything():
    award()
    HubFactory()
    IndicatorFactory()
    editions.publish()


@pytest.mark.parametrize("name", ["shapes", "range", "recommended"])
def test_the_catalogue_conforms(client, everything, name):
    conforms, _report, text = validate(graph(client), shacl_graph=shapes(name))
    assert conforms, text


def test_an_empty_portal_without_files_conforms(client):
    conforms, _report, text = validate(graph(client), shacl_graph=shapes("shapes"))
    assert conforms, text


def test_every_word_of_a_vocabulary_is_one_of_the_eu(client, everything):
    """A regional programme is no corporate body of the EU, and a NUTS region none of its places: warnings."""
    conforms, report, text = validate(graph(client), shacl_graph=shapes("mdr"), allow_warnings=True)
    assert conforms, text
    paths = {report.value(result, SH.resultPath) for result in report.subjects(RDF.type, SH.ValidationResult)}
    own = {report.value(result, SH.resultPath) for result in report.objects(None, SH.result)}
    assert own <= {DCTERMS.publisher, DCTERMS.spatial}
    assert paths


def test_the_shapes_would_find_a_fault(client, everything):
    faulty = graph(client)
    faulty.remove((None, DCAT.accessURL, None))
    assert not validate(faulty, shacl_graph=shapes("shapes"))[0]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # in rdflib's reader
def test_both_forms_say_the_same(client, everything):
    assert isomorphic(graph(client), graph(client, JSONLD))


def test_each_dataset_is_there_with_its_files(client, everything, settings):
    found = graph(client)
    root = f"{settings.SITE_URL}/open-data/catalog"
    datasets = set(found.objects(URIRef(root), DCAT.dataset))
    assert datasets == {URIRef(f"{root}#{each.name}") for each in DATASETS} | {
        URIRef(f"{root}#wecd-open-data")
    }
    files = set(found.objects(URIRef(f"{root}#awards"), DCAT.distribution))
    assert {str(each).rpartition("-")[2] for each in files} == {
        "csv",
        "ndjson",
        "parquet",
        "json",
        "360giving",
    }
    served = set(found.objects(URIRef(f"{root}#api"), DCAT.servesDataset))
    assert served == datasets - {URIRef(f"{root}#wecd-open-data")}


def test_every_file_of_this_portal_it_names_is_there(client, everything, settings):
    found = graph(client)
    addresses = {*found.objects(None, DCAT.downloadURL), *found.objects(None, DCAT.endpointDescription)}
    assert len(addresses) > 20
    for address in addresses:
        assert str(address).startswith(settings.SITE_URL)
        response = client.get(str(address).removeprefix(settings.SITE_URL))
        assert response.status_code == 200, address
        assert b"".join(response) if response.streaming else response.content


def test_the_size_and_checksum_are_those_of_the_file(client, everything):
    edition = editions.current()
    text = client.get(TTL).content.decode()
    told = edition.manifest["files"]["awards.parquet"]
    assert told["sha256"] in text
    assert f"dcat:byteSize {told['bytes']}" in text or f'"{told["bytes"]}"' in text


def test_people_are_not_in_it(client):
    marked_person()
    editions.publish()
    for address in (TTL, JSONLD):
        text = client.get(address).content.decode()
        assert not [marker for marker in MARKERS if marker in text]


def test_the_law_that_asks_for_it_is_named_when_there_is_one(client, settings):
    law = "http://data.europa.eu/eli/dir/2019/1024/oj"
    assert law not in client.get(TTL).content.decode()
    settings.OPEN_DATA_LEGISLATION = [law]
    found = graph(client)
    assert (None, URIRef("http://data.europa.eu/r5r/applicableLegislation"), URIRef(law)) in found
    assert validate(found, shacl_graph=shapes("shapes", "range"))[0]


@pytest.mark.parametrize("address", [TTL, JSONLD])
def test_unchanged_is_304_and_a_change_shows(client, address):
    HubFactory()
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    HubFactory()
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert first["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("count", [1, 3])
def test_two_queries_whatever_there_is(client, count, django_assert_num_queries):
    for _ in range(count):
        award()
        HubFactory()
    with django_assert_num_queries(2):
        client.get(TTL)


@pytest.mark.parametrize(
    ("accepted", "address"),
    [
        ("text/turtle", TTL),
        ("application/ld+json", JSONLD),
        ("application/json", JSONLD),
        ("text/html,*/*;q=0.8", "/en/open-data/"),
        ("*/*", "/en/open-data/"),
    ],
)
def test_the_catalogue_is_sent_in_the_form_preferred(client, accepted, address):
    response = client.get("/open-data/catalog", headers={"Accept": accepted, "Accept-Language": "en"})
    assert (response.status_code, response["Location"]) == (303, address)
    assert "Accept" in response["Vary"]
