"""What people call the events of a study's record: an initiation visit is an SIV to most."""

import re
from collections.abc import Mapping
from typing import Any


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Return code to names of *text*, a line "code: name, name"."""
    rows = (line.split(": ") for line in text.strip().splitlines())
    return {code.strip(): tuple(names.split(", ")) for code, names in rows}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VISITS: Mapping[str, tuple[str, ...]] = _table("""
    selection: site selection visit, selection visit, pre-study visit, qualification visit, ssv, sqv, psv
    initiation: site initiation visit, initiation visit, site initiation, initiation, siv
    routine: interim monitoring visit, routine monitoring visit, monitoring visit, imv, rmv
    close_out: close-out visit, closeout visit, site close-out, cov
    for_cause: for-cause visit, directed visit
""")
MILESTONES: Mapping[str, tuple[str, ...]] = _table("""
    selected: site selection
    contract_signed: contract signature, contract signing, signature of the contract, cta signature
    ethics_approved: ethics approval, ethics committee approval, irb approval, rec approval, iec approval, reb approval
    initiated: site initiation visit, initiation visit, site initiation, initiation, siv
    first_subject_in: first patient in, first subject in, first participant in, first patient first visit, fpi, fsi
    last_subject_in: last patient in, last subject in, last participant in, lpi, lsi
    last_subject_out: last patient out, last subject out, last participant out, last patient last visit, lpo, lso, lplv
    closed: site closure, closure of the site, site close-out
    data_cut_off: data cut-off, data cutoff, data cut, cut-off, cutoff, dco
    interim_analysis: interim analysis, interim
    database_lock: database lock, data base lock, db lock, dbl, hard lock, lock
""")
_BOARDS = _table(r"""
    steering|steerco: steering committee, steering committee meeting, steerco, steering group, steering board
    data (?:safety )?monitoring|\bi?dmc\b|\bdsmb\b: dmc, idmc, dsmb, data monitoring committee, safety monitoring board
    joint operat|\bjoc\b: joint operations committee, joint operating committee, joc
    joint oversight: joint oversight committee
    investigator: investigator meeting, investigators meeting, investigators' meeting
    kick-?off: kick-off meeting, kick-off, kickoff
    executive: executive committee, executive meeting, executive review
    oversight: oversight meeting, oversight committee, oversight call
""")
_CALLS = ("call", "meeting", "telecon", "tc", "session")
"""What a meeting of a series is where "next" is said."""
_PLAIN_TITLE = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+){0,4}")
_USUAL = re.compile(
    r"\b(?:weekly|monthly|fortnightly|biweekly|regular|team|status|study|project|our|the)\b", re.IGNORECASE
)
_GENERIC = _words(
    "hospital clinic centre center medical university institute klinikum krankenhaus universitätsklinikum research "
    "saint health national general city county trials clinical unit department oncology cancer hôpital hopital "
    "ospedale szpital klinik clinique clínica clinica centro centrum universitario universitaire universitair"
)
"""Words of the names of many sites."""
_LEAST = 4
"""Letters of a word of a site's name that tells which site is meant."""


def names_of_meeting(title: str) -> tuple[str, ...]:
    """Return what a meeting with that title is called."""
    boards = next((names for told, names in _BOARDS.items() if re.search(told, title, re.IGNORECASE)), ())
    plain = _PLAIN_TITLE.match(_USUAL.sub(" ", title.casefold()).strip())
    own = plain[0] if plain and " " in plain[0] else ""
    return tuple(dict.fromkeys([*boards, *([own] if own else [])]))


def names_of_next() -> tuple[str, ...]:
    """Return what the next meeting of one's own series is called, behind "next"."""
    return _CALLS


def places_of(site: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words that tell a site from others: its number without leading noughts, the words of its name."""
    number = str(site.get("number") or "").strip()
    last = re.search(r"\d+$", number)
    words = re.findall(r"[^\W\d_]+", str(site.get("name") or "").casefold())
    told = [word for word in words if len(word) >= _LEAST and word not in _GENERIC]
    return tuple(dict.fromkeys([*([str(int(last[0]))] if last else []), *told]))


def label(names: tuple[str, ...], site: Mapping[str, Any] | None) -> str:
    """Return an event in plain words: "site initiation visit, site 012 (Lyon)"."""
    if site is None:
        return names[0]
    number, name = site.get("number"), site.get("name")
    where = f"site {number} ({name})" if number and name else f"site {number}" if number else str(name or "")
    return f"{names[0]}, {where}" if where else names[0]
