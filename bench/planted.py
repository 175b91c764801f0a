"""Sentences of meetings with identifiers planted in them, made from a seed; no real person, site or number.

Two parts: what the recognizers were tuned on, and what was written beforehand and looked at only once they were done
(*unseen*: other number formats, other sentences, other names). A sentence's planted items carry their kind and place.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planted:
    """An identifier of *kind* at characters *start* to *end*; *format* names its spelling."""

    kind: str
    format: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A spoken or written sentence and what was planted in it."""

    text: str
    planted: tuple[Planted, ...]


Maker = Callable[[random.Random], str]


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _spoken(rng: random.Random, count: int) -> str:
    words = "zero one two three four five six seven eight nine".split()
    return " ".join(words[int(digit)] for digit in _digits(rng, count))


def _letters(rng: random.Random, count: int, between: str = "") -> str:
    return between.join(rng.choice("ABCDEGHJKLMNPRSTVWZ") for _ in range(count))


SUBJECTS: dict[str, Maker] = {
    # site and number, with or without study or country; with a letter for what it is; bare; spoken digit by digit
    "site-number": lambda r: f"{r.randint(1001, 1999)}-{r.randint(1, 60):03}",
    "short site-number": lambda r: f"{r.randint(1, 80):03}-{r.randint(1, 90):04}",
    "study-site-number": lambda r: f"ABX-101-{r.randint(1001, 1999)}-{r.randint(1, 60):03}",
    "country-site-number": lambda r: (
        f"{r.choice(['US', 'DE', 'PL', 'JP'])}-{r.randint(1, 40):03}-{r.randint(1, 60):03}"
    ),
    "S-number": lambda r: f"S-{r.randint(1001, 9999)}",
    "SUBJ": lambda r: f"SUBJ-{_digits(r, 5)}",
    "screening": lambda r: f"SCR-{_digits(r, 4)}",
    "bare": lambda r: _digits(r, r.choice([3, 4, 7])),
    "spoken": lambda r: _spoken(r, 4),
}
SUBJECTS_UNSEEN: dict[str, Maker] = {
    "long": lambda r: f"E78-G000-{r.randint(101, 399)}-{r.randint(1001, 1999)}-{r.randint(1001, 1999)}",
    "slash": lambda r: f"{r.randint(101, 999):04}/{r.randint(1, 60):04}",
    "letters in front": lambda r: f"{r.choice(['DE', 'FR', 'ESP'])}{r.randint(1, 30):02}-{r.randint(1, 60):04}",
    "randomisation": lambda r: f"R{_digits(r, 5)}",
    "in pairs": lambda r: f"{r.randint(10, 99)}-{r.randint(10, 99)}-{r.randint(1, 60):04}",
}
SUBJECT_SAID = (
    "Subject {subject} missed visit 4 and the site has not called back.",
    "We have a protocol deviation for patient {subject}, dosing was two days late.",
    "Site 014 screened {subject} last Tuesday.",
    "Can you check the lab values of {subject} before the DMC?",
    "The SAE is for participant {subject} at site 1103.",
    "{subject} withdrew consent on 12 May 2026.",
    "Okay, so {subject} was re-screened and is at week 12 now.",
    "The screening number is {subject}, and version 2.1 of the consent was used.",
)
SUBJECT_SAID_UNSEEN = (
    "Regarding subject number {subject}: the CRF page for visit 6 is still blank.",
    "Both patients, {subject} and {subject}, are due for their scan in week 24.",
    "I still have two open queries on {subject}, one of them 40 days old.",
    "Pt {subject} was hospitalised overnight, the narrative is due on Friday.",
    "Randomised so far: {subject}, {subject} and {subject}.",
)
# Bare and spoken numbers are identifiers only where something says so
_NEEDS_CUE = {"bare", "spoken"}
_CUED = tuple(said for said in SUBJECT_SAID if re.search(r"(?i)(?:subject|patient|participant|number is) \{", said))

