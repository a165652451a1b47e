"""The catalogue of the open data in DCAT-AP 3, for data portals that harvest it.

What an address of a vocabulary of the EU stands for is said beside it (its kind, its scheme, its name), so
that the catalogue can be checked without asking anybody.
"""

from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD
from rdflib.term import Node

from wecd.common.seo import absolute
from wecd.opendata.datasets import BUNDLE, DATASETS, Dataset, Format, Freshness, latest
from wecd.opendata.editions import ZIP
from wecd.opendata.models import Edition
from wecd.opendata.publisher import publisher_name, publisher_url

EU = "http://publications.europa.eu/resource/authority/"
ADMS_LICENCE = "http://purl.org/adms/licencetype/"
ADMS_PUBLISHER = "http://purl.org/adms/publishertype/"
MEDIA = "https://www.iana.org/assignments/media-types/"
NUTS = "http://data.europa.eu/nuts/code/"
DCATAP = Namespace("http://data.europa.eu/r5r/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SPDX_SHA256 = URIRef("https://spdx.org/rdf/terms/#checksumAlgorithm_sha256")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
LANGUAGES = {"fr": "FRA", "de": "DEU", "nl": "NLD", "en": "ENG"}
THEMES = {
    "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport",
    "GOVE": "Government and public sector",
}
THEMES_OF = {"awards": ("ECON", "GOVE"), "calls": ("ECON", "EDUC"), "hubs": ("EDUC", "ECON")}
# West, south, east and north of Wallonia, from the boundaries in wecd/common/data (see its README).
BOXES = {"BE3": (2.8421, 49.4973, 6.4081, 50.8121)}
OPENAPI = "https://spec.openapis.org/oas/v3.1.0"
GIVING = "https://standard.threesixtygiving.org/"


def written(found: dict[str, Freshness], edition: Edition | None, form: str) -> str:
    """The catalogue as text: "turtle" or "json-ld"."""
    graph = Catalogue(found, edition).written()
    if form == "json-ld":
        return graph.serialize(None, form, None, None, context=context())
    return graph.serialize(format=form)


class Catalogue:
    """Writes the graph. One method a class of the profile; each gives the node it described."""

    def __init__(self, found: dict[str, Freshness], edition: Edition | None):
        self.found, self.edition = found, edition
        self.graph = Graph()
        for prefix, space in (
            ("dcat", DCAT),
            ("dct", DCTERMS),
            ("foaf", FOAF),
            ("skos", SKOS),
            ("vcard", VCARD),
            ("spdx", SPDX),
            ("dcatap", DCATAP),
            ("eli", ELI),
            ("geo", GEO),
        ):
            self.graph.bind(prefix, space, override=True)
        self.root = URIRef(absolute(reverse("open_data_catalog")))

    def written(self) -> Graph:
        self.publisher = self._publisher()
        self.contact = self._contact()
        self.place = self._place()
        self.licence = self._licence()
        self.laws = [self._node(ELI.LegalResource, URIRef(law)) for law in settings.OPEN_DATA_LEGISLATION]
        self.service = URIRef(f"{self.root}#api")
        datasets = [self._dataset(each) for each in DATASETS]
        if self.edition:
            datasets.append(self._bundle(self.edition))
        self._service(datasets)
        self._catalog(datasets)
        return self.graph

    # --- What is described --------------------------------------------------------------------------
    def _catalog(self, datasets: list[URIRef]) -> None:
        node = self._node(DCAT.Catalog, self.root)
        self._texts(node, DCTERMS.title, lambda: translation.gettext("Open data of the programme"))
        self._texts(
            node,
            DCTERMS.description,
            lambda: translation.gettext("Who got what, under which call, and who runs the programme."),
        )
        homepage = self._node(FOAF.Document, URIRef(_page()))
        themes = URIRef(f"{EU}data-theme")
        self._node(SKOS.ConceptScheme, themes)
        self.graph.add((themes, DCTERMS.title, Literal("Data theme", lang="en")))
        self._say(
            node,
            {
                DCTERMS.publisher: self.publisher,
                DCTERMS.license: self.licence,
                DCTERMS.spatial: self.place,
                DCTERMS.issued: _instant(self._first()),
                DCTERMS.modified: _instant(latest(self.found)),
                DCTERMS.language: self._languages(),
                DCAT.themeTaxonomy: themes,
                DCAT.dataset: datasets,
                DCAT.service: self.service,
                FOAF.homepage: homepage,
                DCATAP.applicableLegislation: self.laws,
            },
        )

    def _dataset(self, dataset: Dataset) -> URIRef:
        node = self._described(dataset.name, "CONT", dataset.keywords, THEMES_OF.get(dataset.name, ("GOVE",)))
        self._texts(node, DCTERMS.title, lambda: str(dataset.title))
        self._texts(node, DCTERMS.description, lambda: str(dataset.what))
        fresh = self.found[dataset.name]
        self._say(node, {DCTERMS.modified: _instant(fresh.changed_at), DCTERMS.language: self._languages()})
        giving = bool(self.found["awards"].rows)
        for each in dataset.formats(edition=bool(self.edition), giving=giving):
            self._distribution(node, f"{dataset.name}-{each.code}", each)
        return node

    def _bundle(self, edition: Edition) -> URIRef:
        node = self._described(BUNDLE, "DAILY", ("creative economy", "open data"), ("ECON", "GOVE"))
        self._texts(node, DCTERMS.title, lambda: translation.gettext("Everything at once"))
        self._texts(
            node,
            DCTERMS.description,
            lambda: translation.gettext("All datasets as Parquet files in one archive, made each night."),
        )
        self._say(node, {DCTERMS.modified: _instant(edition.made_at), DCTERMS.language: self._languages()})
        archive = Format("zip", "Parquet, ZIP", "", reverse("open_data_bundle"), "", "PARQUET")
        made = self._distribution(node, f"{BUNDLE}-zip", archive)
        self._say(made, {DCAT.packageFormat: self._media("application/zip")})
        return node

    def _described(self, name: str, frequency: str, keywords, themes) -> URIRef:
        node = self._node(DCAT.Dataset, URIRef(f"{self.root}#{name}"))
        for keyword in keywords:
            self.graph.add((node, DCAT.keyword, Literal(keyword, lang="en")))
        self._say(
            node,
            {
                DCTERMS.identifier: Literal(str(node)),
                DCTERMS.publisher: self.publisher,
                DCAT.contactPoint: self.contact,
                DCTERMS.spatial: self.place,
                DCTERMS.temporal: self._period(name),
                DCTERMS.accrualPeriodicity: self._concept("frequency", frequency, DCTERMS.Frequency),
                DCTERMS.accessRights: self._concept("access-right", "PUBLIC", DCTERMS.RightsStatement),
                DCAT.theme: [self._theme(code) for code in themes],
                DCAT.landingPage: self._node(FOAF.Document, URIRef(f"{_page()}#{name}")),
                DCATAP.applicableLegislation: self.laws,
            },
        )
        return node

    def _distribution(self, dataset: URIRef, name: str, each: Format) -> URIRef:
        node = self._node(DCAT.Distribution, URIRef(f"{self.root}#{name}"))
        address = URIRef(absolute(each.path))
        self.graph.add((dataset, DCAT.distribution, node))
        self.graph.add((node, DCTERMS.title, Literal(each.label)))
        self._texts(node, DCTERMS.description, lambda: str(each.use) or each.label)
        self._say(
            node,
            {
                DCAT.accessURL: address,
                DCAT.downloadURL: address if each.whole else None,
                DCTERMS.license: self.licence,
                DCTERMS.format: self._concept("file-type", each.file_type, DCTERMS.MediaTypeOrExtent),
                DCAT.mediaType: self._media(each.media_type),
                DCATAP.availability: self._concept("planned-availability", "STABLE"),
                DCAT.accessService: None if each.whole else self.service,
                DCTERMS.conformsTo: self._standard(GIVING, each.label) if each.code == "360giving" else None,
            },
        )
        self._file_facts(node, each)
        return node

    def _file_facts(self, node: URIRef, each: Format) -> None:
        """Size and checksum of what lies ready in an edition."""
        if not self.edition or each.code not in ("parquet", "zip"):
            return
        name = ZIP if each.code == "zip" else each.path.rsplit("/", 1)[-1]
        told = self.edition.manifest["bundle"] if name == ZIP else self.edition.manifest["files"].get(name)
        if told is None:
            return
        checksum = self._node(SPDX.Checksum, BNode())
        self._node(SPDX.ChecksumAlgorithm, SPDX_SHA256)
        self._say(
            checksum,
            {
                SPDX.algorithm: SPDX_SHA256,
                SPDX.checksumValue: Literal(told["sha256"], datatype=XSD.hexBinary),
            },
        )
        self._say(
            node,
            {
                SPDX.checksum: checksum,
                DCAT.byteSize: Literal(told["bytes"], datatype=XSD.nonNegativeInteger),
                DCTERMS.modified: _instant(self.edition.made_at),
            },
        )

    def _service(self, datasets: list[URIRef]) -> None:
        node = self._node(DCAT.DataService, self.service)
        self._texts(node, DCTERMS.title, lambda: translation.gettext("The programme’s API"))
        self._texts(
            node,
            DCTERMS.description,
            lambda: translation.gettext("All open data, page by page or as a stream, filtered and sorted."),
        )
        self._say(
            node,
            {
                DCAT.endpointURL: URIRef(absolute("/api/v1/")),
                DCAT.endpointDescription: URIRef(absolute(reverse("api:schema"))),
                DCAT.servesDataset: [each for each in datasets if not str(each).endswith(BUNDLE)],
                DCAT.contactPoint: self.contact,
                DCAT.landingPage: self._node(FOAF.Document, URIRef(absolute(reverse("api:docs")))),
                DCAT.keyword: [Literal(word, lang="en") for word in ("API", "open data")],
                DCAT.theme: [self._theme(code) for code in ("ECON", "GOVE")],
                DCTERMS.publisher: self.publisher,
                DCTERMS.license: self.licence,
                DCTERMS.accessRights: self._concept("access-right", "PUBLIC", DCTERMS.RightsStatement),
                DCTERMS.conformsTo: self._standard(OPENAPI, "OpenAPI 3.1"),
                DCTERMS["format"]: self._concept("file-type", "JSON", DCTERMS.MediaTypeOrExtent),
                DCATAP.applicableLegislation: self.laws,
            },
        )

    # --- Who, where, when ---------------------------------------------------------------------------
    def _publisher(self) -> URIRef:
        node = self._node(FOAF.Agent, URIRef(f"{self.root}#publisher"))
        kind = URIRef(settings.OPEN_DATA_PUBLISHER_TYPE)
        scheme = URIRef(f"{ADMS_PUBLISHER}1.0")
        self._described_concept(kind, scheme, str(kind).removeprefix(ADMS_PUBLISHER))
        self._described_scheme(scheme, "Publisher type")
        self._say(
            node,
            {
                FOAF.name: Literal(publisher_name()),
                DCTERMS.type: kind,
                FOAF.homepage: self._node(FOAF.Document, URIRef(publisher_url())),
            },
        )
        return node

    def _contact(self) -> URIRef:
        node = self._node(VCARD.Kind, URIRef(f"{self.root}#contact"))
        self.graph.add((node, RDF.type, VCARD.Organization))
        self.graph.add((node, VCARD.fn, Literal(publisher_name())))
        if settings.OPEN_DATA_CONTACT:
            self.graph.add((node, VCARD.hasEmail, URIRef(f"mailto:{settings.OPEN_DATA_CONTACT}")))
        self.graph.add((node, VCARD.hasURL, URIRef(absolute(f"/{settings.LANGUAGE_CODE}/contact/"))))
        return node

    def _place(self) -> URIRef:
        code = settings.OPEN_DATA_NUTS
        node = self._node(DCTERMS.Location, URIRef(f"{NUTS}{code}"))
        if code in BOXES:
            west, south, east, north = BOXES[code]
            corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
            polygon = ", ".join(f"{x} {y}" for x, y in corners)
            middle = f"POINT({(west + east) / 2:.4f} {(south + north) / 2:.4f})"
            self.graph.add((node, DCAT.bbox, Literal(f"POLYGON(({polygon}))", datatype=GEO.wktLiteral)))
            self.graph.add((node, DCAT.centroid, Literal(middle, datatype=GEO.wktLiteral)))
        return node

    def _period(self, name: str) -> BNode:
        """From the first row to the last change; a period without an end goes on."""
        node = self._node(DCTERMS.PeriodOfTime, BNode())
        fresh = self.found.get(name)
        begin = self._first(name)
        end = (fresh.changed_at if fresh else latest(self.found)) or begin
        self._say(node, {DCAT.startDate: _instant(begin), DCAT.endDate: _instant(end)})
        return node

    def _first(self, name: str = ""):
        """When the first row was made: of a dataset, or of any."""
        of = [self.found[name]] if name in self.found else self.found.values()
        return min((each.begun_at for each in of if each.begun_at), default=None)

    # --- Vocabularies -------------------------------------------------------------------------------
    def _licence(self) -> URIRef:
        node = self._node(DCTERMS.LicenseDocument, URIRef(f"{EU}licence/CC_BY_4_0"))
        kind, scheme = URIRef(f"{ADMS_LICENCE}Attribution"), URIRef(f"{ADMS_LICENCE}1.0")
        self._described_concept(kind, scheme, "Attribution")
        self._described_scheme(scheme, "Licence type")
        self.graph.add((node, DCTERMS.type, kind))
        return node

    def _languages(self) -> list[URIRef]:
        return [self._concept("language", code, DCTERMS.LinguisticSystem) for code in LANGUAGES.values()]

    def _theme(self, code: str) -> URIRef:
        node = self._concept("data-theme", code)
        self.graph.set((node, SKOS.prefLabel, Literal(THEMES[code], lang="en")))
        return node

    def _media(self, media_type: str) -> URIRef | None:
        return self._node(DCTERMS.MediaType, URIRef(f"{MEDIA}{media_type}")) if media_type else None

    def _standard(self, address: str, title: str) -> URIRef:
        node = self._node(DCTERMS.Standard, URIRef(address))
        self.graph.set((node, DCTERMS.title, Literal(title, lang="en")))
        return node

    def _concept(self, scheme: str, code: str, kind: Node | None = None) -> URIRef:
        """A word of one of the EU's lists."""
        node = URIRef(f"{EU}{scheme}/{code}")
        self._described_concept(node, URIRef(f"{EU}{scheme}"), code)
        return self._node(kind, node) if kind else node

    def _described_concept(self, node: URIRef, scheme: URIRef, name: str) -> None:
        self.graph.add((node, RDF.type, SKOS.Concept))
        self.graph.add((node, SKOS.inScheme, scheme))
        if (node, SKOS.prefLabel, None) not in self.graph:
            self.graph.add((node, SKOS.prefLabel, Literal(name, lang="en")))

    def _described_scheme(self, scheme: URIRef, title: str) -> None:
        self.graph.add((scheme, RDF.type, SKOS.ConceptScheme))
        self.graph.add((scheme, DCTERMS.title, Literal(title, lang="en")))

    # --- Statements ---------------------------------------------------------------------------------
    def _node(self, kind: Node, node: Any) -> Any:
        self.graph.add((node, RDF.type, kind))
        return node

    def _say(self, node: Node, said: dict[Any, Any]) -> None:
        for predicate, value in said.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    self.graph.add((node, predicate, each))

    def _texts(self, node: Node, predicate: URIRef, read) -> None:
        """A text in each language of the portal that has one of its own."""
        seen = set()
        for code in ("en", *(each for each in LANGUAGES if each != "en")):
            with translation.override(code):
                words = read()
            if words not in seen:
                seen.add(words)
                self.graph.add((node, predicate, Literal(words, lang=code)))


def _instant(moment: datetime | None) -> Literal | None:
    if moment is None:
        return None
    here = moment.astimezone(timezone.get_default_timezone())
    return Literal(here.isoformat(timespec="seconds"), datatype=XSD.dateTime)


def _page() -> str:
    return absolute(f"/{settings.LANGUAGE_CODE}/open-data/")


@cache
def context() -> dict:
    """Short names of the JSON-LD."""
    spaces = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "skos": SKOS, "vcard": VCARD, "spdx": SPDX}
    spaces |= {"dcatap": DCATAP, "eli": ELI, "geo": GEO, "xsd": XSD}
    return {prefix: str(space) for prefix, space in spaces.items()}
