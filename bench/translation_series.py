"""Six meetings of one study, translated one after the other: how much of each comes out of people's own words.

What stands in a weekly call: items that come back with other figures, matters that come back now and then, and what is
said once. How much each share is was decided when this was written, so the figures show the mechanism, not a promise.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.meeting import Meeting, Participant
from hub.domain.memory import Approved, Pair, Term
from hub.domain.minutes import Minutes
from hub.ports import Translator
from hub.services.liaison import remember
from hub.services.localize import fields, localize
from hub.translation.engines import installed
from hub.translation.remembered import ADAPTED, MEMORY, Remembered
from hub.translation.study import StudyTranslator

STUDY, MEETINGS, STANDING, RECURRING, FRESH = "ABX-101", 6, 12, 10, 8
PEOPLE = ("Anna Weber", "Marek Novotny", "Priya Nair", "Grace Hall")
_ALWAYS = (
    "{n} of {m} planned patients are enrolled.",
    "{n} queries are open, {k} of them older than 30 days.",
    "Site {s} has not sent the temperature logs.",
    "{n} sites are active and {k} are waiting for the contract.",
    "{p} to send the enrolment report by {d}.",
    "The next monitoring visit at site {s} is on {d}.",
    "The screening failure rate is {q}%.",
    "{n} kits are left at the depot.",
    "The data cut is planned for {d}.",
    "{p} will follow up with site {s}.",
    "No new safety findings were reported.",
    "The risk log was reviewed without changes.",
)
_AT_TIMES = (
    "{p} to call site {s} about the missing forms.",
    "The sponsor approved the amendment on {d}.",
    "There is a risk that site {s} runs out of kits before {d}.",
    "The courier lost {k} samples.",
    "{p} did not agree with the new timeline.",
    "The ethics committee asked for a new version of the consent form.",
    "The vendor will repair the portal by {d}.",
    "{n} protocol deviations were reported this week.",
    "{p} to update the training log.",
    "The laboratory changed the reference ranges.",
    "Site {s} will close on {d}.",
    "The pharmacist at site {s} is on leave until {d}.",
    "{p} and {p2} will review the monitoring plan.",
    "The audit found {k} minor findings.",
    "The translation of the diary is late.",
)
_SUBJECTS = (
    "The sponsor|The laboratory|The depot|The ethics committee|The vendor|The data manager|The depot in Lyon".split("|")
)
_VERBS = "rejected|confirmed|postponed|corrected|questioned|accepted|repeated".split("|")
_OBJECTS = "the new label|the annual report|the insurance certificate|the visit window|the storage plan|the payment terms".split(
    "|"
)
_REASONS = "because the signature was missing|after a long discussion|with two conditions|although nobody had asked for it".split(
    "|"
)
_DAYS = "Friday 22 May|Monday 1 June|Tuesday 16 June|Thursday 2 July|Wednesday 15 July|Friday 31 July".split("|")


def meetings(seed: int) -> list[Minutes]:
    """Return the minutes of six weekly meetings, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - scripted material, no secret
    fresh = [f"{s} {v} {o} {r}." for s in _SUBJECTS for v in _VERBS for o in _OBJECTS for r in _REASONS]
    rng.shuffle(fresh)
    return [_meeting(rng, number, fresh[number * FRESH : (number + 1) * FRESH]) for number in range(MEETINGS)]


def _meeting(rng: random.Random, number: int, fresh: list[str]) -> Minutes:
    patterns = [*_ALWAYS, *rng.sample(_AT_TIMES, RECURRING)]
    said = [_filled(rng, pattern) for pattern in patterns] + fresh
    roster = tuple(Participant(name) for name in PEOPLE)
    return Minutes(Meeting(f"m{number + 1}", participants=roster), summary=tuple(said))


def _filled(rng: random.Random, pattern: str) -> str:
    first, second = rng.sample(PEOPLE, 2)
    return pattern.format(
        n=rng.randint(12, 400),
        m=rng.randint(401, 900),
        k=rng.randint(2, 11),
        s=f"{rng.randint(1, 60):03}",
        q=rng.randint(8, 40),
        d=rng.choice(_DAYS),
        p=first,
        p2=second,
    )


class _Kept:
    """A memory for the length of the run."""

    def __init__(self) -> None:
        self._by_source: dict[str, Approved] = {}

    def approved(self, pair: Pair, *, study: str) -> tuple[Approved, ...]:
        return tuple(reversed(self._by_source.values()))

    def remember(self, segments: tuple[Approved, ...], *, by: str, reason: str) -> int:
        self._by_source |= {one.source: one for one in segments}
        return len(segments)

    def forget(self, segments: tuple[Approved, ...], *, by: str, reason: str) -> int:
        return 0


class _NoTerms:
    def terms(self, pair: Pair, *, study: str) -> tuple[Term, ...]:
        return ()


def speaking() -> Translator:
    """Return what `hub translate` translates with, where nobody has approved anything yet."""
    return StudyTranslator(installed(), memory=_Kept(), glossary=_NoTerms(), study="")


def run(target: str, *, seed: int = 7, engine: Translator | None = None) -> list[Counter[str]]:
    """Translate the series; after each meeting a person confirms what is flagged and approves. Return counts by origin."""
    memory, now, told = _Kept(), datetime(2026, 5, 19, tzinfo=UTC), []
    translator = StudyTranslator(engine or installed(), memory=memory, glossary=_NoTerms(), study=STUDY)
    for number, minutes in enumerate(meetings(seed)):
        told.append(_origins(minutes, target, translator, memory))
        made, at = localize(minutes, target, translator), now + timedelta(weeks=number)
        looked = replace(made, untranslated=(), flags=())
        done = LocalizedCopy(
            minutes.meeting.id, 1, target, looked, at, CopyState.APPROVED, approved_by="lucia", approved_at=at
        )
        remember(memory, minutes, done, study=STUDY)
    return told


def _origins(minutes: Minutes, target: str, translator: StudyTranslator, memory: _Kept) -> Counter[str]:
    texts = [text for _, text in fields(minutes)]
    remembered = Remembered(memory.approved(Pair("en", target), study=STUDY), target=target, names=PEOPLE)
    counts = Counter({"all": len(texts)})
    for text, answer in zip(texts, translator.translate(texts, source="en", target=target, names=PEOPLE), strict=True):
        counts[answer.origin or "engine"] += 1
        counts["flagged"] += bool(answer.flags)
        if not answer.origin:
            counts["like one in memory"] += bool(remembered.matches(text))
    return counts


def show(target: str, seed: int) -> float:
    """Print a line for each meeting; return the share of the last one that came from memory."""
    share = 0.0
    for number, counts in enumerate(run(target, seed=seed), 1):
        served = counts[MEMORY] + counts[ADAPTED]
        share = served / counts["all"]
        print(
            f"en-{target} meeting {number}: {counts['all']} segments, {share:.0%} from memory "
            f"({counts[MEMORY]} word for word, {counts[ADAPTED]} with other figures or names), "
            f"{counts['like one in memory']} more like one in memory, {counts['flagged']} flagged"
        )
    return share
