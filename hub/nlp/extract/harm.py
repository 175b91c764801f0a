"""What hurts a study, read off the parse: words of failure, what is denied that should be, what goes too far."""

import re
from collections.abc import Iterator
from typing import Any

from hub.nlp.extract.lexicon import words

_VERBS = words(
    """
    slip slide clash drag delay miss lose fail drop refuse reject expire stop break crash leak overrun exceed unblind push
    suffer struggle quit resign leave withdraw contaminate damage jeopardize jeopardise threaten stall halt breach violate
    mislabel misreport misfile duplicate deviate overdose thaw spoil burn slow collapse shut cancel postpone block hamper
    undermine overload overwhelm compromise invalidate bias forget mix confuse erase corrupt freeze hang expose endanger
    prolong reopen repeat underestimate overspend exhaust bleed die harm injure worsen deteriorate vanish disappear shrink
    clog starve lack outgrow overlap lapse bounce swap misprint misroute misread mistype miscount confiscate detain seize
    flood contradict differ malfunction jam faint resign overpay underpay overcharge misplace
    """
)
_NOUNS = words(
    """
    delay shortage gap problem issue trouble failure outage breach deviation discrepancy backlog bottleneck overrun error
    mistake finding observation excursion bleeding toxicity death hospitalisation hospitalization complaint loss damage
    bias mess disaster catastrophe blocker turnover dropout withdrawal rejection mismatch violation overspend stockout
    vacancy dispute inspection confusion stop hold failure slippage crash bug defect unblinding clash gaps vacancy resistance
    """
)
_ADJECTIVES = words(
    """
    late missing overdue delayed broken stuck blocked rejected expired unsigned incomplete unanswered wrong inconsistent
    empty short unavailable dead down offline thawed damaged lost misfiled duplicate duplicated outdated unclear unreadable
    invalid non-compliant understaffed gone worse slower overloaded behind untrained critical defective contaminated faulty slow impossible
    absent idle swapped reversed obsolete superseded wet stolen untranslated unlabelled unlabeled illegible corrupt corrupted unreachable unresponsive insufficient inadequate vacant frozen unusable ugly bad worse worst
    """
)
_DOING = words(
    """
    send receive answer reply respond sign approve return provide upload file close deliver arrive reconcile train activate
    report resolve enter complete do pay work match release randomize randomise enrol enroll recruit screen dispense ship
    start log access open reach get export see import find notice charge know update save print come have decrement
    happen finish meet make be connect calibrate collect record document store load submit transfer obtain cover
    test validate exist allow accept suffice last keep show react call show review deliver stock identify
    """
)
_THOUGHT = words("see hear decide discuss change move think be have talk speak forget mean say mention consider hide")
_PRESENT = words(
    "there enough available ready possible acceptable complete compliant readable back here usable sufficient correct"
)
_TOO = re.compile(
    r"\b(?:too (?:many|few|much|late|slow|long|high|low|small|short|tight)|behind (?:the )?(?:plan|schedule|target|forecast)?|(?:below|under|over|above) (?:the )?(?:plan|target|budget|limit|threshold)|"
    r"run(?:s|ning)? (?:out|dry|short|low)|ran (?:out|dry|short)|out of (?:stock|window|range|date|spec|supply|kits)|short of|wrong (?:way|direction|unit|dose|patient|version|kit|site|order|arm)|"
    r"(?:push\w*|move[sd]?|slip\w*|slid\w*) (?:\w+ ){0,3}(?:out|back|by|to|from)|fall\w* (?:behind|short)|fell (?:behind|short)|go(?:es)? (?:wrong|down)|went (?:wrong|down)|"
    r"pil(?:e|es|ed|ing) up|knock-on|domino|eats? (?:up )?(?:the|our|into)|only (?:start|begin|open|come|get|arrive|be)\w* (?:\w+ )?(?:after|in|at|from)|only after|not (?:before|until)|go(?:es)? without|with(?: no|out)(?: any| a| the)? (?:cover|deputy|quorum|drug|kits?|contract|database|replacement|plan|spare|stock|data|power|supply|anyone|anybody|one)|(?:with )?nothing (?:moves|left|on|in|works|arrives|comes|to)|nobody (?:to|who|left|on|there)|no (?:supply|cover|deputy|quorum|contract|replacement|database|stock|resupply|kits?|drug|data|back-?up|way|time|answer|access|one|buffer|stock))\b",
    re.IGNORECASE,
)
_UNDONE = re.compile(r"un(?!blind|ited|ified|dergo|derst|til|ion|it)\w+(?:ed|able|clear|ready|paid|known|happy|safe)$")
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})


