"""An action while the talk about it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.nlp.dates import SpokenDate
from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_weigh import content, has_content, overlap, pronoun_only
from hub.nlp.extract.context import Roster
from hub.nlp.extract.context_address import Address
from hub.nlp.extract.owners import Owner
from hub.nlp.extract.utterances import Utterance

NEAR = 4  # utterances within which an answer, a correction or "it" still means the matter
OPEN_FOR = 8  # utterances for which a request that nobody took stays open
SAME = 0.6  # overlap of content words from which two clauses speak of one matter
OWN_WORD = frozenset({Mood.COMMIT, Mood.OFFER, Mood.DELIVERY})


@dataclass(slots=True)
class Draft:
    """What is known so far of one matter: changes with every turn that speaks of it.

    *clause* says best what is to be done, *others* say it too; *passages* prove it. *owner* is None while nobody
    took it; *refused* are the speakers who would not; *noted* that somebody else agreed or wrote it down. *days*
    are all dates said for it, verbatim; *taken_at* is the index of the utterance that took it;
    *lead* are words of the doer that say it otherwise than it was put, and so are the ones to write.
    """

    clause: Clause
    passages: list[Utterance]
    address: Address | None = None
    owner: Owner | None = None
    due: SpokenDate | None = None
    others: list[Clause] = field(default_factory=list)
    accepted: bool = False
    recapped: bool = False
    again: list[Utterance] = field(default_factory=list)
    """What was said of it once more, with nothing new."""
    noted: bool = False
    dropped: str | None = None
    refused: list[str | None] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    taken_at: int = -9
    lead: Clause | None = None
    day_refused: bool = False
    """Whether the day named for it was taken back or refused, and no other told."""
    pointed: bool = False
    """Whether *address* was named by the one who was asked: that proves nothing until the other answers."""

    @property
    def mood(self) -> Mood:
        """How the matter was put."""
        return self.clause.mood

    @property
    def days_unsaid(self) -> list[str]:
        """The days that its words need not repeat: those that its due day tells, or that no longer hold."""
        dated = self.due is not None and self.due.day is not None
        return self.days if dated or self.day_refused else []

    @property
    def last(self) -> int:
        """Index of the last utterance that spoke of it."""
        return self.passages[-1].index

    @property
    def speaker(self) -> str | None:
        """Who put it first."""
        return self.passages[0].speaker

    @property
    def is_open(self) -> bool:
        """Whether somebody may still take it."""
        return self.dropped is None and not self.accepted and self.mood not in OWN_WORD

    def add(self, utterance: Utterance) -> None:
        """Count *utterance* among the passages."""
        if all(utterance.index != known.index for known in self.passages):
            self.passages.append(utterance)
            self.passages.sort(key=lambda entry: entry.index)

    def add_clause(self, clause: Clause) -> None:
        """Count *clause* among the words for it."""
        self.add(clause.utterance)
        self.others.append(clause)
        if has_content(clause.verb) and (pronoun_only(self.clause.verb) or not has_content(self.clause.verb)):
            self.others.append(self.clause)
            self.clause = clause

    def is_same(self, clause: Clause) -> bool:
        """Tell whether *clause* speaks of the same work, by its content words."""
        mine = content(self.clause.verb)
        return overlap(content(clause.verb), mine) >= SAME

    def shares(self, clause: Clause) -> bool:
        """Tell whether *clause* has any content word in common with it."""
        return bool(content(clause.verb) & content(self.clause.verb))

    def is_doer(self, utterance: Utterance, roster: Roster) -> bool:
        """Tell whether the speaker of *utterance* is the one who is to do it."""
        if self.owner is not None and self.owner.name is not None:
            return self.owner.name in {roster.speaker(utterance.speaker), utterance.speaker}
        return self.mood in OWN_WORD and self.speaker == utterance.speaker and utterance.speaker is not None


class Matters:
    """All matters of a meeting, latest last, with the ways to find the one that a sentence means."""

    def __init__(self, roster: Roster) -> None:
        self.drafts: list[Draft] = []
        self._roster = roster

    def new(self, draft: Draft) -> Draft:
        """Keep a new matter."""
        self.drafts.append(draft)
        return draft

    def latest(self, utterance: Utterance) -> Draft | None:
        """Return the matter spoken of last, if that is near."""
        near = self._near(utterance, NEAR)
        return next((d for d in near if not (_is_faint(d) and utterance.index - d.last > 2)), None)

    def put_to(self, utterance: Utterance) -> Draft | None:
        """Return the matter that an answer in *utterance* is about: the last one that is open and of somebody else."""
        for draft in self._near(utterance, OPEN_FOR):
            asked = draft.address is not None and self._roster.speaker(utterance.speaker) in draft.address.people
            handed = asked or bool(draft.refused) or draft.mood is Mood.JOINT
            mine = draft.speaker == utterance.speaker and not handed
            if (draft.is_open or (draft.mood is Mood.OFFER and not draft.accepted)) and not mine:
                return draft
        return None

    def asked_by(self, utterance: Utterance) -> Draft | None:
        """Return the near request of the same speaker."""
        near = self._near(utterance, NEAR)
        return next((d for d in near if d.mood is Mood.REQUEST and d.speaker == utterance.speaker), None)

    def taken_by(self, utterance: Utterance) -> list[Draft]:
        """Return the matters that somebody took with *utterance*."""
        return [draft for draft in self.drafts[-12:] if draft.taken_at == utterance.index]

    def own(self, utterance: Utterance) -> Draft | None:
        """Return the near matter that the speaker of *utterance* is to do."""
        near = self._near(utterance, NEAR)
        return next((d for d in near if d.is_doer(utterance, self._roster) and not _is_faint(d)), None)

    def involving(self, utterance: Utterance) -> Draft | None:
        """Return the near matter that the speaker put, took or was asked to take."""
        for draft in self._near(utterance, OPEN_FOR):
            asked = draft.address is not None and self._roster.speaker(utterance.speaker) in draft.address.people
            involved = asked or draft.is_doer(utterance, self._roster)
            if involved or any(passage.speaker == utterance.speaker for passage in draft.passages):
                return draft
        return None

    def _near(self, utterance: Utterance, reach: int) -> Iterator[Draft]:
        recent = sorted(enumerate(self.drafts[-12:]), key=lambda entry: (entry[1].last, entry[0]), reverse=True)
        for _, draft in recent:
            if draft.dropped is None and utterance.index - draft.last <= reach:
                yield draft


def _is_faint(draft: Draft) -> bool:
    """An unanswered "I could ..." must not stand for what its speaker takes on later."""
    return draft.mood is Mood.OFFER and draft.clause.weight <= 0.2 and draft.due is None and len(draft.passages) == 1
