"""Translation, measured: chrF on CoCoA-MT beside the bare engine, and what survives in 2,000 sentences of minutes.

    python bench/translation.py [--to es]

The last lines are a series of six meetings, translated from what people approved of the ones before.
chrF is against the formal and the informal reference together, as sacrebleu computes it. Survival is judged on the
text that comes out, by counting figures, names and codes of the source; a sentence that kept its source language
counts as flagged.
"""

import argparse
import json
import random
import re
import shutil
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import figures
from babel import Locale
from translation_series import show, speaking

from hub.domain.translation import Translation
from hub.translation.apertium import ApertiumTranslator
from hub.translation.dates import MONTHS, WEEKDAYS
from hub.translation.engines import installed

ROOT = Path(__file__).resolve().parents[1]
COCOA = ROOT.parent / "shared" / "eval" / "cocoa-mt"
_REFERENCE = {"pt-BR": "pt"}
PEOPLE = (
    "Priya Nair",
    "Grace Hall",
    "José Ángel Pérez",
    "Will Smith",
    "May Chen",
    "Faith Brown",
    "Sophie Müller",
    "Ahmed El-Sayed",
    "Baker Long",
    "Yuki Tanaka",
    "O'Neill",
    "Mark Young",
)
_CODES = (
    "CTP-0012",
    "ABX-101",
    "EudraCT 2024-501234-11",
    "site 014",
    "IMP-7",
    "S-1103",
    "v2.1",
    "NCT05551234",
    "QX-9b",
)
_FIGURES = ("24", "1,200", "3.5 mg", "45%", "12", "0.8", "10:30", "2-8 °C", "150 mL/min", "7.25%", "365", "12,500.75")
_DAYS = (
    "19 May 2026",
    "Friday",
    "June 3rd",
    "2026-07-01",
    "Monday, 12 October",
    "the 4th of March 2027",
    "12/06/2026",
    "Wednesday",
    "31 August",
    "May 5",
)
_PATTERNS = (
    "{a} to send {f} kits of {c} to {b} by {d}.",
    "{a} did not agree that {c} needs {f} more visits before {d}.",
    "The sponsor approved {c} on {d}; {a} and {b} will inform the {f} sites.",
    'Asked about {c}, {a} said "we have {f} of them left" and {b} agreed.',
    "There is a risk that {c} runs out before {d}, with {f} patients still on treatment.",
    "{a} reported that {f} queries on {c} are open and none was answered since {d}.",
    "No change to {c}: dosing stays at {f} until {d} ({a}, {b}).",
    "{a}'s team will review {c} with {b} on {d} and report {f} findings.",
    "If {c} is not shipped by {d}, {a} will call {b} and cancel {f} orders.",
    "Enrolment at {c} reached {f}, according to {a}; {b} mails a.{f0}@site.example on {d}.",
)


def sentences_of_minutes(count: int = 2000, *, seed: int = 7) -> list[tuple[str, tuple[str, ...]]]:
    """Return sentences as minutes hold them, each with the names and codes that must stand in its translation."""
    rng = random.Random(seed)  # noqa: S311 - made-up sentences, not secrets
    made = []
    for _ in range(count):
        a, b = rng.sample(PEOPLE, 2)
        places = {"a": a, "b": b, "c": rng.choice(_CODES), "d": rng.choice(_DAYS), "f": rng.choice(_FIGURES)}
        pattern = rng.choice(_PATTERNS)
        text = pattern.format(**places, f0=rng.randint(1, 99))
        kept = tuple(places[key].replace("site ", "") for key in "abc" if f"{{{key}}}" in pattern)
        made.append((text, kept))
    return made


def lost(source: str, kept: Sequence[str], answer: Translation, *, target: str) -> list[str]:
    """Return the names, codes, digits, weekdays and months of *source* that do not stand in the *answer*."""
    gone = [name for name in kept if name not in answer.text]
    if answer.translated:
        bare = re.sub("|".join(map(re.escape, PEOPLE)), "", source)
        gone += [word for word in _days(bare) if _in(target, word) not in answer.text.lower()]
    there = re.findall(r"\d+", answer.text)
    for digits in re.findall(r"\d+", source):
        if digits in there:
            there.remove(digits)
        else:
            gone.append(digits)
    return gone


def _days(text: str) -> list[str]:
    return [word for word in (*WEEKDAYS, *MONTHS) if re.search(rf"\b{word}\b", text)]


def _in(target: str, english: str) -> str:
    """Return the target's name of an English weekday or month, from Babel and not from the code under test."""
    locale = Locale.parse(target, sep="-")
    weekday = english in WEEKDAYS
    names = (locale.days if weekday else locale.months)["format"]["wide"]
    place = WEEKDAYS.index(english) if weekday else MONTHS.index(english) + 1
    return str(names[place]).lower()


def _chrf(target: str) -> figures.Value:
    """Print chrF of each engine; return that of the hub and of the bare engine, of 1."""
    from sacrebleu.metrics import CHRF

    language = _REFERENCE.get(target, target)
    rows = [json.loads(line) for line in (COCOA / f"en-{language}.jsonl").read_text().splitlines()]
    texts, references = [row["en"] for row in rows], [[row[form] for row in rows] for form in ("formal", "informal")]
    scores = {}
    for name, engine in (("bare", ApertiumTranslator()), ("hub without terms", installed()), ("hub", speaking())):
        began = time.perf_counter()
        answers = engine.translate(texts, source="en", target=target)
        took = time.perf_counter() - began
        score = CHRF().corpus_score([answer.text for answer in answers], references).score
        scores[name] = score / 100
        kept = sum(not answer.translated for answer in answers)
        flagged = sum(bool(answer.flags) for answer in answers)
        print(f"en-{target} {name}: chrF {score:.1f}, {kept} kept in English, {flagged} flagged, {took:.1f} s")
    return scores["hub"], scores["bare"]


def _survival(target: str, seed: int) -> int:
    """Print what was lost; return how many sentences lost something without a flag."""
    made = sentences_of_minutes(seed=seed)
    engine = installed()
    began = time.perf_counter()
    answers = engine.translate([text for text, _ in made], source="en", target=target, names=PEOPLE)
    took = time.perf_counter() - began
    bad = [
        (text, answer, lost(text, kept, answer, target=target))
        for (text, kept), answer in zip(made, answers, strict=True)
    ]
    silent = [(text, answer.text, gone) for text, answer, gone in bad if gone and not answer.flags]
    stayed = sum(not answer.translated for answer in answers)
    print(f"en-{target} minutes: {len(made)} sentences in {took:.1f} s, {stayed} kept in English and flagged, ")
    print(f"  {sum(bool(gone) for *_, gone in bad)} with a loss, {len(silent)} of them unflagged")
    for text, said, gone in silent[:10]:
        print("  ", gone, "|", text, "|", said)
    return len(silent)


def main() -> None:
    """Print the figures for one locale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", default="es")
    parser.add_argument("--seed", type=int, default=7, help="for the sentences of minutes")
    figures.add_option(parser)
    asked = parser.parse_args()
    target, found = asked.to, dict[str, figures.Value]()
    if asked.figures and not (COCOA.exists() and shutil.which("apertium") and find_spec("sacrebleu")):
        figures.no_data(f"{COCOA}, apertium or sacrebleu (pip install .[bench]) is not here")
    if COCOA.exists():
        found["chrf"] = _chrf(target)
    else:
        print("CoCoA-MT is not beside the checkout: chrF left out")
    found["unflagged"] = _survival(target, asked.seed)
    found["memory"] = show(target, asked.seed)
    figures.leave(asked.figures, found)


if __name__ == "__main__":
    main()
