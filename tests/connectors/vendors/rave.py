"""A Rave: audits with growing numbers, Link paging by startid, lists in ODM, registration of subjects, its own errors.

Made from the requests, fixtures and builders of the vendor's own library (mdsol/rwslib, MIT). What its users do
becomes audits; nothing is ever taken out of the audit trail.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import unquote, urlencode

from tests.connectors.peer import Answer, Asked, Peer

STUDY = "Mediflex(Dev)"
_ODM = (
    '<ODM ODMVersion="1.3" FileType="Transactional" FileOID="f" CreationDateTime="2026-03-02T08:00:00" '
    'xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata">\n'
)
_CLINICAL = re.compile(
    r"<ClinicalData.*?</ClinicalData>\n|<Location\b.*?</Location>\n|<spoilt>.*?</spoilt>\n", re.DOTALL
)


@dataclass
class Audit:
    """One audit: of a record, with the state that it brought."""

    number: int
    record: int
    what: Any
    removed: bool = False


@dataclass
class Rave(Peer):
    """`enter` and the like make deviations where *kind* is so, else queries or sites."""

    kind: str = "deviation"
    audits: list[Audit] = field(default_factory=list)
    subjects: dict[str, str] = field(default_factory=dict)
    """UUID by name."""
    bom: bool = True
    posted: list[bytes] = field(default_factory=list)
    foreign_links: bool = False

    def __post_init__(self) -> None:
        self.auth = "basic"

    def shown_id(self, number: int) -> str:
        if self.kind == "site":
            return f"{STUDY}|S{number}"
        return f"{STUDY}|{_uuid(number)}|SCREEN~SCREEN[1]|DM~1|DM|DM.AGE|{number}"

    def number(self, id: str) -> int:
        return int(id.rpartition("|")[2].removeprefix("S"))

    def _changed(self, number: int, **changes: Any) -> Any:
        row = super()._changed(number, **changes)
        with self.lock:
            self.audits.append(Audit(len(self.audits) + 1, number, row.what, row.removed))
        return row

    def true_answer(self, asked: Asked) -> Answer:
        with self.lock:
            if not self._known(asked):
                return _response(401, "RWS00008", "Incorrect login and password combination.")
            if asked.method == "POST":
                return self.post(asked)
            return self.page(asked)

    def page(self, asked: Asked) -> Answer:
        path = unquote(asked.path).removeprefix("/RaveWebServices/")
        if path == "studies":
            return self._odm(_study(STUDY), _study("Other(Prod)"))
        if path == f"studies/{STUDY}/subjects":
            return self._odm(*(_listed(name, key) for name, key in self.subjects.items()))
        if asked.params.get("studyoid") != STUDY:
            return _response(404, "RWS00005", "Study not found")
        if path == "datasets/Sites.odm":
            return self._odm(*(self._site(row) for row in self.rows.values()))
        if path == "datasets/Users.odm":
            return self._odm()
        if path != "datasets/ClinicalAuditRecords.odm":
            return _response(404, "RWS00005", f"No such data set: {path}")
        start, size = int(asked.params.get("startid", 1)), min(int(asked.params.get("per_page", 100)), self.most)
        audits = [one for one in self.audits if one.number >= start]
        answer = self._odm(*map(self.audit, audits[:size]))
        if len(audits) > size:
            onward = {**asked.params, "startid": str(audits[size].number)}
            host = "http://localhost:9" if self.foreign_links else self.address
            link = f"{host}/RaveWebServices/datasets/ClinicalAuditRecords.odm?{urlencode(onward)}"
            answer.headers["Link"] = f'<{link}>; rel="next"'
        return answer

    def audit(self, audit: Audit) -> str:
        """Return one audit as the feed shows it."""
        text = escape(audit.what, quote=True) if isinstance(audit.what, str) else None
        number, change = audit.record, "Remove" if audit.removed else "Insert" if audit.number == 1 else "Upsert"
        status = "Open" if text is not None else "Nonsense"
        value = f'Value="{text}"' if text is not None else ""
        if self.kind == "query":
            said, part = (
                "QueryOpen",
                f'<mdsol:Query QueryRepeatKey="{number}" {value} Status="{status}" Recipient="Site"/>',
            )
        else:
            said, part = (
                "CreatePD",
                f'<mdsol:ProtocolDeviation TransactionType="{change}" {value} Status="{status}" Class="violation" '
                f'Code="exclusion" ProtocolDeviationRepeatKey="{number}"/>',
            )
        return clinical(audit.number, _uuid(number), said, part)

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        text = body.decode("utf-8-sig")
        return (_ODM + "".join(alter(_CLINICAL.findall(text))) + "</ODM>").encode()

    def post(self, asked: Asked) -> Answer:
        """Register a subject, or set the state of a query."""
        if not asked.body.startswith(b"<?xml"):
            return _response(200, "RWS00003", "Not ODM")
        self.posted.append(asked.body)
        text = asked.body.decode()
        name = re.search(r'SubjectKey="([^"]*)" TransactionType="Insert"', text)
        if name is not None:
            if name[1] in self.subjects:
                return _response(200, "RWS00024", "Subject already exists.")
            self.subjects[name[1]] = _uuid(len(self.subjects) + 500)
        self.taken.append(("POST", name[1] if name else "query"))
        return Answer(
            200, b'<Response ReferenceNumber="r" IsTransactionSuccessful="1" SuccessStatistics="Subjects=1"/>'
        )

    def _site(self, row: Any) -> str:
        active = "No" if row.removed else "Yes"
        if isinstance(row.what, str):
            return f'<Location OID="S{row.number}" Name="{escape(row.what)}" mdsol:Active="{active}"></Location>\n'
        return f'<Location OID="S{row.number}"></Location>\n'

    def _odm(self, *items: str) -> Answer:
        body = (_ODM + "".join(items) + "</ODM>").encode("utf-8-sig" if self.bom else "utf-8")
        return Answer(200, body, {"Content-Type": "text/xml"})


def clinical(audit: int, subject: str, said: str, part: str, *, of: str = "") -> str:
    """Return a `ClinicalData` with one audit on one item."""
    return (
        f'<ClinicalData StudyOID="Mediflex" MetaDataVersionOID="16" mdsol:AuditSubCategoryName="{said}">'
        f'<SubjectData SubjectKey="{subject}" mdsol:SubjectKeyType="SubjectUUID" mdsol:SubjectName="0{audit}" {of}>'
        '<SiteRef LocationOID="S1"/><StudyEventData StudyEventOID="SCREEN" StudyEventRepeatKey="SCREEN[1]">'
        '<FormData FormOID="DM" FormRepeatKey="1"><ItemGroupData ItemGroupOID="DM"><ItemData ItemOID="DM.AGE">'
        '<AuditRecord><UserRef UserOID="u"/><LocationRef LocationOID="S1"/>'
        f"<DateTimeStamp>2026-03-02T08:00:0{audit % 10}</DateTimeStamp><ReasonForChange/><SourceID>{audit}</SourceID>"
        f"</AuditRecord>{part}</ItemData></ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData>\n"
    )


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _study(oid: str) -> str:
    names = f"<StudyName>{oid}</StudyName><StudyDescription/><ProtocolName>{oid.partition('(')[0]}</ProtocolName>"
    return f'<Study OID="{oid}"><GlobalVariables>{names}</GlobalVariables></Study>\n'


def _listed(name: str, key: str) -> str:
    return (
        f'<ClinicalData StudyOID="{STUDY}" MetaDataVersionOID="1"><SubjectData SubjectKey="{key}" '
        f'mdsol:SubjectKeyType="SubjectUUID" mdsol:SubjectName="{escape(name)}"><SiteRef LocationOID="S1"/>'
        "</SubjectData></ClinicalData>\n"
    )


def _response(status: int, code: str, text: str) -> Answer:
    body = (
        f'<Response ReferenceNumber="r" InboundODMFileOID="" IsTransactionSuccessful="0" ReasonCode="{code}" '
        f'ErrorClientResponseMessage="{escape(text)}"></Response>'
    )
    return Answer(status, body.encode(), {"Content-Type": "text/xml"})
