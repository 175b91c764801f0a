"""Numbers of subjects: screening, enrolment and randomisation numbers as sponsors write them and as people say them."""

import re
from collections.abc import Iterator

Place = tuple[int, int]

_WHO = r"(?:subjects?|patients?|participants?|volunteers?|enrollees?|subj|pts?|pat)"
_LABEL = (
    r"(?:screening|screen|randomi[sz]ation|enrol?lment|allocation|subject|patient|participant)"
    r"[- ](?:number|no|nr|id|identifier|code|#)s?|(?:USUBJID|SUBJID|SSID)"
)
_DONE = r"(?:re-?)?(?:screened|randomi[sz]ed|enrol?led)(?: (?:so far|today|yesterday|patient|subject))?"
_BETWEEN = r"[.]?(?:[ ,:#]+(?:number|numbers|no\.?|nr\.?|id|ids|code|with the number|is|was|are|were))*[ ,:#]+"
_WRITTEN = r"[A-Za-z]{0,6}[-./]?\d[A-Za-z0-9]*(?:[-./][A-Za-z0-9]+)*"
_NOT_A_NUMBER = (
    r"(?! ?(?:%|percent|per|years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mg|ml|kg|mcg|to \d+ (?:years|weeks)|"
    r"times|of (?:the|them|\d)|or (?:older|more)|and (?:older|above)|visits?|sites?|queries|patients?|subjects?)\b)"
)
_CUED = re.compile(rf"\b(?:{_WHO}|{_LABEL}|{_DONE}){_BETWEEN}(?P<id>{_WRITTEN}){_NOT_A_NUMBER}(?![\w-])", re.IGNORECASE)
_FURTHER = re.compile(
    rf"(?:,? and |,? or | ?& ?|, ?|,? then )(?P<id>{_WRITTEN}){_NOT_A_NUMBER}(?![\w-])", re.IGNORECASE
)
_YEAR = r"(?:19|20)\d\d"
_OWN_FORM = re.compile(
    r"(?<![\w./-])(?:"
    # S-1103, SUBJ-00123, SCR0045, R12345
    r"(?:S|P|R|PT|PAT|SUBJ?|SBJ|SCRN?|SCREEN|RND|RAND|ENR)[- ]?\d{3,7}(?:-\d{2,5})?"
    # ABX-101-1103-004, E78-G000-202-1001-1003
    r"|[A-Z][A-Z0-9]{1,9}-[A-Z]?\d{2,5}(?:-\d{3,5}){2,3}"
    # US-014-007, DE01-0012, with a prefix that is no document's
    r"|(?!(?:SOP|CAPA|TMF|DEV|QA|INV|CTP|NCT|PO|ISO|CRF|MVR|DOC|CR|WI|REQ|TKT|HD|LOT|KIT|IMP|ICH|CFR|EU|IND|CTA)\b)"
    r"[A-Z]{2,4}-?\d{2,4}[-/]\d{3,5}"
    # 10-45-0032, but no date
    rf"|\d\d-\d\d-(?!{_YEAR}\b)\d{{4}}|\d{{3,4}}/(?!{_YEAR}\b)0\d{{2,4}}|0\d{{2,4}}/(?!{_YEAR}\b)\d{{3,5}}"
    # 1103-004-012
    rf"|(?!{_YEAR}-\d{{6}}-\d\d)\d{{3,5}}-\d{{3,5}}-\d{{3,5}}"
    r")(?![\w/-]|\.\d)"
)
_SITE_NUMBER = re.compile(r"(?<![\w./-])(?P<site>\d{2,5})-(?P<number>\d{3,5})(?![\w/-]|\.\d)")
_NO_SUBJECT = re.compile(
    r"\b(?:sop|capa|tmf|query|queries|deviation|batch|lot|kits?|invoice|po|ticket|document|doc|contract|section|form|eudract|"
    r"nct|ctis|iso|cfr|ext|extension|tel|phone|fax|pin|passcode|meeting id|grant|version|protocol|study|order|nhs|mrn|record|"
    r"chart|lines?|rows?|pages?|items?|budget|between)"
    r"(?: (?:number|no\.?|nr\.?|id|type|#))*[ :#]*$",
    re.IGNORECASE,
)
_DIGIT = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine)"
_SPOKEN = rf"(?:(?:double|triple) )?{_DIGIT}(?:[ -]+(?:(?:dash|hyphen|slash) )?(?:(?:double|triple) )?{_DIGIT}\b)"
_SPOKEN_CUED = re.compile(rf"\b(?:{_WHO}|{_LABEL}|{_DONE}){_BETWEEN}(?P<id>{_SPOKEN}{{2,}})", re.IGNORECASE)
_SPOKEN_ALONE = re.compile(rf"\b(?P<id>{_SPOKEN}{{4,}})", re.IGNORECASE)


def subjects(text: str) -> Iterator[Place]:
    """Yield the places of subject numbers in *text*; they may overlap."""
    for cued in _CUED.finditer(text):
        yield cued.span("id")
        yield from _listed(text, cued.end("id"))
    for pattern in (_SPOKEN_CUED, _SPOKEN_ALONE):
        yield from (match.span("id") for match in pattern.finditer(text))
    for match in _OWN_FORM.finditer(text):
        if not _NO_SUBJECT.search(text[: match.start()]):
            yield match.span()
    for match in _SITE_NUMBER.finditer(text):
        if not _NO_SUBJECT.search(text[: match.start()]) and not _is_range(match, text):
            yield match.span()


def _listed(text: str, at: int) -> Iterator[Place]:
    """Yield the further numbers of a list: "1103-004, 1103-005 and 1104-001"."""
    further = _FURTHER.match(text, at)
    while further:
        yield further.span("id")
        further = _FURTHER.match(text, further.end("id"))


def _is_range(match: re.Match[str], text: str) -> bool:
    """Tell "150-200 queries" and "2026-2027" from a site and a number."""
    site, number = match["site"], match["number"]
    if re.fullmatch(_YEAR, site) and re.fullmatch(_YEAR, number):
        return True
    if len(site) != len(number) or site.startswith("0") or number.startswith("0"):
        return False
    return int(site) < int(number) and re.match(r"\s?[a-z%]", text[match.end() :]) is not None
