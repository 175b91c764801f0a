"""What an answer does to the matter it is about."""

import re
from collections.abc import Callable
from dataclasses import replace

from hub.nlp.extract import owners
from hub.nlp.extract.actions_draft import NEAR, Draft, Matters
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_minding import MINDS, minded
from hub.nlp.extract.actions_replies import THANKS, Reply, reply
from hub.nlp.extract.actions_weigh import informs_here
from hub.nlp.extract.context import Mention, Roster
from hub.nlp.extract.context_address import Address, addressed
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.owners_roles import function_in
from hub.nlp.extract.utterances import Utterance, is_back_channel

_POINTS = re.compile(
    r"\b(?:that(?:'s| is| was| one is| one's| would be| feels like| sounds like)|this (?:is|must)|ask|better|"
    r"talk to|over to|"
    r"(?:is|are)(?= [A-Z][\w-]+(?:'s|’s)(?:\W|$))|(?:that|it)(?:'s| is) (?:more|rather|really)|"
    r"one for|it(?:'s| is| has to be| should be| must be)|belongs to|isn't (?:it|that)|go(?:es)? (?:to|over|"
    r"through)|right person)\b",
    re.IGNORECASE,
)
_ONLY_CALLED = re.compile(
    r"^\W*(?:(?:and|or|maybe|sorry|no|i mean|can|could|would|will|you|please|what about|how about|then|okay|so)\W*)*$",
    re.IGNORECASE,
)
INSTEAD = re.compile(r"\b(?:actually|no|rather|instead|let me|easier if i)\b", re.IGNORECASE)
_TAKES_BACK = re.compile(r"\b(?:forget (?:it|that|what i)|scratch that|strike that|never ?mind)\b", re.IGNORECASE)
_WE_DO = re.compile(r"\bwe(?: will|'ll|’ll| can) (?:do|take|handle)\b|\bwe (?:will|shall|can)\W*$", re.IGNORECASE)
_CANNOT = re.compile(r"\b(?:can't|cannot|can not|won't|not able to|not going to manage)\b", re.IGNORECASE)
ASKING = 0.4  # least weight of the forms that ask: "can you", "please"
_DOUBTS = re.compile(r"\?\W*$|\b(?:not before|not until|earliest|maybe|perhaps|try|might)\b", re.IGNORECASE)
_BUT = re.compile(r"\bcould\b.*,? but (?:nobody|no one|i|it|that|they)\b", re.IGNORECASE)
"""What an offer is taken back by in its own sentence."""
_DEAL = re.compile(r"\W*done\b(?! (?:that|it|already))", re.IGNORECASE)
_LONGEST_ANSWER = 14  # words; a longer sentence speaks of something else


