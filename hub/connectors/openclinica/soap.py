"""LibreClinica's SOAP: an envelope with the user, and what an answer or a fault says."""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from hub.connectors.markup import checked, root_of
from hub.connectors.troubles import CredentialsError
from hub.domain.errors import RejectedError, RetryableError

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PLAIN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
BEANS = "http://openclinica.org/ws/beans"


_LISTS = ("studies", "studySubjects")


def hashed(password: str) -> str:
    """Return what stands in the place of the password: LibreClinica wants its SHA-1 in hexadecimal."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()


def envelope(service: str, operation: str, *, user: str, password: str, study: str | None = None) -> bytes:
    """Return the request for an operation of `study/v1`, `studySubject/v1` and the like."""
    from lxml import etree

    space = f"http://openclinica.org/ws/{service}/v1"
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soapenv": ENVELOPE, "v1": space, "beans": BEANS})
    header = etree.SubElement(root, f"{{{ENVELOPE}}}Header")
    security = etree.SubElement(header, f"{{{SECURITY}}}Security", {f"{{{ENVELOPE}}}mustUnderstand": "1"})
    token = etree.SubElement(security, f"{{{SECURITY}}}UsernameToken")
    etree.SubElement(token, f"{{{SECURITY}}}Username").text = user
    etree.SubElement(token, f"{{{SECURITY}}}Password", Type=PLAIN).text = hashed(password)
    asked = etree.SubElement(etree.SubElement(root, f"{{{ENVELOPE}}}Body"), f"{{{space}}}{operation}")
    if study is not None:
        reference = etree.SubElement(etree.SubElement(asked, f"{{{BEANS}}}study"), f"{{{BEANS}}}studyRef")
        etree.SubElement(reference, f"{{{BEANS}}}identifier").text = study
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


# an answer is as long as max_mib allows: a value that is too long is set aside alone, not all with it
_SAFELY: Mapping[str, bool] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}


def judged(content: bytes, operation: str, where: str) -> None:
    """Read an answer to *operation* as far as it says how it went, which comes before any list.

    FatalError where the user is refused, RejectedError for another fault or a failure told in `result`, RetryableError
    where it is no envelope.
    """
    from lxml import etree

    bare = checked(content, where)
    root_of(bare, where)
    try:
        answer = _begun(bare)
    except etree.XMLSyntaxError as error:
        raise RetryableError(f"{where}: the answer is no whole XML document") from error
    if answer is None:
        raise RetryableError(f"{where}: the answer is no SOAP envelope")
    _check(answer, where)
    if answer.tag.rpartition("}")[2] != operation.replace("Request", "Response"):
        raise RetryableError(f"{where}: the answer is none to what was asked")


def answered(content: bytes, where: str) -> Any:
    """Return the answer within the body of an envelope that was judged. RetryableError where it does not end."""
    from lxml import etree

    try:
        root = etree.fromstring(checked(content, where), etree.XMLParser(**_SAFELY))
    except etree.XMLSyntaxError as error:
        raise RetryableError(f"{where}: the answer is no whole XML document") from error
    return root.find(f"{{{ENVELOPE}}}Body")[0]


def _begun(content: bytes) -> Any:
    """Return the element within the body once it ends, or its first list begins; None where there is none."""
    from lxml import etree

    answer = None
    for event, element in etree.iterparse(BytesIO(content), events=("start", "end"), **_SAFELY):
        parent = element.getparent()
        if event == "start" and parent is not None and parent.tag == f"{{{ENVELOPE}}}Body" and answer is None:
            answer = element
        elif answer is not None and (
            (event == "end" and element is answer)
            or (event == "start" and parent is answer and element.tag.rpartition("}")[2] in _LISTS)
        ):
            return answer
    return answer


def _check(answer: Any, where: str) -> None:
    if answer.tag == f"{{{ENVELOPE}}}Fault":
        said = " ".join("".join(answer.itertext()).split())[:200]
        if "security" in said.lower() or "authenticat" in said.lower() or "password" in said.lower():
            raise CredentialsError(f"{where}: user or password is refused ({said})")
        raise RejectedError(f"{where}: {said}")
    result = next((one.text for one in answer.iter("{*}result")), None)
    if result is not None and result.strip().lower() != "success":
        errors = "; ".join(" ".join((one.text or "").split()) for one in answer.iter("{*}error"))
        raise RejectedError(f"{where}: {result.strip()}{': ' + errors[:200] if errors else ''}")
