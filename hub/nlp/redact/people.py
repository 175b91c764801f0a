"""Names of people who are not staff: what the language model names, and what stands where only a name can stand."""

import re
from collections.abc import Iterator, Sequence

from hub.nlp.redact.subjects import Place

_CAP = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’]+(?:-[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+)?|O['’][A-Z][a-z]+|Mc[A-Z][a-z]+"
_SMALL = r"(?:van der|van den|van|von|de la|del|de|da|dos|di|el|al|bin|ibn|le|la)"
_FULL = rf"(?:{_CAP})(?:(?: {_SMALL})? (?:{_CAP}))*"
_PERSON = (
    r"(?:patient|subject|participant|caregiver|carer|guardian|husband|wife|spouse|partner|daughter|son|mother|father|sister|"
    r"brother|parent|neighbou?r|grandson|granddaughter|aunt|uncle|friend)"
)
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mister|Missus|Señora?|Herr|Frau|Madame|Monsieur|Dr|Prof|Professor|Doctor)\.? (?P<id>{_FULL})"
)
_RELATED = re.compile(
    rf"\b(?i:{_PERSON})(?:'s name is|, (?i:named|called)|,| (?i:named|called|is called|whose name is))? (?P<id>{_FULL})"
)
_CALLED = re.compile(rf"\b(?:named|called|name is|name was|name of|goes by) (?P<id>{_FULL})")
_POSSESSED = re.compile(
    rf"\b(?i:consent(?: form)?|diary|MRI|CT|ECG|scan|label|biopsy|chart|narrative|records?|samples?|results?|labs?|data|form|photo|"
    rf"passport|letter|report|visit|surgery|admission|death|fall|file|case)s? (?:of|for|from) (?P<id>{_FULL})"
)
_TWO = re.compile(rf"(?<![\w.-])(?P<id>(?:{_CAP})(?: {_SMALL})? (?:{_CAP}))(?![\w-])")
_HUMAN = re.compile(
    r"^ (?:was|is|has|had) (?:admitted|hospitali[sz]ed|discharged|dosed|diagnosed|born|taken|seen|pregnant|withdrawn|treated|"
    r"screened|in hospital|a fall|been)\b|^ (?:died|fell|refused|withdrew|phoned|moved|complained|vomited|missed (?:her|his))\b"
)
_TRIM = re.compile(r"^(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Doctor|Patient|Subject)\.? |['’]s$|^the ")
_NO_NAMES = frozenset(
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Phase",
        "Part",
        "Visit",
        "Week",
        "Site",
        "Protocol",
        "Study",
        "Version",
        "Amendment",
        "Section",
        "Cohort",
        "Arm",
        "Group",
        "Day",
        "Cycle",
        "Period",
        "The",
        "This",
        "That",
        "We",
        "You",
        "He",
        "She",
        "It",
        "They",
        "I",
        "And",
        "But",
        "Or",
        "So",
        "If",
        "When",
        "Then",
        "Also",
        "Okay",
        "Yes",
        "No",
        "Not",
        "Please",
        "Thanks",
        "Thank",
        "Both",
        "Which",
        "What",
        "Who",
        "Where",
        "How",
        "Regarding",
        "Randomised",
        "Randomized",
        "Screened",
        "Initials",
        "Sponsor",
        "Site",
        "Investigator",
        "Pharmacy",
        "Pharmacist",
        "Monitor",
        "Medical",
        "Clinical",
        "Data",
        "Database",
        "Project",
        "Quality",
        "Safety",
        "Regulatory",
        "Manager",
        "Management",
        "Lead",
        "Team",
        "Board",
        "Committee",
        "Report",
        "Plan",
        "Form",
        "Charter",
        "Lock",
        "Review",
        "Medidata",
        "Veeva",
        "Rave",
        "Vault",
        "Oracle",
        "Inform",
        "Signant",
        "Clario",
        "Medpace",
        "Parexel",
        "Iqvia",
        "Icon",
        "Syneos",
        "Covance",
        "Labcorp",
        "Pfizer",
        "Novartis",
        "Roche",
        "Bayer",
        "Merck",
        "Sanofi",
        "Lilly",
        "Janssen",
        "Teams",
        "Zoom",
        "Webex",
        "Slack",
        "Outlook",
        "Excel",
        "Sharepoint",
        "Word",
        "Power",
        "Microsoft",
        "Google",
        "Smartsheet",
        "Jira",
        "Spanish",
        "German",
        "French",
        "Italian",
        "English",
        "Polish",
        "Japanese",
        "Dutch",
        "Portuguese",
        "Chinese",
        "Hindi",
        "Arabic",
        "European",
        "American",
        "British",
        "Asian",
        "Covid",
        "Hemoglobin",
        "Creatinine",
        "Grade",
        "Serious",
        "Adverse",
        "Event",
        "Good",
        "Practice",
        "Trial",
        "Master",
        "File",
        "Steering",
        "Informed",
        "Consent",
        "Ethics",
        "Placebo",
        "Active",
        "Query",
        "Queries",
        "Deviation",
        "Enrolment",
        "Enrollment",
        "Recruitment",
        "Screening",
        "Baseline",
        "Follow",
        "End",
        "Start",
        "Open",
        "Label",
        "Kit",
        "Kits",
        "Drug",
        "Product",
        "Supply",
        "Depot",
        "Vendor",
        "Contract",
        "Budget",
        "Invoice",
        "Audit",
        "Inspection",
        "Training",
        "Meeting",
        "Call",
        "Minutes",
        "Action",
        "Risk",
        "Issue",
        "Decision",
        "Item",
        "Agenda",
        "Next",
        "Last",
        "First",
        "Second",
        "Third",
        "Quarter",
        "Year",
        "Month",
        "Hello",
        "Hi",
        "Good",
        "Morning",
        "Afternoon",
        "Evening",
        "Sure",
        "Right",
        "Well",
        "Um",
        "Uh",
        "Nah",
        "Yeah",
        "Yep",
        "Yes",
        "Hmm",
        "Oh",
        "Ah",
        "St",
        "Saint",
        "Hospital",
        "Clinic",
        "University",
        "Centre",
        "Center",
        "Institute",
        "Friday's",
        "Monday's",
        "Pt",
        "Pts",
        "Crf",
        "Edc",
        "Irt",
        "Ctms",
        "Etmf",
        "Sae",
        "Susar",
        "Dsmb",
        "Dmc",
        "Fda",
        "Ema",
        "Mhra",
        "Ich",
        "Gcp",
        "Irb",
        "Iec",
        "Cro",
        "Cra",
        "Crc",
        "Pi",
    ]
)
_FOLDED = frozenset(word.casefold() for word in _NO_NAMES)