class Answers:
    """Reads each utterance as an answer to what lies open."""

    def __init__(self, matters: Matters, roster: Roster) -> None:
        self._matters = matters
        self._roster = roster
        self._before: Utterance | None = None

    def hear(self, utterance: Utterance, *, names_day: Callable[[], bool]) -> Reply:
        """Apply *utterance* to the matter it answers and return how it reads.

        *names_day* tells whether a date is in it or follows; asked only where it matters.
        """
        answer = self._heard(utterance)
        self._call(utterance)
        self._before = utterance
        if answer is Reply.WITHDRAW:
            self._withdraw(utterance, names_day=names_day)
            return answer
        matter = self._matters.put_to(utterance)
        if answer is Reply.TAKE and matter is None:
            self._take_over(utterance)
        if matter is None:
            return self._change_of_mind(utterance, answer)
        self._apply(matter, utterance, answer, names_day=names_day)
        return answer

    def _heard(self, utterance: Utterance) -> Reply:
        """Return how an answer reads; to "would you mind asking her?" no is yes."""
        before = self._before
        if before is not None and before.speaker != utterance.speaker and MINDS.search(before.text):
            return minded(utterance.text)
        return reply(utterance.text)

    def _apply(self, matter: Draft, utterance: Utterance, answer: Reply, *, names_day: Callable[[], bool]) -> None:
        near = utterance.index - matter.last <= NEAR
        if answer is Reply.DONE and near and matter.mood is Mood.REQUEST and not names_day():
            matter.dropped = "already done"
        elif answer is Reply.REFUSE and near:
            if not self._only_moves(matter, utterance, names_day=names_day):
                self._refuse(matter, utterance)
        elif self._takes(utterance, answer, names_day=names_day) and self.may_take(matter, utterance):
            self.take(matter, utterance)
        elif near and (answer is Reply.ASSENT or (matter.mood is Mood.OFFER and THANKS.match(utterance.text))):
            self._assent(matter, utterance)
        if matter.is_open:
            self._point(matter, utterance)

    def _only_moves(self, matter: Draft, utterance: Utterance, *, names_day: Callable[[], bool]) -> bool:
        """Tell whether who says no has it and only cannot by a day: "I'm away till Monday, so give me a fortnight"."""
        if not names_day():
            return False
        own = matter.passages[-1]
        then = _SO_THEN.search(utterance.text)
        if then is not None and _WORK_REFUSED.search(utterance.text[: then.start()]) is None:
            if matter.due is not None and matter.due.day is not None:
                matter.due = replace(matter.due, day=None, reason="no day was promised")
                matter.day_refused = True
            if not self._names_another(matter, utterance, then.end()):
                self.promise(matter, utterance)
            return matter.accepted
        return matter.due is not None and own.speaker == utterance.speaker and own.index == utterance.index - 1

    def _names_another(self, matter: Draft, utterance: Utterance, begins: int) -> bool:
        """Tell whether somebody else is named behind *begins*, but who asked, or is only called by name: "Monday, Helen"."""
        known = {self._roster.speaker(utterance.speaker), self._roster.speaker(matter.speaker)} - {None}
        behind = utterance.text[begins:]
        return any(
            known.isdisjoint(one.people) and not _is_called(behind, one) for one in self._roster.mentions(behind)
        )

    def _takes(self, utterance: Utterance, answer: Reply, *, names_day: Callable[[], bool]) -> bool:
        """Tell whether the speaker takes it on: who says that it has been done does not, who says "Done." does."""
        done = answer is Reply.DONE and (_DEAL.match(utterance.text) is not None or names_day())
        return answer is Reply.TAKE or done

    def may_take(self, matter: Draft, utterance: Utterance) -> bool:
        """Tell whether the speaker can be the one who takes *matter*."""
        elsewhere = matter.address is not None and not self._is_asked(matter, utterance) and not matter.refused
        if not matter.is_open or (elsewhere and utterance.index - matter.last > 2):
            return False
        named = matter.owner.name if matter.owner is not None else None
        mine = named is not None and named == self._roster.speaker(utterance.speaker)
        return matter.mood is not Mood.ASSIGN or bool(matter.refused) or mine

    def take(self, matter: Draft, utterance: Utterance) -> None:
        """Let the speaker of *utterance* have *matter*."""
        asked = matter.address.name if matter.address is not None and self._is_asked(matter, utterance) else None
        if asked is None and _WE_DO.search(utterance.text):
            matter.noted = True
            return
        matter.owner = owners.of_speaker(utterance, self._roster, words=shortened(utterance.text), asked=asked)
        matter.accepted, matter.taken_at = True, utterance.index
        matter.add(utterance)

    def promise(self, matter: Draft, utterance: Utterance) -> bool:
        """Let who was asked have *matter* where the answer is a day: "Tom, can you send it?" - "By Monday".

        Tells whether the speaker has it now.
        """
        next_up = matter.speaker != utterance.speaker and utterance.index - matter.passages[0].index <= 2
        asked = self._is_asked(matter, utterance) and (matter.address is not None or next_up)
        if (
            asked
            and matter.mood in {Mood.REQUEST, Mood.OPEN}
            and not informs_here(matter.clause)
            and not _DOUBTS.search(utterance.text)
            and self.may_take(matter, utterance)
        ):
            self.take(matter, utterance)
            return True
        return False

    def _withdraw(self, utterance: Utterance, *, names_day: Callable[[], bool]) -> None:
        matter = self._matters.latest(utterance)
        if matter is None or len(utterance.text.split()) > _LONGEST_ANSWER:
            return
        doer = matter.is_doer(utterance, self._roster)
        moved = matter.due is not None and doer and names_day()
        own_words = doer and _TAKES_BACK.search(utterance.text) is not None
        late = matter.accepted and not own_words and utterance.index - matter.last > 2
        involved = any(passage.speaker == utterance.speaker for passage in matter.passages)
        if not moved and not late and (involved or matter.is_open):
            matter.dropped = "taken back in the next words"

    def _take_over(self, utterance: Utterance) -> None:
        """Let a matter that another took change hands: "Actually, let me do that"."""
        matter = self._matters.latest(utterance)
        if matter is None or matter.is_doer(utterance, self._roster) or matter.speaker == utterance.speaker:
            return
        if INSTEAD.search(utterance.text) and utterance.index - matter.last <= 2:
            self.take(matter, utterance)

    def _change_of_mind(self, utterance: Utterance, answer: Reply) -> Reply:
        """The one who took it says in the next breath that they cannot."""
        matter = self._matters.own(utterance)
        if matter is None or not matter.accepted or utterance.index - matter.last > 2:
            return answer
        if answer is Reply.REFUSE and _CANNOT.search(utterance.text):
            matter.accepted = False
            self._refuse(matter, utterance)
        return answer

    def _refuse(self, matter: Draft, utterance: Utterance) -> None:
        if matter.mood is Mood.OFFER:
            matter.dropped = "declined"
            return
        matter.refused.append(utterance.speaker)
        matter.address = None
        matter.owner = None

    def _assent(self, matter: Draft, utterance: Utterance) -> None:
        following = utterance.index - matter.last == 1
        if matter.mood is Mood.OFFER:
            matter.accepted = utterance.index - matter.last <= 2 and not _BUT.search(matter.clause.utterance.text)
        elif matter.mood is Mood.REQUEST and self._is_asked(matter, utterance) and not informs_here(matter.clause):
            if matter.address is not None and len(matter.address.people) > 1:
                matter.noted = True  # one of two namesakes says yes to what the other may be to do
                return
            # "You have to ..." is mostly said of anybody; only a question or a name asks somebody
            if matter.address is not None or (following and matter.clause.weight >= ASKING):
                self.take(matter, utterance)
        elif matter.mood in {Mood.JOINT, Mood.ASSIGN, Mood.OPEN}:
            matter.noted = True

    def _call(self, utterance: Utterance) -> None:
        """Put an open matter to the one who is only called now: "Nadia?", "Kowalczyk, sorry", "Jess, could you?"."""
        called = addressed(utterance.text, self._roster)
        if called is None or not _ONLY_CALLED.search(utterance.text.replace(called.name, "")):
            return
        matter = self._matters.asked_by(utterance) or self._matters.put_to(utterance)
        if matter is not None and matter.is_open and not self._opens_another(matter, utterance):
            matter.address, matter.pointed = called, False

    def _opens_another(self, matter: Draft, utterance: Utterance) -> bool:
        """Tell whether the name is called for what the caller has said since: "Late entry. Joyce."."""
        before = self._before
        own = before is not None and before.speaker == utterance.speaker and not is_back_channel(before.text)
        return own and before is not None and all(before.index != passage.index for passage in matter.passages)

    def _point(self, matter: Draft, utterance: Utterance) -> None:
        """Put an open matter to somebody else: "That's one for Henrik"."""
        if len(utterance.text.split()) > _LONGEST_ANSWER:
            return
        if utterance.speaker == matter.speaker or not _POINTS.search(utterance.text):
            return
        mentions = [mention for mention in self._roster.mentions(utterance.text) if mention.person is not None]
        function = function_in(utterance.text, self._roster)
        people = [mention.person for mention in mentions] or list(function.people if function else ())
        if len(people) == 1 and people[0] is not None and people[0] not in self._refusers(matter):
            matter.address, matter.pointed = Address(people[0], (people[0],)), True

    def _refusers(self, matter: Draft) -> set[str | None]:
        return {self._roster.speaker(label) for label in matter.refused}

    def _is_asked(self, matter: Draft, utterance: Utterance) -> bool:
        name = self._roster.speaker(utterance.speaker)
        return matter.address is None or (name is not None and name in matter.address.people)