GIVEN = "Maria John Fatima Wei Carlos Elena Piotr Ingrid Rahul Aisha Tomasz Linda Hiroshi Sofia George Ahmed".split()
FAMILY = (
    "Kowalska Smith Hernandez Nguyen Okafor Lindqvist Sharma Rossi Brown Yamamoto Fischer Dubois Silva Khan".split()
)
GIVEN_UNSEEN = "Margaret Luis Olga Kwame Priyanka Stefan Noor Helen Antonio Mei Jakub Dorothy".split()
FAMILY_UNSEEN = "Jones Petrov Mbeki Garcia Iyer Hoffmann Rahman Walker Bianchi Chen Nowak Thompson".split()
NAME_SAID = (
    "The patient, {name}, asked whether she may travel during the study.",
    "Her husband {name} phoned the site on Monday.",
    "Mrs. {family} wants to speak with the investigator again.",
    "I spoke with the caregiver, {name}, about the diary.",
    "The consent form of {name} is not signed on page 3.",
    "{name} was admitted to the hospital in Lyon with pneumonia.",
)
NAME_SAID_UNSEEN = (
    "So the site told us that {name} had a fall at home.",
    "The patient's daughter, {name}, keeps the diary for her.",
    "Please make sure that {name} does not appear in the narrative.",
    "Mr. {family} refused the second biopsy.",
    "They sent the MRI of {name} without masking it.",
)
INITIALS_SAID = (
    "The patient with the initials {initials} was dosed twice.",
    "Subject initials are {initials} on the form.",
    "Initials {initials}, female, 54 years old.",
)
INITIALS_SAID_UNSEEN = (
    "The label shows the initials {initials} of the patient.",
    "Which patient is it? Initials: {initials}.",
)
INITIALS: dict[str, Maker] = {
    "plain": lambda r: _letters(r, 3),
    "points": lambda r: _letters(r, 3, ".") + ".",
    "two": lambda r: _letters(r, 2),
}
INITIALS_UNSEEN: dict[str, Maker] = {
    "dash": lambda r: f"{_letters(r, 1)}-{_letters(r, 1)}",
    "spaced": lambda r: _letters(r, 3, " "),
}
_MONTHS = "January February March April May June July August September October November December".split()
BIRTHS: dict[str, Maker] = {
    "day month year": lambda r: f"{r.randint(1, 28)} {r.choice(_MONTHS)} {r.randint(1930, 2005)}",
    "iso": lambda r: f"{r.randint(1930, 2005)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
    "slashes": lambda r: f"{r.randint(1, 28):02}/{r.randint(1, 12):02}/{r.randint(1930, 2005)}",
}
BIRTHS_UNSEEN: dict[str, Maker] = {
    "month day year": lambda r: f"{r.choice(_MONTHS)} {r.randint(4, 28)}th, {r.randint(1930, 2005)}",
    "monitor": lambda r: f"{r.randint(1, 28):02}-{r.choice(_MONTHS)[:3].upper()}-{r.randint(1930, 2005)}",
    "points": lambda r: f"{r.randint(1, 28):02}.{r.randint(1, 12):02}.{r.randint(1930, 2005)}",
}
BIRTH_SAID = (
    "She was born on {birth}, so she is eligible.",
    "Date of birth {birth} does not match the registry.",
    "DOB: {birth}.",
)
BIRTH_SAID_UNSEEN = (
    "His birthday is {birth} according to the source.",
    "The birth date in the EDC is {birth}, the source says otherwise.",
)
RECORDS: dict[str, Maker] = {
    "digits": lambda r: _digits(r, 8),
    "letter": lambda r: f"M{_digits(r, 6)}",
    "dashed": lambda r: f"{_digits(r, 3)}-{_digits(r, 2)}-{_digits(r, 4)}",
}
RECORDS_UNSEEN: dict[str, Maker] = {
    "threes": lambda r: f"{_digits(r, 3)} {_digits(r, 3)} {_digits(r, 4)}",
    "H": lambda r: f"H-{_digits(r, 7)}",
}
RECORD_SAID = (
    "The medical record number {record} was on the scan.",
    "MRN {record} must be masked.",
    "Her hospital number is {record}.",
)
RECORD_SAID_UNSEEN = (
    "Chart number {record} was uploaded by mistake.",
    "The NHS number {record} stands in the discharge letter.",
)
ADDRESSES: dict[str, Maker] = {
    "english": lambda r: (
        f"{r.randint(2, 240)} {r.choice(['Maple Street', 'Church Road', 'Ocean Avenue', 'Mill Lane'])}"
    ),
    "with town": lambda r: (
        f"{r.randint(2, 240)} {r.choice(['High Street', 'Park Road'])}, {r.choice(['Leeds LS1 4AP', 'Boston, MA 02118'])}"
    ),
    "german": lambda r: f"{r.choice(['Hauptstraße', 'Lindenweg', 'Goethestrasse'])} {r.randint(2, 90)}",
}
ADDRESSES_UNSEEN: dict[str, Maker] = {
    "spanish": lambda r: f"Calle {r.choice(['Mayor', 'de Alcalá', 'Serrano'])} {r.randint(2, 90)}",
    "french": lambda r: f"{r.randint(2, 90)} rue {r.choice(['de la Paix', 'Pasteur', 'Victor Hugo'])}",
    "box": lambda r: f"P.O. Box {r.randint(100, 9000)}",
}
ADDRESS_SAID = (
    "The kit was sent to her home at {address}.",
    "He lives at {address}, quite far from the site.",
    "The courier needs {address} for the pick-up.",
)
ADDRESS_SAID_UNSEEN = ("She moved to {address} in March.", "Home nursing goes to {address} every second week.")
PHONES: dict[str, Maker] = {
    "international": lambda r: f"+44 20 7946 0{_digits(r, 3)}",
    "american": lambda r: f"({r.choice(['212', '617', '415'])}) 555-01{_digits(r, 2)}",
    "dashes": lambda r: f"{r.choice(['212', '617', '415'])}-555-01{_digits(r, 2)}",
}
PHONES_UNSEEN: dict[str, Maker] = {
    "german": lambda r: f"+49 30 901820{_digits(r, 3)}",
    "points": lambda r: f"{r.choice(['212', '617'])}.555.01{_digits(r, 2)}",
    "british mobile": lambda r: f"07700 900{_digits(r, 3)}",
}
PHONE_SAID = (
    "Her mobile is {phone}.",
    "You can reach the patient on {phone} in the evening.",
    "The caregiver left {phone} for the call back.",
)
PHONE_SAID_UNSEEN = ("Call him back at {phone}, please.", "The diary vendor stored {phone} in the ticket.")
MAILS: dict[str, Maker] = {
    "plain": lambda r: f"{r.choice(GIVEN).lower()}.{r.choice(FAMILY).lower()}@mail.example",
    "digits": lambda r: f"{r.choice(GIVEN).lower()}{r.randint(1, 99)}@web.example",
}
MAILS_UNSEEN: dict[str, Maker] = {
    "tagged": lambda r: f"{r.choice(GIVEN_UNSEEN).lower()}_{_digits(r, 2)}+trial@post.example.org"
}
MAIL_SAID = ("Her address is {mail} for the eDiary.", "The invitation went to {mail} twice.")
MAIL_SAID_UNSEEN = ("Please remove {mail} from the distribution list.",)
UNBLINDING_SAID = (
    "The patient on the active arm had a seizure.",
    "He is on placebo, so it cannot be the drug.",
    "Subject 1103-004 was randomised to placebo.",
    "She received the active treatment, going by her levels.",
    "I think that participant got the real drug.",
    "The pharmacist told us that 014-0023 is in the treatment group.",
    "Their kit was active, the label says so.",
)
UNBLINDING_SAID_UNSEEN = (
    "The two patients who died were both on the comparator.",
    "With those neutrophils he must be on study drug and not on placebo.",
    "The code break showed that she was assigned to the control arm.",
    "The patient with the rash is taking the high dose, not placebo.",
    "It turned out that this subject had been allocated to arm B.",
)
CLEAN = (
    "Protocol ABX-101 version 2.1 is approved for site 014.",
    "We agreed on 12 May 2026 to move visit 4 to week 12.",
    "CTP-0012 has 45 sites and 1,200 patients planned.",
    "EudraCT 2024-501234-11 and NCT05551234 are on the cover page.",
    "The SOP-0123 revision is due on 2026-07-01.",
    "CAPA-2024-017 stays open until the audit in June.",
    "IMP-7 is stored at 2-8 °C and expires in 2027.",
    "There are 150-200 queries older than 30 days.",
    "We budget 3.5 million for 2026-2027.",
    "Amendment 3 changes inclusion criterion 4 and section 5.2.1.",
    "The placebo kits arrive on Friday, 400 of them.",
    "The study compares the active treatment with placebo in two arms.",
    "Unblinding of the study is planned after database lock in Q3.",
    "The unblinded pharmacist will confirm the shipment of lot B-12345.",
    "Enrolment is at 83 percent, 24 of 29 patients.",
    "Ticket HD-20311 and invoice INV-0042 are closed.",
    "The call starts at 10:30 and ends at 11:15.",
    "ICH E6(R3) and 21 CFR 11 apply, as does ISO 14155.",
    "Veeva and Medidata Rave will be down on Saturday.",
    "The Spanish sites need the Pfizer template and the German ones the EMA letter.",
    "Anna Weber will send the report to Keltis by Friday.",
    "Marek Novotny asked Anna about the monitoring plan.",
)
CLEAN_UNSEEN = (
    "Query 4711 on the AE page was answered by site 1103.",
    "Batch 20-0456 was released and kit type K-12 is in stock.",
    "The DSMB charter, document TMF-0456-02, was signed on 3 June 2026.",
    "Patients on placebo may switch to open-label treatment after week 52.",
    "PO 4500012345 covers the CRA visits in Q4.",
    "Twelve patients were randomised in May, five failed screening.",
    "Visit 7 moves to day 85 plus or minus 3 days.",
    "Deviation DEV-0231 is minor; the MVR of 14-MAY-2026 is final.",
    "Anna, can you share the IRT report with Dr Novotny?",
    "The Phase 2 study ABX-201 starts in Q1 2027 with 30-40 sites.",
)
ROSTER = ("Anna Weber", "Marek Novotny")


