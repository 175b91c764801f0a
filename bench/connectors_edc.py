"""Lines of EDC, CTMS and CDISC's formats over HTTP, on the stateful servers of `tests/connectors/vendors`."""

import json
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from connectors_line import SIZE, line, rows
from connectors_opens import system

from tests.connectors.peer import Answer, Asked
from tests.connectors.vendors.clinical_one import STUDY as STUDY_ID
from tests.connectors.vendors.clinical_one import TENANT, ClinicalOne
from tests.connectors.vendors.fhir import FhirServer
from tests.connectors.vendors.libreclinica import STUDY as LIBRE_STUDY
from tests.connectors.vendors.libreclinica import LibreClinica
from tests.connectors.vendors.odm import OdmPartner
from tests.connectors.vendors.rave import STUDY, Audit, Rave
from tests.connectors.vendors.redcap import Redcap
from tests.connectors.vendors.regulator import Regulator
from tests.connectors.vendors.siebel import Siebel
from tests.connectors.vendors.usdm import Repository
from tests.connectors.vendors.veeva import USER, VAULT_ID
from tests.connectors.vendors.veeva_direct import DirectVault

_BASIC = "auth: {type: basic, user: hub, password: 'env:SECRET'}"
_CLIENT = "type: client_credentials, token_url: 'ADDRESS/token', client_id: hub, client_secret: 'env:SECRET'"


def audits(peer: Rave, count: int) -> None:
    """Put *count* audits into a Rave, each of a deviation of its own."""
    peer.most = SIZE
    peer.audits = [Audit(n, n, f"Visit {n} out of its window") for n in range(1, count + 1)]


def versions(peer: ClinicalOne, count: int) -> None:
    """Put *count* sites into a Data Hub, each in one version."""
    peer.most = SIZE
    peer.history = [(n, f"Site {n}") for n in range(1, count + 1)]


def notices(peer: Regulator, count: int) -> None:
    """Put notices into a site: its feeds show the same, at most a hundred."""
    rows(peer, min(count, _FEED))


@dataclass
class Tenant(OdmPartner):
    """An OpenClinica 4, which hands out its bare token for user and password in JSON."""

    auth: str = "bearer"

    def _token(self, asked: Asked) -> Answer:
        assert json.loads(asked.body) == {"username": "hub", "password": self.password}
        self.good.add("eyJhbGciOiJIUzI1NiJ9.1.sig")
        return Answer(200, b"eyJhbGciOiJIUzI1NiJ9.1.sig")


@dataclass
class Archive(Repository):
    """A repository whose definitions have a thousand sites each."""

    sites: int = 0

    def page(self, asked: Asked) -> Answer:
        """Return a definition, made as it is asked for."""
        number = int(asked.path.rpartition("/")[2].removeprefix("d-"))
        self.studies[f"d-{number}"] = _definition(min(SIZE, self.sites - SIZE * number))
        answer = super().page(asked)
        self.studies.clear()
        return answer


def definitions(peer: Archive, count: int) -> None:
    """Say how many sites there are in all."""
    peer.sites = count


def _definition(sites: int) -> dict[str, Any]:
    managed = [
        {"id": f"site-{n}", "name": f"{n:04d}", "label": f"Site {n}", "country": {"code": "DEU", "decode": "Germany"}}
        for n in range(sites)
    ]
    organization = {"id": "o", "name": "o", "type": {"code": "C70793"}, "managedSites": managed}
    version = {"titles": [{"text": "A study", "type": {"code": "C207616"}}], "organizations": [organization]}
    return {"study": {"id": "s", "name": "s", "versions": [version]}, "usdmVersion": "4.0.0"}


