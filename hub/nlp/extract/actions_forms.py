"""The forms of words that put work to somebody, in normal spelling: will for 'll, no commas, no noises."""

import re
from enum import StrEnum
from functools import cache


class Mood(StrEnum):
    """How a clause puts work to somebody."""

    COMMIT = "commit"  # "I'll send it"
    OFFER = "offer"  # "I can send it", "shall I send it?"
    REQUEST = "request"  # "can you send it?", "please send it"
    ASSIGN = "assign"  # "Priya will send it", "data management to run it"
    JOINT = "joint"  # "we'll send it", "we need to send it"
    OPEN = "open"  # "who can send it?", "somebody has to send it"
    DELIVERY = "delivery"  # "you'll have it by Friday"


_ADVERBS = (
    r"(?:(?:also|just|then|now|personally|definitely|certainly|probably|maybe|gladly|still|actually|quickly|go ahead "
    r"and|go and|try and|try to|make sure to|be sure to|be able to|be happy to|have to|need to|want to|please|kindly|"
    r"first|next|again|both|all|already|myself|simply|even|at least|of course|separately|immediately|today|"
    r"tomorrow) )*"
)
_VERB = r"(?P<verb>(?!(?:can|could|will|would|shall|should|i|you|we|the|a|an|it|mind|want|all|both|also|just|then|now)\b)[a-z][a-z-]*)"
_NOT = r"(?P<neg>(?:not|never|no longer) )?"
_FORMS: tuple[tuple[Mood, float, str], ...] = (
    (Mood.COMMIT, 0.55, rf"i (?:will|shall|'ll) {_ADVERBS}{_NOT}{_ADVERBS}{_VERB}"),
    (Mood.COMMIT, 0.5, rf"i (?:am|'m) {_NOT}(?:{_ADVERBS})going to {_ADVERBS}{_VERB}"),
    (Mood.COMMIT, 0.45, rf"i (?:am|'m) {_NOT}(?:happy|glad|planning|able) to {_ADVERBS}{_VERB}"),
    (
        Mood.COMMIT,
        0.4,
        rf"i (?:need|have|have got|'ve got|must|plan|intend|mean|promise|owe you|still have) to {_ADVERBS}{_VERB}",
    ),
    (Mood.COMMIT, 0.4, rf"i (?:must|had better|'d better) {_ADVERBS}{_VERB}"),
    (Mood.COMMIT, 0.5, r"i (?:will|shall|'ll) (?P<verb>see) (?:to it )?(?:that|to)(?= )"),
    (Mood.COMMIT, 0.45, r"(?P<verb>put) me down for"),
    (Mood.COMMIT, 0.5, r"(?P<verb>leave|give) (?!it |that |this |them )(?:\w+ ){1,5}?(?:to|with) me"),
    (
        Mood.COMMIT,
        0.3,
        rf"let me (?!check (?:that |if |whether )?(?:you|who|everyone|everybody|all|we)\b){_ADVERBS}{_VERB}",
    ),
    (Mood.OFFER, 0.35, rf"i can {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"(?:shall|should|can|could|may) i {_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"(?:do|would) you (?:want|like) me to {_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"i could {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"i should {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:can|could|will|would) you {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:can|could|may) (?:i|we) (?:ask|get|have|trust|count on) you to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:would|do) you mind {_VERB}"),
    (
        Mood.REQUEST,
        0.4,
        r"(?:can|could|will|would) (?:the )?(?:sponsor|cro|your (?:team|people|department|group|side|office|unit|lab|company)"
        rf"|you guys|you all|you (?:both|two)) {_ADVERBS}{_VERB}",
    ),
    (Mood.REQUEST, 0.4, rf"are you (?:able|okay|ok|happy|free) to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:possible for|chance) you (?:to|could|can|might) {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"(?:do you want|would you like) to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"why do not you {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.35, rf"you (?:will|'ll) {_ADVERBS}(?!have|get|receive|find|see|be|need|know|laugh){_VERB}"),
    (Mood.REQUEST, 0.35, rf"you (?:are|'re) going to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.45, r"i (?:will |would |'d |'ll |still )?(?P<verb>need|want|like) (?:\w+ ){1,8}from you"),
    (
        Mood.REQUEST,
        0.4,
        r"i (?:will |would |'d |'ll |still )?(?P<verb>need|want|like|expect) (?:a|an|the|all|some|two|three)(?= )",
    ),
    (
        Mood.REQUEST,
        0.35,
        r"(?:if i could|could i|can i|may i|can we|could we) (?P<verb>have|get)(?! you| that| it done)",
    ),
    (
        Mood.REQUEST,
        0.3,
        r"when (?:(?:do|does|can|could|will|would|shall|may|might) (?:i|we|they|he|she|everybody|everyone) (?=have|get|see|read|rec|exp)|(?:have|'ve) (?:i|we) (?=got))"
        r"(?P<verb>have|get|got|see|read|receive|expect)",
    ),
    (Mood.OPEN, 0.35, rf"(?:can|could|would|will) (?:someone|somebody|anyone|anybody|one of you) {_ADVERBS}{_VERB}"),
    (Mood.OPEN, 0.25, r"who (?P<verb>(?!is|has|was|does)\w+s)(?= the| this| that| our| it)"),
    (Mood.OPEN, 0.3, r"who (?:is|'s) (?P<verb>\w+ing)"),
    (Mood.OPEN, 0.3, rf"who (?:can|will|could|wants to|is going to|would|is able to) {_ADVERBS}{_VERB}"),
    (Mood.OPEN, 0.25, rf"(?:can|could|shall|should) we {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.45, rf"i (?:will |would |'d |'ll )?(?:need|want|like|ask) you to {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.35, rf"you (?:need to|have to|must|should|ought to) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.45, r"you(?: will|'ll|’ll) (?P<verb>get|give|send|bring|show|make) (?=(?:me|us)\b)"),
    (Mood.REQUEST, 0.3, rf"(?:if|maybe|perhaps) you (?:could|can|would) {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"you (?:could|can) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.45, rf"please (?:do |everybody |everyone |all |both |also )?{_NOT}{_ADVERBS}{_VERB}"),
    (
        Mood.DELIVERY,
        0.45,
        r"i (?:will |would |'d |'ll |still |also )*(?P<verb>owe) (?:you|them|him|her|\w+)(?= (?:the|a|an|my|that|those|these|this|two|three)\b)",
    ),
    (
        Mood.DELIVERY,
        0.4,
        r"you (?:will|shall|'ll|'d|would) (?:also |all |both )*(?:be )?(?P<verb>have|get|receive|having|getting|receiving)(?! (?:me|us)\b)",
    ),
    (Mood.DELIVERY, 0.35, r"you (?:all |both )?(?P<verb>have|get|receive) (?:it|that|this|them|these)"),
    (
        Mood.DELIVERY,
        0.35,
        r"(?<!do )(?<!did )(?<!if )you (?:all |both )?(?P<verb>receive|get) (?=(?:the|a|an|my|our|your) )",
    ),
    (Mood.JOINT, 0.35, rf"we (?:will|shall|'ll) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.35, rf"we (?:are|'re) {_NOT}going to {_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.3, rf"we {_NOT}(?:need|have|have got|'ve got|ought) to {_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.3, rf"we (?:must|should) {_NOT}{_ADVERBS}{_VERB}"),
    (
        Mood.OPEN,
        0.3,
        rf"(?:someone|somebody|one of (?:us|you))(?: (?:on|in|at|from|over|of) (?:my|our|your|the|there|here|this)(?: \w+)?| guys| over there)* (?:needs to|has to|should|must|will|ought to|had better) {_ADVERBS}{_VERB}",
    ),
    (Mood.JOINT, 0.25, rf"let (?:us|'s) {_NOT}{_ADVERBS}{_VERB}"),
)
VEILED = re.compile(
    r"(?<![\w'-])(?:said|says|say|told .{1,20}|wish|thought|hoped|if only|what|how|when|where|which|why|whether|until|"
    r"before|because|"
    r"as|that's all|than|all|everything|the (?:\w+ )?(?:\w+ )?thing|so that|do not (?:think|know if)|doubt|not sure)"
    r"(?: that)?(?: if)?$"
)


@cache
def forms() -> tuple[tuple[Mood, float, re.Pattern[str]], ...]:
    """Return each form: how it puts the work, how firmly (0 to 1), and its pattern with the groups verb and neg."""
    return tuple((mood, weight, re.compile(rf"(?<![\w'-]){form}(?![\w'-])")) for mood, weight, form in _FORMS)
