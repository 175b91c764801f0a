"""What a person has to look at at once: adverse events and suspected misconduct that somebody mentions.

Rather one too many: an event in a process ("SAE reconciliation"), one that is denied or asked for is left out; what was
wrongly taken costs a look, what was missed may cost more.
"""

import re
from collections.abc import Sequence

from hub.domain.minutes import Alert, Issue, Risk
from hub.domain.transcript import Transcript
from hub.nlp.extract.matters import QUESTION, plain
from hub.nlp.extract.sorting import Sorted
from hub.nlp.extract.utterances import Utterance, evidence, is_back_channel

ADVERSE_EVENT, MISCONDUCT = "adverse event", "suspected misconduct"
_WHO = r"(?:patients?|subjects?|participants?|volunteers?|she|he|somebody|someone|they|woman|man|child|girl|boy|lady|\d\d+[- ]\d+)"
_HARM = (
    r"(?:died|passed away|deceased|collapsed|fainted|passed out|bled|vomit\w+|fell|overdos\w+|suffered|seiz\w+|stroke|infarct\w*|heart attack|"
    r"hospitali[sz]\w+|admitted|in (?:the )?(?:hospital|icu|intensive care)|anaphyla\w+|allergic|rash(?:es)?|pregnan\w+|miscarri\w+|thrombos\w+|"
    r"embolism|sepsis|jaundice|haemorrhage|hemorrhage|convulsion\w*|suicid\w+|arrhythmia|neutropeni\w+|hepatotox\w+|liver failure|bleeding|"
    r"dosed twice|double[- ]dosed|(?:given|gave|received|took|taken|got|injected) (?:\w+ ){0,3}(?:wrong|double|two|expired) (?:doses?|drugs?|kits?|vials?|tablets?|arm)|"
    r"a reaction|swollen|dizzy|got (?:very |really )?(?:sick|ill)|unwell|emergency room|a&e)"
)
_EVENTS = re.compile(
    r"\b(?:(?:serious |severe |suspected |unexpected |fatal )*adverse (?:drug )?(?:events?|reactions?)|s\.?a\.?e\.?s?|susars?|aesis?|side effects?|(?:medication|dosing) errors?|dose[- ]limiting toxicit\w+)\b"
    r"(?! (?:reconcil\w+|forms?|pages?|listings?|reports? (?:template|form|page)|reporting|narratives?|training|plan|process|quer(?:y|ies)|data|sections?|tables?|module|workflow|"
    r"definition|coding|cut-?off|line|mailbox|procedure|sop|timelines?|collection|log|logs))",
    re.IGNORECASE,
)
_HURT = re.compile(
    rf"\b{_WHO}\b(?:\W+\w+){{0,7}}?\W+{_HARM}\b|\b{_HARM}\b(?:\W+\w+){{0,3}}?\W+(?:patients?|subjects?|participants?)\b",
    re.IGNORECASE,
)
_CLINICAL = re.compile(
    r"\b(?:died|passed away|death of|fatal|anaphyla\w+|overdos\w+|hospitali[sz]ed|suicid\w+)\b", re.IGNORECASE
)
_WRONG = re.compile(
    r"\b(?:fabricat\w+|falsif\w+|forg(?:ed|ery|ing)|back-?dat(?:ed|ing)|fraud\w*|tamper(?:ed|ing)|brib\w+|kickbacks?|plagiari\w+|misconduct|whistle-?blow\w+|"
    r"(?:made|making|makes) (?:up|it up|them up)(?! (?:for|of|to|our|my|the time|time|his mind|her mind))|invent(?:ed|ing) (?:the |some |these |those )?(?:data|values|results|patients?|visits?|readings?|numbers|subjects?)|"
    r"cover(?:ed|ing)? (?:it|this|that|something) up|covered[- ]up|hid(?:den|ing)? (?:it|this|the|an?) (?:\w+ )?(?:events?|deviations?|errors?|deaths?|findings?|results?)|"
    r"(?:identical|same) handwriting|(?:identical|the same) (?:blood pressures?|values|readings|numbers|results) (?:for|in|on|at) (?:all|every|each|different)|"
    r"(?:signed|sign) (?:for|on behalf of|instead of|in the name of) (?:the |an? )?(?:patients?|subjects?|investigators?|somebody|someone|another|pi|doctor)|"
    r"(?:never|not) (?:saw|seen|visited|met|existed?) (?:the |that |those )?patients?|(?:patients?|subjects?) (?:who |that )?(?:never existed|does(?:n't| not) exist|do(?:n't| not) exist)|ghost patients?|"
    r"signatures? (?:do(?:es)?n't|do(?:es)? not|did(?:n't| not)) match|without (?:a |any |the |signed |valid |informed )*consent|before (?:the |any )?(?:informed )?consent was signed|"
    r"(?:delet|destroy|shred|overwr)\w+ (?:the |all |some )?(?:source|originals?|records?|data|evidence)|(?:shar(?:ed|ing)|us(?:ed|ing)) (?:somebody|someone|another person|her|his|a colleague|the coordinator)(?:'s|s)? (?:else's )?(?:password|login|account)|"
    r"sign(?:ed|s|ing)? (?:off )?(?:on )?(?:the |those |all |some )?(?:visits?|forms?|notes?|patients?|subjects?|assessments?)\b.{0,30}\b(?:wasn't|weren't|was not|were not|never) "
    r"(?:\w+ ){0,2}(?:there|present|at|in|on|saw|seen|did|done|happened|took)|"
    r"pressured? (?:the |by |into )\w+|altered (?:the )?(?:source|records?|data|dates?)|changed the (?:dates?|results?|source) (?:after|later|afterwards)|copied (?:the )?(?:values|results|vitals|readings|signatures?|data) from)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|none|never|zero|without|n't|nobody)\b(?: (?:any|a|an|new|further|more|other|of|had|have|been|reported|single|serious|related|really|in|for|the))*(?: \w+)? $|\bfree of $",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\b(?:if|in case|unless|suppose|imagine|what happens when|whenever|should (?:a|any|there)|hypothetical\w*)\b",
    re.IGNORECASE,
)
_TALK_OF_IT = re.compile(
    r"\b(?:training|template|policy|sop|module|course|slide|definition|how to report|procedure)\b", re.IGNORECASE
)
_NEAR = 3


