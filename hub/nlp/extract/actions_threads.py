"""Follows each matter over the turns: put, asked, taken, refused, handed over, withdrawn, its day moved."""

from collections.abc import Callable, Sequence

from hub.nlp.dates import SpokenDate, pick_due
from hub.nlp.extract import owners
from hub.nlp.extract.actions_clauses import Clause, Mood, clauses
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_replies import Reply, corrects, is_only_a_day, reply
from hub.nlp.extract.actions_weigh import content, has_content, informs_here, is_work, overlap, pronoun_only
from hub.nlp.extract.context import Roster
from hub.nlp.extract.context_address import Address, addressed
from hub.nlp.extract.utterances import Utterance, is_back_channel

NEAR = 4  # utterances within which an answer, a correction or "it" still means the matter
OPEN = 8  # utterances for which a request that nobody took stays open
SAME = 0.6  # overlap of content words from which two clauses speak of one matter

FindDates = Callable[[str], Sequence[SpokenDate]]


class Talk:
    """Reads the utterances of one meeting in order and keeps the matters they raise."""

    def __init__(self, utterances: Sequence[Utterance], roster: Roster, find_dates: FindDates) -> None:
        self.utterances = utterances
        self.roster = roster
        self.find_dates = find_dates
        self.drafts: list[Draft] = []
        self._address: Address | None = None
        self._speaker: str | None = None

    def follow(self) -> list[Draft]:
        """Return every matter raised, dropped ones too, in order."""
        for utterance in self.utterances:
            self._listen(utterance)
        return self.drafts

    def _listen(self, utterance: Utterance) -> None:
        # 1 to whom is this said
        self._follow_address(utterance)
        # 2 what does it do to the matter before it
        matter = self._matter(utterance)
        answer = reply(utterance.text) if matter is not None else Reply.NONE
        if matter is not None:
            self._answer(matter, utterance, answer)
        # 3 what does it raise itself
        raised = (self._raise(clause, self._matter(utterance), answer) for clause in self._clauses(utterance))
        touched = [draft for draft in raised if draft is not None]
        # 4 which day does it name
        self._set_days(utterance, touched, matter)

    def _follow_address(self, utterance: Utterance) -> None:
        if utterance.speaker != self._speaker and not is_back_channel(utterance.text):
            self._speaker, self._address = utterance.speaker, None
        found = addressed(utterance.text, self.roster)
        if found is not None and utterance.speaker == self._speaker:
            self._address = found

    def _matter(self, utterance: Utterance) -> Draft | None:
        """Return the matter that an answer now would be about."""
        for draft in reversed(self.drafts):
            gap = utterance.index - draft.last
            if gap > OPEN:
                return None
            if draft.dropped is None and (gap <= NEAR or (draft.owner is None or draft.refused)):
                return draft
        return None

    def _clauses(self, utterance: Utterance) -> tuple[Clause, ...]:
        return clauses(utterance) if utterance.sent.doc.has_annotation("DEP") else ()

    # --- answers

    def _answer(self, matter: Draft, utterance: Utterance, answer: Reply) -> None:
        other = utterance.speaker != matter.speaker
        near = utterance.index - matter.last <= NEAR
        if answer is Reply.WITHDRAW and near and len(utterance.text.split()) <= 14:
            matter.dropped = "taken back in the next words"
        elif answer is Reply.DONE and near and other and matter.mood is Mood.REQUEST and not matter.accepted:
            matter.dropped = "already done"
        elif answer is Reply.REFUSE and other and near and not matter.accepted:
            self._refuse(matter, utterance)
        elif answer is Reply.TAKE and self._may_take(matter, utterance):
            self._take(matter, utterance)
        elif answer is Reply.ASSENT and other and near:
            self._assent(matter, utterance)

    def _refuse(self, matter: Draft, utterance: Utterance) -> None:
        matter.refused.append(utterance.speaker)
        matter.address = None
        if matter.mood is Mood.REQUEST or (matter.owner and matter.owner.name == self._name(utterance)):
            matter.owner = None

    def _may_take(self, matter: Draft, utterance: Utterance) -> bool:
        if matter.mood in {Mood.COMMIT, Mood.OFFER, Mood.DELIVERY}:
            return False
        if (
            matter.mood is Mood.ASSIGN
            and matter.owner is not None
            and matter.owner.name not in {None, self._name(utterance)}
        ):
            return False
        if utterance.speaker == matter.speaker:
            return matter.mood in {Mood.REQUEST, Mood.JOINT} and bool(matter.refused or matter.mood is Mood.JOINT)
        return not matter.accepted

    def _take(self, matter: Draft, utterance: Utterance) -> None:
        asked = matter.address.name if matter.address is not None and self._is_asked(matter, utterance) else None
        matter.owner = owners.of_speaker(utterance, self.roster, words=_short(utterance.text), asked=asked)
        matter.accepted = True
        matter.add(utterance)

    def _assent(self, matter: Draft, utterance: Utterance) -> None:
        if matter.accepted:
            return
        if matter.mood is Mood.OFFER:
            matter.accepted = True
            matter.add(utterance)
        elif matter.mood is Mood.REQUEST and self._is_asked(matter, utterance) and not informs_here(matter.clause):
            self._take(matter, utterance)
        elif matter.mood in {Mood.JOINT, Mood.ASSIGN}:
            matter.noted = True

    def _is_asked(self, matter: Draft, utterance: Utterance) -> bool:
        name = self._name(utterance)
        return matter.address is None or (name is not None and name in matter.address.people)

    def _name(self, utterance: Utterance) -> str | None:
        return self.roster.speaker(utterance.speaker)

    # --- matters raised

    def _raise(self, clause: Clause, matter: Draft | None, answer: Reply) -> Draft | None:
        if not is_work(clause):
            return None
        if clause.mood in {Mood.COMMIT, Mood.OFFER, Mood.DELIVERY}:
            return self._own_word(clause, matter, answer)
        if clause.mood is Mood.REQUEST:
            return self._request(clause, matter)
        if clause.mood is Mood.ASSIGN:
            return self._assign(clause, matter)
        return self._joint(clause)

    def _own_word(self, clause: Clause, matter: Draft | None, answer: Reply) -> Draft | None:
        """ "I'll ...": goes on with the speaker's matter, takes another's, or raises a new one."""
        utterance = clause.utterance
        bare = pronoun_only(clause.verb)
        if matter is not None and utterance.index - matter.last <= NEAR:
            own = self._is_doer(matter, utterance)
            if own and (bare or self._goes_on(clause, matter)):
                return self._carry_on(matter, clause)
            if not own and self._may_take(matter, utterance) and (bare or self._answers(matter, clause, answer)):
                self._take(matter, utterance)
                return self._carry_on(matter, clause)
        if clause.mood is Mood.DELIVERY and bare:
            return None
        owner = owners.of_speaker(utterance, self.roster, words=_short(_from(clause)))
        return self._new(Draft(clause, [utterance], owner=owner))

    def _is_doer(self, matter: Draft, utterance: Utterance) -> bool:
        if matter.mood in {Mood.COMMIT, Mood.OFFER, Mood.DELIVERY}:
            return matter.speaker == utterance.speaker
        name = self._name(utterance) or utterance.speaker
        return matter.owner is not None and matter.owner.name == name and name is not None

    def _goes_on(self, clause: Clause, matter: Draft) -> bool:
        following = clause.utterance.index - matter.last <= 2
        taken = matter.mood is Mood.REQUEST and matter.accepted and self._shares(clause, matter)
        return self._same(clause, matter) or (following and (taken or clause.mood is Mood.DELIVERY))

    def _answers(self, matter: Draft, clause: Clause, answer: Reply) -> bool:
        if answer in {Reply.ASSENT, Reply.TAKE} and matter.mood is Mood.REQUEST:
            return True
        following = clause.utterance.index - matter.last <= 2
        return self._same(clause, matter) or (following and self._shares(clause, matter))

    def _same(self, clause: Clause, matter: Draft) -> bool:
        return overlap(content(clause.verb), content(matter.clause.verb)) >= SAME

    def _shares(self, clause: Clause, matter: Draft) -> bool:
        return bool(content(clause.verb) & content(matter.clause.verb))

    def _carry_on(self, matter: Draft, clause: Clause) -> Draft:
        matter.add(clause.utterance)
        matter.others.append(clause)
        if has_content(clause.verb) and (pronoun_only(matter.clause.verb) or not has_content(matter.clause.verb)):
            matter.others.append(matter.clause)
            matter.clause = clause
        return matter

    def _request(self, clause: Clause, matter: Draft | None) -> Draft | None:
        utterance = clause.utterance
        if _points_at_me(clause):
            return None
        repeated = matter is not None and matter.speaker == utterance.speaker and matter.mood is Mood.REQUEST
        if matter is not None and repeated and utterance.index - matter.last <= 2 and not matter.accepted:
            if pronoun_only(clause.verb) or self._same(clause, matter):
                return self._carry_on(matter, clause)
        draft = Draft(clause, [utterance], address=self._address)
        return self._new(draft)

    def _assign(self, clause: Clause, matter: Draft | None) -> Draft | None:
        utterance = clause.utterance
        before = self.utterances[max(0, utterance.index - 4) : utterance.index]
        owner = owners.of_subject(clause.subject, utterance, before, self.roster)
        if clause.subject.lower_ in {"it", "this", "that", "there", "everything", "these", "those", "they"}:
            return None
        near = matter is not None and utterance.index - matter.last <= NEAR
        if matter is not None and near and (pronoun_only(clause.verb) or self._same(clause, matter)):
            return self._hand_over(matter, clause, owner)
        return self._new(Draft(clause, [utterance], owner=owner))

    def _hand_over(self, matter: Draft, clause: Clause, owner: owners.Owner) -> Draft:
        """ "Henrik should do that": the matter changes hands."""
        if owner.name is not None:
            matter.owner = owner
            matter.address = None
        return self._carry_on(matter, clause)

    def _joint(self, clause: Clause) -> Draft:
        return self._new(Draft(clause, [clause.utterance], owner=None))

    def _new(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        return draft

    # --- days

    def _set_days(self, utterance: Utterance, touched: list[Draft], matter: Draft | None) -> None:
        dates = list(self.find_dates(utterance.text))
        if not dates:
            return
        if touched:
            for draft, part in zip(touched, _parts(utterance, touched, dates), strict=True):
                due = pick_due(part, utterance.text)
                draft.due = due or draft.due
        elif matter is not None and self._speaks_of_day(matter, utterance, dates):
            due = pick_due(dates, utterance.text) or dates[-1]
            if matter.due is None or due.day != matter.due.day:
                matter.due = due
                matter.add(utterance)

    def _speaks_of_day(self, matter: Draft, utterance: Utterance, dates: Sequence[SpokenDate]) -> bool:
        if utterance.index - matter.last > 3 or (matter.due is None and matter.mood is Mood.ASSIGN):
            return False
        if any(date.past for date in dates):
            return False
        return is_only_a_day(utterance.text, dates[-1].text) or (matter.due is not None and corrects(utterance.text))


def _parts(utterance: Utterance, touched: list[Draft], dates: Sequence[SpokenDate]) -> list[list[SpokenDate]]:
    """Share the days of one sentence among the matters in it: each takes those after its verb, the first the rest."""
    unique = list({id(draft): draft for draft in touched}.values())
    if len(unique) == 1:
        return [list(dates) for _ in touched]
    offset = utterance.sent.start_char
    verbs = [_latest_verb(draft, utterance) - offset for draft in touched]
    parts: list[list[SpokenDate]] = [[] for _ in touched]
    for date in dates:
        before = [place for place, verb in enumerate(verbs) if verb <= date.start]
        parts[before[-1] if before else 0].append(date)
    return parts


def _latest_verb(draft: Draft, utterance: Utterance) -> int:
    own = [clause for clause in (draft.clause, *draft.others) if clause.utterance.index == utterance.index]
    return max((int(clause.verb.idx) for clause in own), default=0)


def _points_at_me(clause: Clause) -> bool:
    """ "Put it on me", "ask me again": no work for another."""
    words = [token.lower_ for token in clause.verb.subtree]
    return clause.weight <= 0.3 and "me" in words and clause.lemma in {"put", "give", "leave", "assign", "ask", "count"}


def _from(clause: Clause) -> str:
    return str(clause.verb.doc[clause.begin : clause.verb.sent.end].text)


def _short(words: str) -> str:
    """Return the first dozen words of a quote for a reason."""
    parts = " ".join(words.split()).rstrip(".!?,;").split()
    return " ".join(parts[:12]) + (" ..." if len(parts) > 12 else "")