def _many(count: int, size: int) -> range:
    return range(-(-count // size))


def _repository(count: int) -> str:
    named = ", ".join(f"d-{n}" for n in _many(count, SIZE))
    return f"{{connector: usdm, name: u, base_url: ADDRESS, studies: [{named}]}}"


_FEED = 100
"""Notices of one feed: regulators show their last twenty to a few hundred."""


def _feeds(count: int) -> str:
    size = min(count, _FEED)
    named = ", ".join(f"f{n}: {{authority: A{n}, url: 'ADDRESS/news.rss?f={n}'}}" for n in _many(count, size))
    return f"{{connector: feeds, name: f, contact: hub@cro.test, feeds: {{{named}}}}}"


@dataclass
class Clinica(LibreClinica):
    """A LibreClinica whose list of subjects is made once."""

    made: list[Answer] = field(default_factory=list)

    def _subjects(self) -> Answer:
        self.made = self.made or [super()._subjects()]
        return self.made[0]


def direct(peer: DirectVault, count: int) -> None:
    """Put *count* action items into the full Direct Data file of a vault."""
    rows(peer, count)
    peer.part_size = 8 << 20
    peer.make(full=True)


LINES = (
    line(
        "veeva (Direct Data)",
        "veeva",
        peer=DirectVault,
        fill=direct,
        opens=partial(system, "action_item"),
        yaml="{connector: veeva, name: v, address: ADDRESS, direct_data: true, kinds: {action_item: {object: "
        f"action_item__c, fields: {{title: name__v}}}}}}, vault_id: {VAULT_ID}, sign_in: {{user: {USER}, password: "
        "'env:SECRET'}}",
        why="one file",
    ),
    line(
        "rave",
        peer=Rave,
        fill=audits,
        opens=partial(system, "deviation"),
        yaml=f"{{connector: rave, name: r, base_url: ADDRESS/RaveWebServices, {_BASIC}, studies: ['{STUDY}']}}",
        why="audits, which are what is read of a Rave again and again",
    ),
    line(
        "odm",
        peer=OdmPartner,
        fill=rows,
        opens=partial(system, "site"),
        yaml="{connector: odm, name: o, base_url: ADDRESS, read: {path: odm, kinds: {site: {}}}}",
        why="one document",
    ),
    line(
        "clinical-one",
        peer=ClinicalOne,
        fill=versions,
        opens=partial(system, "site"),
        yaml=f"{{connector: clinical-one, name: o, base_url: ADDRESS, auth: {{{_CLIENT}}}, tenant: {TENANT}, "
        f"study: {STUDY_ID}, "
        "protocol: AC-1, size: 1000, kinds: {site: {fields: {number: {field: SITE_NO}, name: {field: SITE_NAME}}}}}",
    ),
    line(
        "openclinica",
        peer=Tenant,
        fill=rows,
        opens=partial(system, "site"),
        yaml="{connector: openclinica, name: o, base_url: ADDRESS, study: S_1, kinds: {site: {}}, auth: {type: basic, "
        "user: hub, password: 'env:SECRET', token_url: 'ADDRESS/token'}}",
        why="one document",
    ),
    line(
        "libreclinica",
        peer=Clinica,
        fill=rows,
        opens=partial(system, "subject_status"),
        yaml="{connector: libreclinica, name: l, base_url: ADDRESS, user: hub, password: 'env:SECRET', studies: "
        f"[{LIBRE_STUDY}]}}",
        why="one answer",
    ),
    line(
        "fhir",
        peer=FhirServer,
        fill=rows,
        opens=partial(system, "action_item"),
        yaml=f"{{connector: fhir, name: f, base_url: ADDRESS/fhir, version: R4, size: 1000, auth: {{{_CLIENT}}}, "
        "kinds: {action_item: {}}}",
    ),
    line(
        "redcap",
        peer=Redcap,
        fill=rows,
        opens=partial(system, "subject_status"),
        yaml="{connector: redcap, name: r, base_url: ADDRESS/api, token: 'env:SECRET', size: 1000, kinds: "
        "{subject_status: {fields: {subject_number: what}}}}",
    ),
    line(
        "siebel",
        peer=Siebel,
        fill=rows,
        opens=partial(system, "site"),
        yaml=f"{{connector: siebel, name: s, base_url: ADDRESS, {_BASIC}, protocol: AC-1, size: 1000}}",
    ),
    line(
        "usdm",
        peer=Archive,
        fill=definitions,
        opens=partial(system, "site"),
        yaml=_repository,
        why="sites, 1,000 in each definition",
    ),
    line(
        "feeds",
        peer=Regulator,
        fill=notices,
        opens=partial(system, "regulatory_notice"),
        yaml=_feeds,
        part=10,
        why="feeds of 100 notices",
        secrets={},
    ),
)