def find_alerts(utterances: Sequence[Utterance], transcript: Transcript) -> tuple[Alert, ...]:
    """Return the alerts in order; sentences of one kind at most three apart are one."""
    found = [(u, kind) for u in utterances if not is_back_channel(u.text) and (kind := _kind(plain(u.text)))]
    runs: list[tuple[str, list[Utterance]]] = []
    for utterance, kind in found:
        last = next((run for run in reversed(runs) if run[0] == kind), None)
        if last is not None and utterance.index - last[1][-1].index <= _NEAR:
            last[1].append(utterance)
        else:
            runs.append((kind, [utterance]))
    return tuple(Alert(kind, evidence(run, transcript)) for kind, run in runs)


def told_of(alerts: Sequence[Alert], matters: Sorted) -> frozenset[str]:
    """Return the segments of alerts, and those in which something was said against a risk or an issue."""
    proofs = [alert.evidence for alert in alerts]
    troubles: tuple[Risk | Issue, ...] = (*matters.risks, *matters.issues)
    proofs += [one.mitigation for one in troubles if one.mitigation]
    return frozenset(name for proof in proofs for name in proof.segments)


def _kind(text: str) -> str | None:
    if _TALK_OF_IT.search(text) or (QUESTION.search(text) and not _CLINICAL.search(text)):
        return None
    if _stands(_WRONG, text):
        return MISCONDUCT
    return ADVERSE_EVENT if _stands(_EVENTS, text) or _stands(_HURT, text) else None


def _stands(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether *pattern* is said of something that is so: not denied, and under no condition."""
    for found in pattern.finditer(text):
        before = text[: found.start()]
        if (
            not _DENIED.search(before)
            and not _IF.search(before)
            and not re.search(r"\bno\b|n't\b|\bnot\b", found[0].split(" ")[0])
        ):
            return True
    return False