def cued_names(text: str) -> Iterator[Place]:
    """Yield names that their place in *text* gives away."""
    for pattern in (_TITLED, _RELATED, _CALLED, _POSSESSED):
        for match in pattern.finditer(text):
            yield from _sound(text, *match.span("id"))
    for match in _TWO.finditer(text):
        if _HUMAN.match(text[match.end() :]):
            yield from _sound(text, *match.span("id"))


def _sound(text: str, start: int, end: int) -> Iterator[Place]:
    """Yield the place without title, possessive and words that are no names; nothing where only such are left."""
    while (cut := _TRIM.search(text[start:end])) is not None:
        start, end = (start + cut.end(), end) if cut.start() == 0 else (start, start + cut.start())
    words = list(re.finditer(r"\S+", text[start:end]))
    while words and words[0].group().strip(".,'’").casefold() in _FOLDED:
        words.pop(0)
    while words and words[-1].group().strip(".,'’").casefold() in _FOLDED:
        words.pop()
    if words and sum(map(str.isalpha, text[words[0].start() + start : words[-1].end() + start])) > 1:
        yield start + words[0].start(), start + words[-1].end()


def model_name(text: str, start: int, end: int) -> Place | None:
    """Return the place of a name that the language model found, or None where it is none that a person has."""
    said = text[start:end]
    if re.search(r"[\d@/_]|\bSt\b", said) or said.isupper() or not re.search(r"[A-ZÀ-Þ][a-zß-ÿ]", said):
        return None
    if len(said.split()) == 1 and re.search(r"\bin $", text[:start]):
        return None  # a town
    if len(said.split()) == 1 and start == 0 and re.match(r"(?i)\w+(?:ed|ing|ly)\b", said):
        return None  # "Rescheduled ..." at the front of a sentence
    return next(_sound(text, start, end), None)


class Staff:
    """People who may be named: by full name, or by a part of it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._mails = frozenset(name.casefold() for name in names if "@" in name)
        words = {word for name in names if "@" not in name for word in re.findall(r"[^\W\d_]+", name.casefold())}
        short = {word[:size] for word in words for size in range(3, len(word))}  # Raj for Rajesh
        self._words = frozenset(words | short)

    def has(self, name: str) -> bool:
        """Tell whether every word of *name* belongs to staff; a mail address has to be one of theirs."""
        if "@" in name:
            return name.casefold() in self._mails
        words = re.findall(r"[^\W\d_]+", re.sub(r"['’]s$", "", name).casefold())
        return bool(words) and all(word in self._words for word in words)
