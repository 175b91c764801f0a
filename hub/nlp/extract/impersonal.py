"""Speech of "we" and "I" told of the team, with verbs that agree."""

import re
from typing import Any

_TEAM = "the team"
_OPENING = 20  # characters of "Okay, so then," before an order
_BE = {"are": "is", "'re": " is", "’re": " is", "re": " is", "were": "was", "'ve": " has", "’ve": " has", "have": "has",
       "do": "does", "'ll": " will", "’ll": " will"}  # fmt: skip
_PLANS = re.compile(
    r"^(?:\W*(?:and|so|but|okay|well|yes|then|therefore|right|good|fine),? )*(?:"
    r"(?:my|our) (?:\w+ )?(?:recommendation|proposal|suggestion|position|idea|preference)\b.{0,60}? (?:is|would be),? (?:that |to )?|"
    r"(?:how|what) about |what if |i(?:'d| would) (?:like (?:us )?to|rather|prefer to) |.{0,30}?\b(?:i|we)(?:'d| would)?(?: also| rather| strongly)? (?:propose|suggest|recommend|vote|say|go for|prefer)(?: that| to| for)?,? |"
    r"(?:that|this|it)(?: is|'s) (?:then |now |all )?(?:settled|decided|agreed)(?: then)?[:,–—-]+ ?|"
    r"(?:the|so the) (?:proposal|suggestion|recommendation|idea|decision) (?:is|would be|then is),? (?:that |to )?)",
    re.IGNORECASE,
)
_WOULD_BE = re.compile(r"\b(would|should|could) be (?=\w+(?:ed|en|wn|ne)\b)", re.IGNORECASE)


_ASKED = re.compile(
    r"[,;] (?:and )?(?:is (?:it|that|this) (?:okay|ok|fine|good|all right)|(?:everyone|everybody|all|you|anyone) (?:okay|ok|fine|good|happy)|"
    r"agreed|okay|ok|right|yes|any (?:objections?|comments?|votes)|does (?:anyone|anybody|that)|do (?:we|you) (?:all )?agree)\b[^,]*$|"
    r" (?:is|are) (?:everyone|everybody|you all) (?:okay|ok|fine|good|happy)(?: with (?:that|it|this))?\W*$",
    re.IGNORECASE,
)


def told(sent: Any, *, plan: bool = False) -> str:
    """Return the words of *sent* with "we" read as the team; a *plan* is told as what the team will do."""
    words = {token.i: token.text for token in sent}
    for token in sent:
        if token.lower_ == "we" and token.dep_ in {"nsubj", "nsubjpass"}:
            _tell(token, words, plan=plan)
        elif token.lower_ == "we":
            words[token.i] = _TEAM
        elif token.lower_ in {"let", "lets"} and token.tag_ in {"VB", "VBP", "VBZ"}:
            _tell_let(token, sent, words)
    text = "".join(words[token.i] + token.whitespace_ for token in sent)
    text = " ".join(text.replace("’", "'").split())
    text = re.sub(r"\bI(?:'ve| have) got (?=\w+ (?:\w+ ){0,5}\w+s\b)", "there are ", text)
    return text.replace("the team'd ", "the team would ").replace("the team'll ", "the team will ")


def plan(sent: Any) -> str:
    """Return a proposal as what will be done: "I propose to change the courier" is "the team will change ..."."""
    text = told(sent, plan=True)
    found = _PLANS.match(text)
    if not found and (ordered := _order(sent, text)):
        return ordered
    rest = text[found.end() :] if found else text
    if found and (verb := _bare_verb(sent, rest)):
        rest = f"the team will {verb}{rest[len(rest.split(maxsplit=1)[0]) :]}"
    return _ASKED.sub("", _WOULD_BE.sub("will be ", rest))


def _order(sent: Any, text: str) -> str | None:
    """Return an order told as what the team will do, None where *sent* is none."""
    root = sent.root
    if root.tag_ != "VB" or root.lower_ == "let" or any(c.dep_ in {"nsubj", "aux", "expl"} for c in root.children):
        return None
    place = text.find(root.text)
    return f"the team will {text[place:]}" if 0 <= place <= _OPENING else None


def _bare_verb(sent: Any, rest: str) -> str | None:
    first = rest.split(maxsplit=1)[0].strip(",.") if rest.split() else ""
    for token in sent:
        if token.text == first and token.tag_ in {"VB", "VBG"} and token.pos_ in {"VERB", "AUX"}:
            return str(token.lemma_)
    return None


def _tell(subject: Any, words: dict[int, str], *, plan: bool) -> None:
    """Tell the clause of *subject*: the verb agrees, or is what will be done."""
    head = subject.head
    words[subject.i] = _TEAM
    helpers = [child for child in head.children if child.dep_ in {"aux", "auxpass"}]
    before = [child for child in helpers if child.i < subject.i]
    if before:
        for helper in before:
            words[helper.i] = ""
        words[subject.i] = f"{_TEAM} will"
        return
    finite = min((*helpers, head), key=lambda token: token.i)
    if finite.i not in words:
        return
    planned = plan and head.dep_ not in {"advcl", "relcl", "acl"}
    if planned and finite.tag_ in {"VBP", "VB"} and _tell_plan(finite, head, words):
        return
    _agree(finite, head, words)
    for verb in head.conjuncts:
        if verb.i in words and verb.tag_ == "VBP" and not any(c.dep_ in {"nsubj", "nsubjpass"} for c in verb.children):
            _agree(verb, verb, words)


def _tell_plan(finite: Any, head: Any, words: dict[int, str]) -> bool:
    if finite.lemma_ == "do" and finite != head:
        negated = [child for child in head.children if child.dep_ == "neg"]
        words[finite.i] = "will " if negated and "'" in negated[0].text else "will"
        for child in negated:
            words[child.i] = "not"
        return True
    if finite == head and head.lemma_ not in {"be", "have", "need", "agree", "want"}:
        words[head.i] = f"will {head.lemma_}"
        return True
    return False


def _agree(finite: Any, head: Any, words: dict[int, str]) -> None:
    said = finite.lower_
    if said in {"'d", "’d"}:
        had = (head.tag_ == "VBN" and not any(c.lower_ == "be" for c in head.children)) or head.lower_ == "better"
        words[finite.i] = " had" if had else " would"
    elif said in {"wo", "ca"}:
        words[finite.i] = "will " if said == "wo" else "can"
        for child in head.children:
            if child.dep_ == "neg" and child.i == finite.i + 1:
                words[child.i] = "not"
    elif said in _BE and (said != "'ll" or finite != head):
        words[finite.i] = _BE[said]
    elif finite.tag_ == "VBP" and finite.pos_ == "VERB":
        words[finite.i] = third_person(finite.text)


def third_person(verb: str) -> str:
    """Return the third person of a plain verb form: "use" is "uses", "carry" is "carries"."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in set("aeiou"):
        return verb[:-1] + "ies"
    return verb + "s"


def _tell_let(token: Any, sent: Any, words: dict[int, str]) -> None:
    following = token.i + 1
    if token.lower_ == "lets":
        words[token.i] = f"{_TEAM} will"
    elif following < sent.end and sent.doc[following].lower_ in {"'s", "’s", "us"}:
        words[token.i] = _TEAM + " " if sent.doc[following].lower_ != "us" else _TEAM
        words[following] = "will"
