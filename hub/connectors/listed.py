"""Every connector there is: one entry each, for `hub connectors`, for the table in docs/connectors/index.md.

An entry names its opener as text, so that a connector's libraries are loaded only where a system uses it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from hub.connectors.rest.tokens import Tokens
from hub.ports import System

Opener = Callable[[str, Callable[[], Tokens] | None], System]
"""Makes a system of its YAML; the second is where rotated refresh tokens are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One connector."""

    name: str
    """What `connector:` says in a system's YAML."""
    system: str
    opener: str
    """`module:function`, an `Opener`."""
    kinds: str
    """Kinds of record, or `as its YAML says`."""
    reads: bool = True
    writes: bool = False
    told: str = "poll"
    """How a change there becomes known: poll, webhook and poll, or push."""
    signs_in: str = ""
    proved: str = ""
    """Against which contract, and against which server that behaves as the system does."""

    def load(self) -> Opener:
        """Return its opener."""
        module, _, function = self.opener.partition(":")
        opener: Opener = getattr(import_module(module), function)
        return opener


CONNECTORS: tuple[Listed, ...] = (
    Listed(
        name="files",
        system="Files: folder, SFTP, uploads (CSV, XLSX, JSON lines)",
        opener="hub.connectors.files.opening:opened",
        kinds="as its YAML says",
        signs_in="none; SFTP by key or password",
        proved="contract suite; OpenSSH",
    ),
    Listed(
        name="rest",
        system="Any HTTP API that lists and takes JSON",
        opener="hub.connectors.rest.system:opened",
        kinds="as its YAML says",
        writes=True,
        told="webhook and poll",
        signs_in="basic, API key, OAuth client credentials, refresh token",
        proved="contract suite against a server with faults",
    ),
    Listed(
        name="rave",
        system="Medidata Rave EDC (Rave Web Services)",
        opener="hub.connectors.rave.system:opened",
        kinds="query, deviation, subject_status, study, site, contact",
        writes=True,
        signs_in="basic (a user of Rave for the hub)",
        proved="contract suite against a server with faults; the vendor library's fixtures; ODM 1.3.2 XSD",
    ),
    Listed(
        name="veeva",
        system="Veeva Vault (CTMS, eTMF, study start-up)",
        opener="hub.connectors.veeva.system:opened",
        kinds="study, country, site, site_milestone, contact, subject_status, monitoring_visit, deviation, issue, "
        "document; any object as its YAML says",
        writes=True,
        told="webhook and poll",
        signs_in="user and password; OAuth profile",
        proved="API reference 25.2 (192 paths); contract suite against a vault of ours",
    ),
    Listed(
        name="odm",
        system="CDISC ODM 1.3.2 and 2.0 over HTTP; with USDM 4.0 and Dataset-JSON also as formats of files",
        opener="hub.connectors.odm.system:opened",
        kinds="study, site, contact, subject_status, query",
        writes=True,
        signs_in="none, basic, API key, OAuth",
        proved="contract suite against a server with faults; CDISC's schemas and examples",
    ),
    Listed(
        name="ems",
        system="eTMF exchange packages (EMS 1.0.2)",
        opener="hub.connectors.ems.system:opened",
        kinds="document",
        writes=True,
        signs_in="none (folders)",
        proved="the standard's XSD and example; contract suites",
    ),
    Listed(
        name="fhir",
        system="FHIR R4 and R5",
        opener="hub.connectors.fhir.system:opened",
        kinds="study, site, contact, subject_status, action_item, document, decision",
        writes=True,
        told="webhook and poll",
        signs_in="none, basic, API key, OAuth client credentials, refresh token",
        proved="contract suite against a server with faults; fhir.resources' models; HL7's examples; Medplum",
    ),
    Listed(
        name="sharepoint",
        system="SharePoint and OneDrive libraries (Microsoft Graph)",
        opener="hub.connectors.sharepoint.system:opened",
        kinds="document",
        writes=True,
        told="webhook and poll",
        signs_in="app with secret or certificate",
        proved="Graph's metadata (76 paths); contract suites against a library of ours",
    ),
    Listed(
        name="redcap",
        system="REDCap",
        opener="hub.connectors.redcap.system:opened",
        kinds="as its YAML says",
        writes=True,
        signs_in="a token for user and project",
        proved="contract suite against a server with its quirks and faults",
    ),
    Listed(
        name="siebel",
        system="Oracle Siebel Clinical (CTMS)",
        opener="hub.connectors.siebel.system:opened",
        kinds="site, monitoring_visit; subject_status written",
        writes=True,
        signs_in="basic",
        proved="contract suite against a server with its quirks and faults",
    ),
    Listed(
        name="clinical-one",
        system="Oracle Clinical One (Data Hub datasets)",
        opener="hub.connectors.clinical_one.system:opened",
        kinds="site, subject_status, subject_visit",
        signs_in="OAuth client credentials",
        proved="contract suite against a server with its tokens, datasets and faults",
    ),
    Listed(
        name="openclinica",
        system="OpenClinica 4",
        opener="hub.connectors.openclinica.four:opened",
        kinds="subject_status; others of ODM",
        signs_in="user and password for a token",
        proved="contract suite against a server with its tokens and faults",
    ),
    Listed(
        name="libreclinica",
        system="LibreClinica, OpenClinica 3 (SOAP)",
        opener="hub.connectors.openclinica.libre:opened",
        kinds="study, site, subject_status",
        signs_in="WS-Security",
        proved="contract suite against a server with its quirks and faults",
    ),
    Listed(
        name="feeds",
        system="Regulators: RSS, Atom, JSON, tables (FDA, EMA, MHRA, Health Canada, CDSCO, PMDA, TGA; any address)",
        opener="hub.connectors.feeds.system:opened",
        kinds="regulatory_notice",
        signs_in="none",
        proved="contract suite against a site with faults, robots.txt and conditional requests",
    ),
    Listed(
        name="usdm",
        system="Repositories of USDM 4.0 study definitions",
        opener="hub.connectors.odm.definitions:opened",
        kinds="study, site",
        writes=True,
        signs_in="none, basic, API key, OAuth",
        proved="the USDM 4.0 OpenAPI and its examples; contract suite against a server with faults",
    ),
    Listed(
        name="place",
        system="Packages out: folder, SFTP, S3 bucket",
        opener="hub.connectors.places.packages:opened",
        kinds="document",
        reads=False,
        writes=True,
        told="push",
        signs_in="none; SFTP by key or password; S3 by key or role",
        proved="contract suite on a folder, OpenSSH and an S3 store",
    ),
)
