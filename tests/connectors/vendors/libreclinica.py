"""A LibreClinica: SOAP with the SHA-1 of the password, one study with sites and subjects, faults with status 500."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.connectors.peer import Answer, Asked, Peer

STUDY = "S_AC1"
_SITES = re.compile(r"<sites>(.*)</sites>", re.DOTALL)
_SITE = re.compile(r"<site>.*?</site>", re.DOTALL)
_HEAD = (
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
)
_TAIL = "</SOAP-ENV:Body></SOAP-ENV:Envelope>"


@dataclass
class LibreClinica(Peer):
    """Sites have a name; subjects are labelled by their number."""

    def true_answer(self, asked: Asked) -> Answer:
        text = asked.body.decode()
        if hashlib.sha1(self.password.encode(), usedforsecurity=False).hexdigest() not in text:
            return _fault("The security token could not be authenticated or authorized")
        with self.lock:
            if "listAllRequest" in text:
                return self._studies()
            if "listAllByStudyRequest" in text and f">{STUDY}<" in text:
                return self._subjects()
        return _fault(f"No endpoint mapping found for {text}")

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        """Return the list of studies with other sites in it."""
        text = body.decode()
        inside = _SITES.search(text)
        assert inside is not None
        return (text[: inside.start(1)] + "".join(alter(_SITE.findall(inside[1]))) + text[inside.end(1) :]).encode()

    def _studies(self) -> Answer:
        sites = "".join(
            f"<site><identifier>R-{row.number}</identifier><oid>S_{row.number}</oid>"
            + (f"<name>{escape(row.what)}</name>" if isinstance(row.what, str) else "<name/>")
            + "</site>"
            for row in self.rows.values()
            if not row.removed
        )
        study = (
            f"<study><identifier>{STUDY}</identifier><oid>S_1</oid><name>A study</name><sites>{sites}</sites></study>"
        )
        return _answer(
            f'<listAllResponse xmlns="http://openclinica.org/ws/study/v1"><result>Success</result><studies>{study}</studies></listAllResponse>'
        )

    def _subjects(self) -> Answer:
        subjects = "".join(
            f"<studySubject><label>M-{row.number}</label><enrollmentDate>2026-03-02</enrollmentDate>"
            "<subject><uniqueIdentifier>p</uniqueIdentifier><gender>f</gender><dateOfBirth>1980-01-01</dateOfBirth></subject>"
            f"<studyRef><identifier>{STUDY}</identifier><siteRef><identifier>R-1</identifier></siteRef></studyRef></studySubject>"
            for row in self.rows.values()
        )
        return _answer(
            '<listAllByStudyResponse xmlns="http://openclinica.org/ws/studySubject/v1"><result>Success</result>'
            f"<studySubjects>{subjects}</studySubjects></listAllByStudyResponse>"
        )


def _answer(body: str) -> Answer:
    return Answer(200, (_HEAD + body + _TAIL).encode(), {"Content-Type": "text/xml"})


def _fault(said: str) -> Answer:
    fault = f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>{escape(said)}</faultstring></SOAP-ENV:Fault>"
    return Answer(500, (_HEAD + fault + _TAIL).encode(), {"Content-Type": "text/xml"})