def sentences(*, seed: int, count: int, unseen: bool = False) -> list[Sentence]:
    """Return *count* sentences with planted identifiers, kinds in turn, and clean ones between; equal for equal seeds."""
    rng = random.Random(seed)  # noqa: S311 - scripted material, no secret
    kinds = list(_kinds(unseen=unseen))
    made = [_sentence(rng, *kinds[number % len(kinds)]) for number in range(count)]
    clean = [Sentence(text, ()) for text in (CLEAN_UNSEEN if unseen else CLEAN)]
    mixed = made + clean
    rng.shuffle(mixed)
    return mixed


def _kinds(*, unseen: bool) -> Iterator[tuple[str, tuple[str, ...], dict[str, Maker]]]:
    """Yield kind, sentences and makers; subjects three times, names twice, as they come in meetings."""
    subjects = ("subject", SUBJECT_SAID_UNSEEN, SUBJECTS_UNSEEN) if unseen else ("subject", SUBJECT_SAID, SUBJECTS)
    given, family = (GIVEN_UNSEEN, FAMILY_UNSEEN) if unseen else (GIVEN, FAMILY)
    names: dict[str, Maker] = {"name": lambda r: f"{r.choice(given)} {r.choice(family)}"}
    name = ("name", NAME_SAID_UNSEEN if unseen else NAME_SAID, names | {"family": lambda r: r.choice(family)})
    yield from (subjects, name, subjects)
    rest = (
        ("initials", INITIALS_SAID, INITIALS, INITIALS_SAID_UNSEEN, INITIALS_UNSEEN),
        ("birth", BIRTH_SAID, BIRTHS, BIRTH_SAID_UNSEEN, BIRTHS_UNSEEN),
        ("record", RECORD_SAID, RECORDS, RECORD_SAID_UNSEEN, RECORDS_UNSEEN),
        ("address", ADDRESS_SAID, ADDRESSES, ADDRESS_SAID_UNSEEN, ADDRESSES_UNSEEN),
        ("phone", PHONE_SAID, PHONES, PHONE_SAID_UNSEEN, PHONES_UNSEEN),
        ("mail", MAIL_SAID, MAILS, MAIL_SAID_UNSEEN, MAILS_UNSEEN),
    )
    for kind, said, made, said_unseen, made_unseen in rest:
        yield (kind, said_unseen, made_unseen) if unseen else (kind, said, made)
    yield from (subjects, name)
    yield "unblinding", UNBLINDING_SAID_UNSEEN if unseen else UNBLINDING_SAID, {}


def _sentence(rng: random.Random, kind: str, said: tuple[str, ...], makers: dict[str, Maker]) -> Sentence:
    if kind == "unblinding":
        text = rng.choice(said)
        return Sentence(text, (Planted(kind, kind, 0, len(text)),))
    form = rng.choice([name for name in makers if name != "family"])
    template = rng.choice(_CUED if form in _NEEDS_CUE else said)
    text, planted = "", []
    for piece in re.split(r"(\{\w+\})", template):
        if not piece.startswith("{"):
            text += piece
            continue
        value = makers["family" if piece == "{family}" else form](rng)
        planted.append(Planted(kind, form, len(text), len(text) + len(value)))
        text += value
    return Sentence(text, tuple(planted))
