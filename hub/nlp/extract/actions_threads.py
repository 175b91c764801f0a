"""Follows each matter over the turns: put, asked, taken, refused, handed over, withdrawn, its day moved."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hub.domain.known_days import KnownDay
from hub.nlp.dates import SpokenDate, is_deadline, pick_due
from hub.nlp.extract import owners
from hub.nlp.extract.actions_answers import ASKING, INSTEAD, Answers, shortened, speaks_of_others
from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_clauses import clauses
from hub.nlp.extract.actions_days import (
    ASKS_WHEN,
    day_there,
    move_day,
    says_when,
    set_day_there,
    set_day_told,
    set_days,
)
from hub.nlp.extract.actions_draft import NEAR, OWN_WORD, Draft, Matters
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_lexicon import WORK
from hub.nlp.extract.actions_present import PERFORMED
from hub.nlp.extract.actions_replies import Reply, reply
from hub.nlp.extract.actions_settle import is_of_another_thing, settle_days
from hub.nlp.extract.actions_weigh import content, is_work, pronoun_only
from hub.nlp.extract.context import Roster
from hub.nlp.extract.context_address import Address, addressed
from hub.nlp.extract.day_agreed import led_by_another
from hub.nlp.extract.day_matter import pointed_at
from hub.nlp.extract.days import Days
from hub.nlp.extract.events_said import FindDates
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance, is_back_channel

_WILLING = {Reply.TAKE, Reply.ASSENT, Reply.NONE}
_NO_DOERS = words("it this that there everything these those they nothing something one")
ANSWERING = WORK - {"have", "get", "come", "go", "let"}
FIRM = 0.5  # least weight of a promise: "I'll", "I'm going to"
_FURTHER = re.compile(
    r"\b(?:also|another|separately|on top|in addition|besides|one more|the other|and then i)\b", re.IGNORECASE
)
_RECAP = re.compile(r"\b(?:recap|read-?back|summar|to repeat|so we have|to sum up|in short|wrap up)", re.IGNORECASE)
_WANTS = words("want need expect")
_YOURS = re.compile(r"\b(?:from|of) you\b|\byou\b.{0,12}\bto\b", re.IGNORECASE)
_PUT_ON_ME = words("put give leave assign ask count")


class Talk:
    """Reads the utterances of one meeting in order and keeps the matters they raise."""

    def __init__(
        self,
        utterances: Sequence[Utterance],
        roster: Roster,
        find_dates: FindDates,
        recorded: Sequence[KnownDay] = (),
    ) -> None:
        self._utterances = utterances
        self._roster = roster
        self._days = Days(utterances, find_dates, recorded)
        self._matters = Matters(roster)
        self._answers = Answers(self._matters, roster)
        self._address: Address | None = None
        self._speaker: str | None = None

    def follow(self) -> list[Draft]:
        """Return every matter raised, dropped ones too, in order."""
        for utterance in self._utterances:
            self._listen(utterance)
        settle_days(self._matters.drafts, self._utterances, self._days, self._roster)
        return self._matters.drafts

    def _listen(self, utterance: Utterance) -> None:
        # 1 to whom is this said
        self._follow_address(utterance)
        # 2 what does it answer
        dates = self._days.of(utterance)
        answer = self._answers.hear(utterance, names_day=lambda: bool(dates) or self._day_follows(utterance))
        # 3 what does it raise itself
        raised = (
            self._raise(clause, answer, dates) for clause in self._clauses(utterance) if not _names_day(clause, dates)
        )
        touched = [draft for draft in raised if draft is not None] or self._matters.taken_by(utterance)
        # 4 which day does it name
        if touched:
            set_days(utterance, touched, dates)
            self._set_day_there(utterance, touched)
        elif dates and (matter := self._asked_when(utterance)) is not None and self._is_told(matter, utterance, dates):
            return
        elif dates and (matter := self._dated_by(utterance)) and self._moves_day(matter, utterance, dates):
            self._answers.promise(matter, utterance)
        elif dates:
            self._answered_by_day(utterance, answer, dates)

    def _asked_when(self, utterance: Utterance) -> Draft | None:
        """Return the speaker's own matter of which another has just asked when it will be there."""
        before = self._utterances[utterance.index - 1] if utterance.index else utterance
        if before.speaker == utterance.speaker or not ASKS_WHEN.search(before.text):
            return None
        matter = self._matters.own(utterance)
        if matter is None or led_by_another(matter, utterance, before, self._days):
            return None
        return matter if utterance.index - matter.last <= NEAR else None

    def _is_told(self, matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
        return set_day_told(matter, utterance, self._days.in_its_week(dates, matter.due))

    def _moves_day(self, matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
        before = self._utterances[utterance.index - 1] if utterance.index else utterance
        dated = matter.due is not None and matter.due.day is not None
        if dated and is_of_another_thing(utterance, before, names_day=bool(self._days.of(before))):
            return False
        if dated and led_by_another(matter, utterance, before, self._days):
            return False
        return move_day(matter, utterance, self._days.in_its_week(dates, matter.due))

    def _answered_by_day(self, utterance: Utterance, answer: Reply, dates: Sequence[SpokenDate]) -> None:
        """Let who says when, as the next to speak, have what was asked: "can you wire those?" - "costs a bit but that goes tomorrow"."""
        matter = self._matters.put_to(utterance)
        if matter is None or answer not in _WILLING or not _is_asked_for(matter) or _DEPENDS.search(utterance.text):
            return
        since = self._utterances[matter.last + 1 : utterance.index]
        if utterance.speaker == matter.speaker or any(u.speaker != utterance.speaker for u in since) or len(since) > 2:
            return
        due = pick_due(dates, utterance.text)
        others = speaks_of_others(utterance, self._roster)
        if due is None or due.day is None or (others and due.start > _AT_ONCE):
            return
        if self._answers.promise(matter, utterance):
            set_days(utterance, [matter], dates)

    def _set_day_there(self, utterance: Utterance, touched: Sequence[Draft]) -> None:
        self._set_day_asked(utterance, touched)
        before = self._utterances[utterance.index - 1] if utterance.index else utterance
        if before.speaker != utterance.speaker or any(
            draft.last == before.index for draft in self._matters.drafts[-4:]
        ):
            return
        due = day_there(before, self._days.of(before), utterance)
        if due is not None:
            set_day_there(utterance, touched, before, due)

    def _set_day_asked(self, utterance: Utterance, touched: Sequence[Draft]) -> None:
        """Give what is taken on without a day the one that was asked for just before: "done by the tenth" - "Yes. I'll fix it"."""
        asked = self._said_to(utterance)
        if asked is None or any(draft.last == asked.index and not draft.is_open for draft in self._matters.drafts[-4:]):
            return
        due = pick_due(self._days.of(asked), asked.text)
        then = _BY_THEN.search(utterance.text) is not None
        if due is not None and due.day is not None and (then or is_deadline(due, asked.text)):
            set_day_there(utterance, touched, asked, due)

    def _said_to(self, utterance: Utterance) -> Utterance | None:
        """Return the sentence of another to which the speaker said yes, in this sentence or in one before it."""
        yes = reply(utterance.text) is Reply.ASSENT or _BY_THEN.search(utterance.text) is not None
        for before in reversed(self._utterances[max(0, utterance.index - 3) : utterance.index]):
            if before.speaker != utterance.speaker:
                return before if yes else None
            yes = yes or reply(before.text) is Reply.ASSENT
        return None

    def _dated_by(self, utterance: Utterance) -> Draft | None:
        """Return the matter that a mere day is said for: the speaker's own, else what was just asked of anybody."""
        matter = self._matters.involving(utterance)
        if matter is not None and self._is_asked_by_doer(matter, utterance):
            matter = None
        asked = self._matters.put_to(utterance)
        open_to_all = asked is not None and asked.mood is Mood.REQUEST and asked.address is None
        return asked if matter is None and open_to_all and asked is not None else matter

    def _is_asked_by_doer(self, matter: Draft, utterance: Utterance) -> bool:
        """Tell whether a day answers a question of the one who has the matter, and so is of what the other has."""
        before = self._utterances[utterance.index - 1] if utterance.index else utterance
        theirs = before.speaker != utterance.speaker and before.text.rstrip().endswith("?")
        return theirs and matter.is_doer(before, self._roster) and not matter.is_doer(utterance, self._roster)

    def _day_follows(self, utterance: Utterance) -> bool:
        """Tell whether the speaker names a day next: who takes back a day and names another withdraws nothing."""
        following = self._utterances[utterance.index + 1 : utterance.index + 3]
        return any(self._days.of(entry) for entry in following if entry.speaker == utterance.speaker)

    def _is_promise_without_day(self, clause: Clause, answer: Reply) -> bool:
        """Tell whether a promise in the present stands though no day is in it: one follows, or it answers a request."""
        if self._day_is_said_alone(clause.utterance):
            return True
        matter = self._matters.put_to(clause.utterance)
        asked = matter is not None and matter.mood in {Mood.REQUEST, Mood.OPEN}
        return matter is not None and asked and clause.mood is Mood.COMMIT and _is_for(clause, matter, answer)

    def _day_is_said_alone(self, utterance: Utterance) -> bool:
        """Tell whether the speaker's next sentence is a day with nothing to do of its own: "I'm calling him. Today."."""
        following = self._utterances[utterance.index + 1 : utterance.index + 2]
        return any(
            entry.speaker == utterance.speaker and says_when(entry) and bool(self._days.of(entry))
            for entry in following
        )

    def _follow_address(self, utterance: Utterance) -> None:
        if utterance.speaker != self._speaker and not is_back_channel(utterance.text):
            self._speaker, self._address = utterance.speaker, None
        found = addressed(utterance.text, self._roster)
        if found is not None and utterance.speaker == self._speaker:
            self._address = found

    def _clauses(self, utterance: Utterance) -> tuple[Clause, ...]:
        return clauses(utterance) if utterance.sent.doc.has_annotation("DEP") else ()

    def _raise(self, clause: Clause, answer: Reply, dates: Sequence[SpokenDate]) -> Draft | None:
        dated = pick_due(dates, clause.utterance.text) is not None if clause.mood is Mood.DELIVERY else bool(dates)
        if clause.needs_day and not dated and not self._is_promise_without_day(clause, answer):
            if clause.mood is not Mood.COMMIT or not is_work(clause) or clause.lemma in PERFORMED:
                return None
            clause = replace(clause, mood=Mood.OFFER)  # "I write it new" stands where somebody says "Please"
        if not is_work(clause):
            return self._bare_word(clause)
        if clause.mood in OWN_WORD:
            return self._own_word(clause, answer, dated=bool(dates))
        if clause.mood is Mood.REQUEST:
            return self._request(clause)
        if clause.mood is Mood.ASSIGN:
            return self._assign(clause)
        return self._matters.new(Draft(clause, [clause.utterance]))

    def _bare_word(self, clause: Clause) -> Draft | None:
        """Read "I'll tell her": no work by itself, but an answer to what was just asked, or the taker's next words."""
        matter = self._matters.put_to(clause.utterance)
        firm = clause.mood is Mood.COMMIT and clause.weight >= FIRM and not clause.negated and _answers(clause)
        own = self._matters.own(clause.utterance)
        if firm and own is not None and own.accepted and clause.utterance.index - own.taken_at <= 2:
            own.add(clause.utterance)
            return own
        if matter is None or not firm or clause.utterance.index - matter.last > 2:
            return None
        if self._answers.may_take(matter, clause.utterance):
            self._answers.take(matter, clause.utterance)
        return matter

    def _own_word(self, clause: Clause, answer: Reply, *, dated: bool) -> Draft | None:
        """Read "I'll ...": it goes on with the speaker's matter, takes another's, or raises a new one."""
        utterance, bare = clause.utterance, pronoun_only(clause.verb)
        own, matter = self._matters.own(utterance), self._matters.put_to(utterance)
        asked_since = own is not None and matter is not None and matter.address is not None and matter.last > own.last
        if own is not None and (bare or _goes_on(clause, own)) and not (bare and asked_since):
            own.add_clause(clause)
            return own
        if matter is not None and _does_instead(clause, matter):
            self._answers.take(matter, utterance)
            matter.add_clause(clause)
            return matter
        if matter is not None and _takes_up(clause, matter):
            matter.accepted = True
            matter.add(utterance)
            return matter
        if matter is not None and self._answers.may_take(matter, utterance) and _is_for(clause, matter, answer):
            self._answers.take(matter, utterance)
            if not bare and matter.mood in {Mood.OPEN, Mood.JOINT} and not matter.shares(clause):
                matter.lead = clause
            matter.add_clause(clause)
            return matter
        if clause.mood is Mood.DELIVERY and bare and not dated:
            return None
        words = shortened(clause.utterance.sent.doc[clause.begin : clause.utterance.sent.end].text)
        return self._matters.new(
            Draft(clause, [utterance], owner=owners.of_speaker(utterance, self._roster, words=words))
        )

    def _request(self, clause: Clause) -> Draft | None:
        if clause.lemma in _PUT_ON_ME and any(token.lower_ == "me" for token in clause.verb.subtree):
            return None
        if clause.lemma in _WANTS and not self._is_put_to_somebody(clause):
            return None
        matter = self._matters.asked_by(clause.utterance) or self._matters.latest(clause.utterance)
        if matter is not None and self._is_asked_again(matter, clause):
            return self._ask_again(matter, clause)
        return self._matters.new(Draft(clause, [clause.utterance], address=self._address))

    def _is_put_to_somebody(self, clause: Clause) -> bool:
        """Tell whether a wish is put to one in the room: "I want a plan, Sunita"; other wishes are only told."""
        text = clause.utterance.text
        return _YOURS.search(text) is not None or addressed(text, self._roster) is not None

    def _is_asked_again(self, matter: Draft, clause: Clause) -> bool:
        gap = clause.utterance.index - matter.last
        if pronoun_only(clause.verb):
            passed_on = matter.mood not in OWN_WORD or INSTEAD.search(clause.utterance.text) is not None
            return gap <= 3 and passed_on
        return gap <= 3 and matter.is_same(clause) and matter.speaker == clause.utterance.speaker

    def _ask_again(self, matter: Draft, clause: Clause) -> Draft:
        """The same matter is put to somebody, perhaps to another than before."""
        asked = self._address
        if asked is not None and asked.people and (matter.owner is None or matter.owner.name not in asked.people):
            matter.address, matter.owner, matter.accepted = asked, None, False
            if matter.mood in OWN_WORD:
                matter.others.append(matter.clause)
                matter.clause = clause
        matter.add_clause(clause)
        return matter

    def _assign(self, clause: Clause) -> Draft | None:
        utterance = clause.utterance
        if clause.subject.lower_ in _NO_DOERS:
            return None
        before = self._utterances[max(0, utterance.index - 4) : utterance.index]
        owner = owners.of_subject(clause.subject, utterance, before, self._roster)
        matter = self._matters.latest(utterance)
        if clause.needs_day and (owner.name is None or _RECAP.search(utterance.text)):
            return None
        own = self._matters.own(utterance) if owner.name == self._roster.speaker(utterance.speaker) else None
        if own is not None and _goes_on(clause, own):
            own.add_clause(clause)
            return own
        again = matter is not None and (pronoun_only(clause.verb) or matter.is_same(clause))
        named = owner.name is not None or (matter is not None and matter.is_open and clause.subject.pos_ == "PROPN")
        if matter is not None and again and named:
            matter.owner, matter.address = owner, None
            matter.accepted = matter.accepted or clause.weight >= FIRM
            matter.add_clause(clause)
            return matter
        return self._matters.new(Draft(clause, [utterance], owner=owner))


_WHEN = re.compile(r"\b(?:when|how (?:soon|quick\w*)|who|anyone|anybody|someone|somebody)\b", re.IGNORECASE)


def _names_day(clause: Clause, dates: Sequence[SpokenDate]) -> bool:
    """Tell whether a clause only gives a day to what was spoken of: "let's make it Thursday"."""
    objects = {
        child.lower_ for child in clause.verb.children if child.dep_ in {"dobj", "nsubj"} and child.i > clause.verb.i
    }
    return (
        bool(dates)
        and clause.mood is Mood.JOINT
        and clause.lemma in {"make", "say", "call"}
        and objects <= {"it", "that"}
    )


_BY_THEN = re.compile(
    r"^(?:(?!\b(?:whether|if|not|never|cannot)\b|n['’]t\b).)*\b(?:by|before|for) then\b", re.IGNORECASE
)
"""What takes up the day that another has just named: "You'll have it by then"."""
_AT_ONCE = 5  # characters before a day that is the answer itself, whoever else is spoken of after it
_DEPENDS = re.compile(r"(?<!tell you )(?<!know )(?<!say )\b(?:if|when|unless|once)\b", re.IGNORECASE)


def _is_asked_for(matter: Draft) -> bool:
    """Tell whether *matter* was put as a question that somebody in the room can answer by doing it, not "you could also"."""
    clause = matter.clause
    if clause.mood not in {Mood.REQUEST, Mood.OPEN} or clause.verb.doc[clause.begin].lower_ in {"he", "she", "they"}:
        return False
    asked = clause.mood is Mood.REQUEST and clause.weight >= ASKING
    return asked or any(_WHEN.search(passage.text) for passage in matter.passages)


def _answers(clause: Clause) -> bool:
    """Tell whether the verb can answer a request: "I'll tell her", "I'll let them know"."""
    informs = clause.lemma == "let" and any(child.lemma_ == "know" for child in clause.verb.children)
    return informs or clause.lemma in ANSWERING


def _goes_on(clause: Clause, own: Draft) -> bool:
    """Tell whether the doer's next words still speak of the matter just taken."""
    gap = clause.utterance.index - own.last
    taken = own.mood not in OWN_WORD and own.accepted and own.shares(clause)
    at_once = clause.utterance.index - own.taken_at <= 1 and not _FURTHER.search(clause.utterance.text)
    pointed = pointed_at(clause.verb) & content(own.clause.verb)  # "that count" of what is counted, not "that vendor"
    more = gap <= 2 and (taken or clause.mood is Mood.DELIVERY)
    return own.is_same(clause) or at_once or (gap <= 1 and bool(pointed)) or more


def _does_instead(clause: Clause, matter: Draft) -> bool:
    """Tell whether "Then I'll draft it" takes what another only offered to draft."""
    near = clause.utterance.index - matter.last <= 2
    offered = matter.mood is Mood.OFFER and not matter.accepted and matter.speaker != clause.utterance.speaker
    firm = clause.mood is Mood.COMMIT and clause.weight >= FIRM and pronoun_only(clause.verb)
    return near and offered and firm and clause.lemma in {matter.clause.lemma, "do", "handle", "own"}


def _takes_up(clause: Clause, matter: Draft) -> bool:
    """Tell whether "I'll take that" accepts what another has just offered."""
    near = clause.utterance.index - matter.last <= 1
    return near and matter.mood is Mood.OFFER and clause.lemma == "take" and pronoun_only(clause.verb)


def _is_for(clause: Clause, matter: Draft, answer: Reply) -> bool:
    """Tell whether "I'll ..." is said in answer to *matter*."""
    gap = clause.utterance.index - matter.last
    if pronoun_only(clause.verb):
        return gap <= 4
    if answer in {Reply.ASSENT, Reply.TAKE} and matter.mood in {Mood.REQUEST, Mood.OPEN}:
        return gap <= 2
    firm = clause.mood is Mood.COMMIT and clause.weight >= FIRM
    if firm and matter.mood in {Mood.OPEN, Mood.JOINT} and not _FURTHER.search(clause.utterance.text):
        alone = matter.speaker == clause.utterance.speaker and matter.address is None
        return gap <= (1 if alone else NEAR)
    return matter.is_same(clause) or (gap <= 3 and matter.shares(clause))