def verb_tokens(span: Any) -> Iterator[Any]:
    """Yield the verbs of *span*."""
    for token in span:
        if token.pos_ in {"VERB", "AUX"}:
            yield token


def subject(verb: Any) -> Any | None:
    """Return the subject of *verb*, of its head where it shares one."""
    for token in (verb, verb.head):
        found = next((child for child in token.children if child.dep_ in _SUBJECTS), None)
        if found is not None:
            return found
    return None


def is_modal(verb: Any) -> bool:
    """Tell whether *verb* stands under may, might, could, would, will or is going to."""
    own = any(child.dep_ == "aux" and child.lemma_.lower() in _MODAL for child in verb.children)
    if verb.dep_ == "xcomp" and verb.head.lower_ in {"going", "bound", "likely", "set"}:
        return True
    return own or (verb.dep_ in {"xcomp", "ccomp", "conj"} and verb.head != verb and _has_modal(verb.head))


_MODAL = words("may might could would will 'll shall ’ll wo 'd")


def _has_modal(verb: Any) -> bool:
    return any(child.dep_ == "aux" and child.lemma_.lower() in _MODAL for child in verb.children)


def is_denied(verb: Any) -> bool:
    """Tell whether *verb* is negated, or its subject or object is nobody, nothing or none."""
    if any(child.dep_ == "neg" or child.lower_ == "never" for child in verb.children):
        return True
    for child in verb.children:
        if child.dep_ in {*_SUBJECTS, "dobj", "attr"}:
            if child.lower_ in {"nobody", "nothing", "none", "noone"}:
                return True
            if any(inner.lower_ == "no" for inner in child.children):
                return True
    return False


def hurts(span: Any) -> bool:
    """Tell whether *span* names harm: a verb, noun or state of failure, a good thing denied, a measure exceeded."""
    return _TOO.search(span.text) is not None or any(harms(token) for token in span)


def harms(token: Any) -> bool:
    """Tell whether *token* is a word of failure, or something needed that is denied."""
    lemma = token.lemma_.lower()
    if token.pos_ in {"VERB", "AUX"}:
        if token.tag_ in {"VBN", "VBD"} and token.lower_ in _ADJECTIVES:
            return not is_denied(token)
        if is_denied_perfect(token):
            return lemma not in _THOUGHT
        if lemma in _VERBS or _UNDONE.match(token.lower_):
            return not is_denied(token)
        if lemma == "be":
            who = subject(token)
            thing = who is not None and who.lower_ not in {"she", "he", "i", "you", "we"}
            return is_denied(token) and any(c.lower_ in _PRESENT or (thing and _is_placed(c)) for c in token.children)
        return lemma in _DOING and is_denied(token)
    if token.pos_ == "NOUN":
        return lemma in _NOUNS and not _none_of(token)
    if token.pos_ in {"ADJ", "ADV", "VERB"}:
        return (token.lower_ in _ADJECTIVES or _UNDONE.match(token.lower_) is not None) and not _none_of(token)
    return False


def _is_placed(child: Any) -> bool:
    """Tell whether *child* says where something is ("aren't at the site", "was not on the log")."""
    return bool(
        child.dep_ == "prep" and child.lower_ in {"at", "on", "in"} and any(c.pos_ == "NOUN" for c in child.children)
    )


def is_denied_perfect(verb: Any) -> bool:
    """Tell whether something has not been done so far ("nobody has reviewed it")."""
    helped = any(child.dep_ == "aux" and child.lemma_.lower() in {"have", "'ve", "has"} for child in verb.children)
    return verb.tag_ == "VBN" and helped and is_denied(verb)


def _none_of(token: Any) -> bool:
    """Tell whether a noun or state is denied ("no delays", "not late", "without problems")."""
    around = [*token.children, *([token.head, *token.head.children] if token.head != token else [])]
    return any(other.lower_ in {"no", "not", "n't", "n’t", "without", "zero", "any", "never"} for other in around)
