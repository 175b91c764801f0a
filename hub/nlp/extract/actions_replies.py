"""What an answer does to the matter before it: takes it, refuses it, closes it, moves its day."""

import re
from enum import StrEnum

from hub.nlp.extract.lexicon import words
from hub.nlp.extract.unapostrophed import spelled_out


class Reply(StrEnum):
    """The ways to answer a request or a proposal."""

    TAKE = "take"  # the speaker takes it: "I'll do that", "on it", "give it to me"
    ASSENT = "assent"  # "yes", "sure", "okay"
    REFUSE = "refuse"  # "no, I can't take that"
    DONE = "done"  # "already sent"
    WITHDRAW = "withdraw"  # "never mind", "no need"
    NONE = "none"


_PRONOUN = r"(?:it|that|this|those|these|them|that one|this one|the lot|both|care of (?:it|that|this|those|them))"
_TAKE = re.compile(
    rf"\b(?:i(?: will|'ll| shall| can| could) (?:do|take|handle|own|manage|sort|see to|look after|pick up|cover|deal "
    rf"with) (?:{_PRONOUN})(?: (?:up|on|out|over))?\b|i(?: will|'ll) take care of|i take {_PRONOUN}|it(?: will|"
    rf"'ll) be (?:with you|in your|there|ready|done)|"
    rf"we(?: will|'ll| can) (?:do|take|handle) {_PRONOUN}|i(?:'ll|"
    rf" will) pick "
    rf"{_PRONOUN} up|leave (?:it|that|this|them|those) (?:with|to) me|will do\b|on it\b|can do\b|consider it done|"
    rf"give (?:it|that|them|those) to me|put (?:it|that|this|them) on me|put me down for|that(?:'s| is| one is|"
    rf"'s going "
    rf"to be) (?:mine|me|on me|for me|my job)\b|it(?:'s| is) (?:mine|on me)\b|happy to\b|you(?:'ve)? got it\b|"
    rf"(?:that|this|it) i can (?:do|manage)|glad to\b|gladly\b|with pleasure|i own "
    rf"(?:it|that)|i(?:'ve| have) got (?:it|that|this)\b|my pleasure|i(?:'m| am) on it|yes,? i (?:can|will)\b|"
    rf"sure,? i "
    rf"(?:can|will)\b|we (?:shall|will)\W*$|i shall\.?$|(?:then |that(?:'s| is|'ll be| will be| would be) |it(?:'s| is|'ll be) )"
    rf"me\b(?! who| that|,? and)|^\W*me\b(?=[.,!]|$)|i was (?:just )?(?:about|going) to offer|i(?:'ll| will) (?:volunteer|step in)|i will\.?$|i can\.?$|mine\.?$|yep,? mine|^\W*(?:(?:yes|yeah|sure|ok|okay),? )?i (?:will|shall)(?= (?:i|of course|then|and)\b)|"
    rf"^\W*(?:(?:yes|yeah|sure|okay|on|already) )?\w+ing (?:it|that|them|those|him|her)(?: now| then| today| up| over)*\W*$|i(?:'d| would) be "
    rf"(?:happy|glad) to|let me (?:do|take|handle) {_PRONOUN}|assign (?:it|that|them) to me|i(?:'ll|"
    rf" will) be the one)",
    re.IGNORECASE,
)
_ASSENT = re.compile(
    r"^\W*(?:(?:oh|ah|um+|uh+|mm+|well|hmm*|then|so|and)[\s,]+)*(?:yes|yeah|yep|yup|sure|of course|okay|ok|absolutely|"
    r"no problem|no worries|no bother|no trouble|no sweat|it would(?=[.,!]|$)|"
    r"certainly|right|noted|agreed|good|deal|gladly|alright|all right|understood|got it|fine|perfect|definitely|"
    r"that works|works for me|makes sense|sounds good|great|can do|will do|very well|with pleasure|happily|true|"
    r"not a problem|consider it|"
    r"i will|i can|we can|mm-?hm+|uh-?huh|please|that'd be|that would (?:be|help)|that'd help|"
    r"please do|go ahead|good idea|i'd like that|jawohl|oui|sí|ja)\b",
    re.IGNORECASE,
)
_ASSENT_AFTER = re.compile(
    r"^\W*(?!(?:\w+[ ,]+)*(?:not|never|hardly|less|nobody|nothing)\b)"
    r"\w+(?:[ ,]+\w+){0,3}[ ,]+(?:okay|ok|yes|yeah|yep|fine|sure|good|perfect|of course)\W*$",
    re.IGNORECASE,
)
"""A yes that comes last: "With examples, okay", not "Not sure"."""
THANKS = re.compile(
    r"^\W*(?:(?:oh|ah|great|good|ok|okay|and)[\s,]+)*(?:thanks|thank you|many thanks|thank god|cheers|ta|lovely|brilliant|wonderful|"
    r"super|excellent|splendid|love it|bless you|much obliged|appreciated|please)\b",
    re.IGNORECASE,
)
"""What is said to one who offers something."""
_REFUSE = re.compile(
    r"(?:^\W*(?:oh |um |uh |well |sorry[, ]+|i'm sorry[, ]+)*no\b(?![,\s]*(?:problem|worries|bother|trouble|sweat|hassle|drama|fuss|no worries|"
    r"objection|that(?:'s| is)"
    r" (?:fine|okay|good)|it(?:'s| is) fine|i can|i'll|i will|doubt|need|you'?re right|not at all))"
    r"|\bi (?:can't|cannot|can not|couldn't|won't|will not) (?:really |honestly |actually |possibly )?(?:take|"
    r"do|commit|"
    r"promise|manage|own|handle|make (?:it|that)|touch|be the one|sign up|send|write|get)\b"
    r"|\bi (?:don't|do not) (?:handle|do|own|deal with|manage)\b|\bso no\W*$|\bnot me\b|\b(?:that(?:'s| is|"
    r" one is)|it(?:'s| is)) yours\b|"
    r"\bon (?:pto|vacation|holiday)\b|\bi'd rather not\b|\bi would rather not\b|\bnot my (?:job|area|task|call)\b"
    r"|\bthat(?:'s| is) not (?:mine|me|for me|ours|my|on me|us)\b|\bi(?:'m| am) not the (?:right|one)\b"
    r"|^\W*not any ?more\b"
    r"|\bi don't have (?:the |a )?(?:line|access|time|capacity|bandwidth|"
    r"site contacts|rights|permission|contacts|hands)\b"
    r"|\bi (?:haven't|have not)(?: got)? (?:the |any |a )?(?:rights?|access|line|time|capacity|bandwidth|permissions?|hands|contacts?)\b"
    r"|\bi(?:'ve| have)(?: got)? no (?:access|time|capacity|bandwidth)\b|\bi(?:'m| am) (?:full|swamped|maxed out|on leave|away|"
    r"out of office)\b"
    r"|\bi(?:'ll| will) have to (?:pass|decline)\b|\bsomebody else\b.{0,30}\bplease\b)",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:you(?:'ve| have) (?:got )?(?:it|them|that) (?:already|in your)|"
    r"already (?:did|done|sent|planned|filed|have|has|in|there|on|out|gone|asked|called|wrote|written|uploaded|"
    r"submitted|booked|fixed|closed|answered|scheduled|started|shared|updated|got|been|moved|ordered|"
    r"on my list|working)"
    r"|i (?:did|sent|filed|uploaded|called|submitted|booked|closed|wrote) (?:it|that|them|those|this|him|her|you)\b"
    r"|i(?:'ve| have) (?:just |already )?(?:sent|done|filed|uploaded|submitted|booked|closed|written|finished)"
    r"|(?:it|that|this|they)(?:'s| is| was| were| are|'re|'ve been| has been| have been) (?:already |"
    r"all )?(?:done|sent|"
    r"filed|closed|out|in the tmf|in there|sorted|submitted|uploaded)\b|did that (?:yesterday|on|last|this)|"
    r"^\W*done\b)",
    re.IGNORECASE,
)
_WITHDRAW = re.compile(
    r"\b(?:forget (?:it|that|about|what i said|i said)|never ?mind|no need\b|there(?:'s| is) no need|"
    r"scratch that|strike "
    r"that|don't bother|do not bother|let's not\b|let us not\b|not necessary|doesn't matter|leave it parked|"
    r"park (?:it|that)\b"
    r"|we leave it parked|drop (?:it|that)\b|hold off\b|skip (?:it|that)\b|ignore (?:it|that)\b|i take (?:it|"
    r"that) back"
    r"|on second thought|leave it (?:as it is|like that|for now|alone)|let it (?:be|go)\b|not needed|don't need to\b"
    r"|doesn't need to\b|not worth it|that can wait|it can wait|i was (?:just )?(?:joking|kidding)|"
    r"just kidding|kidding\b)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"^\W*(?:(?:oh|ah) )?no\b|\bno(?=[,.;!])|\b(?:wait|sorry|actually|hang on|hold on|scratch|(?:make|call) (?:it|that)|let's (?:say|make)|rather|"
    r"better|correction|"
    r"i mean|i meant|instead|not \w+day|oh|ah|hmm|or|say)\b",
    re.IGNORECASE,
)
_AROUND_A_DAY = words("""
    propose suggest aim but then need week next
    oh ah um uh hmm well so okay ok and yes yeah yep sure good fine perfect great let's say maybe by until on before for
    no end close first thing latest the at then is would how about what does should do make it that this works work for
    me us you you'll i'll i we have get got will can could be ready done there with in your hands inbox to it's that'd
    that's i'd you'd you're right all alright correct indeed exactly true agreed if possible please sound sounds suit suits acceptable reasonable doable better rather call actually wait sorry in a of works latest
""")


_NOT_ALL = re.compile(
    r"^(?P<rest>\W*\w+(?:\W+\w+){2,}?)[,;:–—-]+ ?(?:and |but |though )?(?!(?:it|that|this|them|which)\b)(?:the )?[\w-]+(?: [\w-]+)?"
    r" i (?:can't|cannot|can not|couldn't|won't) (?:promise|guarantee|commit to|do|manage|make)\W*$",
    re.IGNORECASE,
)
"""A part that is put first and refused: "The English by Monday, translations I can't promise"."""


_NO_BUT_ME = re.compile(
    r"^\W*(?:(?:no|nah|nope|oh)\W+)+(?:(?:please|you)\W+)*(?:leave (?:it|that|this|them|those) (?:with|to) me|let me (?:do|take|handle)|"
    r"i(?:'ll| will) (?:do|take|handle)|give (?:it|that|this|them) to me)\b",
    re.IGNORECASE,
)
"""A no to another's offer by one who has the matter instead: "No, leave that to me"."""


def reply(text: str) -> Reply:
    """Return what *text*, said right after a request or proposal, does to it; the firmest reading first."""
    straight = spelled_out(promised_part(text.replace("’", "'")))
    if _WITHDRAW.search(straight):
        return Reply.WITHDRAW
    if _DONE.search(straight) and not _TAKE.search(straight):
        return Reply.DONE
    if _REFUSE.search(straight) and not _NO_BUT_ME.match(straight):
        return Reply.REFUSE
    if _TAKE.search(straight):
        return Reply.TAKE
    return Reply.ASSENT if _ASSENT.match(straight) or _ASSENT_AFTER.match(straight) else Reply.NONE


def promised_part(text: str) -> str:
    """Return *text* without a part that is put first and refused ("..., translations I can't promise")."""
    found = _NOT_ALL.match(text.replace("’", "'"))
    return text if found is None else found["rest"]


def corrects(text: str, spoken: str) -> bool:
    """Tell whether *text* puts the day *spoken* in the place of another ("no, make it Thursday").

    The word that takes back stands close before the day, or in a sentence that hardly says more.
    """
    if _CORRECTS.search(text) is None:
        return False
    before = text[: text.find(spoken)].split()
    return len(text.split()) <= _SHORT or _PUTS_RIGHT.search(" ".join(before[-_CLOSE:])) is not None


_SHORT, _CLOSE = 10, 5  # words of a sentence that only corrects; words between taking back and the new day
_PUTS_RIGHT = re.compile(
    r"^\W*(?:(?:oh|ah) )?no\b|\bno(?=[,.;!])|\b(?:wait|sorry|actually|hang on|hold on|scratch (?:that|it)|(?:make|call) (?:it|that)|let's (?:say|make)|rather|better|correction|"
    r"i mean|i meant|instead|not \w+day)\b",
    re.IGNORECASE,
)


_CALLED = re.compile(r",\s*[A-Z][a-zà-ž]+(?=\s*[.,!?]|\s*$)")
"""A name that a day is said to: "The twenty-fourth, Helen"."""


def is_only_a_day(text: str, spoken: str) -> bool:
    """Tell whether *text* says hardly more than the day *spoken* ("End of next week okay?")."""
    bare = _CALLED.sub("", promised_part(text).replace(spoken, " ").replace("’", "'"))
    words = re.findall(r"[a-z']+", bare.lower())
    return sum(word not in _AROUND_A_DAY for word in words) <= (not text.rstrip().endswith("?"))