_DAY = (
    r"(?:on |by |until |till |for )?(?:the |next |this |close of business |end of )*(?:\w+day|tomorrow|tonight|today|week|month|quarter|"
    r"\d{1,2}(?:st|nd|rd|th)|[\w-]*(?:first|second|third|[a-z]th|tieth)|jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)"
)
_SO_THEN = re.compile(
    r"\b(?:so|but)\b,? (?:then |please )?(?:"
    rf"(?:give me|let me have)(?: it)? (?:{_DAY}|(?:until|till) [\w-]+(?: is|['’]s| gets| comes) back (?:on )?{_DAY}|(?:(?:a|an|another|one|two|three|four|five|six|ten|\d+|few|couple|more|of) )+(?:working |business )?(?:days?|weeks?|months?))|"
    r"(?:give me|let me have)(?: it)? a fortnight|"
    rf"(?:(?:let's )?make (?:it|that)|it(?:'ll|’ll| will) be) {_DAY})\b",
    re.IGNORECASE,
)
"""What is promised in spite of what stands against it."""
_WORK_REFUSED = re.compile(
    r"\b(?:can't|can’t|cannot|won't|won’t|not going to) (?:take|do|handle|own)(?: (?:that|it|this))?(?: on)?(?=\W*$|[,.;]| (?:so|but)\b)|"
    r"\b(?:not mine|not for me|not my)\b",
    re.IGNORECASE,
)
_SET_APART = re.compile(r"\W*(?:$|[,.;!?])")


def _is_called(text: str, name: Mention) -> bool:
    """Tell whether a name is set apart by a comma, as who is spoken to: "until Monday, please, Helen"."""
    return text[: name.start].rstrip().endswith(",") and _SET_APART.match(text, name.end) is not None


_OTHERS = words(
    "he she they who someone somebody everyone everybody nobody vendor vendors site sites lab labs laboratory sponsor cro team teams "
    "committee authority agency depot hospital pharmacy board colleague colleagues department irb regulator group people"
)


def speaks_of_others(utterance: Utterance, roster: Roster) -> bool:
    """Tell whether a sentence speaks of somebody else who does or did something."""
    own = roster.speaker(utterance.speaker)
    named = any(
        own not in mention.people and utterance.text[: mention.start].strip()
        for mention in roster.mentions(utterance.text)
    )
    return named or any(token.lower_ in _OTHERS and token.dep_ == "nsubj" for token in utterance.sent)


def shortened(spoken: str) -> str:
    """Return the first dozen words of a quote, for a reason."""
    parts = " ".join(spoken.split()).rstrip(".!?,;").split()
    return " ".join(parts[:12]) + (" ..." if len(parts) > 12 else "")
