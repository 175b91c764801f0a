"""Kind, severity and likelihood of a risk or an issue, where they were said."""

import re
from collections.abc import Sequence

from hub.nlp.extract.utterances import Utterance

_CATEGORIES = (
    ("patient safety", r"adverse|sae\b|susar|safety|overdos|hospitali[sz]|death|toxicit|allerg|pregnan|unblind"),
    (
        "supply",
        r"supply|kits?\b|drug\b|depot|shipment|stock|temperature|excursion|expir|comparator|run (?:out|dry)|courier|customs",
    ),
    (
        "enrolment",
        r"enrol|recruit|screen(?:ing)? fail|randomi[sz]|last patient in|first patient|dropout|drop-out|retention|patients? behind",
    ),
    (
        "regulatory",
        r"regulat|ethics|irb\b|iec\b|fda\b|ema\b|authority|submission|inspection|consent|approval|gdpr|audit",
    ),
    (
        "data integrity",
        r"quer(?:y|ies)|data\b|database|edc\b|crf|source|reconcil|lock\b|missing|tmf|signature|deviation",
    ),
    ("vendor", r"vendor|central lab|lab\b|imaging|supplier|contract|translation|irt\b|iwrs"),
    ("budget", r"budget|cost|invoice|payment|overspend|change order|money"),
    ("timeline", r"timeline|delay|slip|late\b|behind|milestone|interim|schedule|deadline"),
)
_LEVEL = {"high": "high", "critical": "high", "severe": "high", "serious": "high", "major": "high",
          "medium": "medium", "moderate": "medium", "low": "low", "minor": "low", "small": "low"}  # fmt: skip
_WORDS = "|".join(_LEVEL)
_SEVERITY = re.compile(
    rf"\b(?:severity|impact|risk|rate it|call it|say|it's|it is|that's|that is|put it (?:as|at)|a|an|as)\W+(?:is |as |at |a |an |quite )?({_WORDS})\b"
    rf"|\b({_WORDS})[- ](?:risk|severity|impact|priority)\b",
    re.IGNORECASE,
)
_LIKELY = (  # "not very likely" holds "very likely", so low comes first
    (
        "low",
        r"\b(?:unlikely|not (?:very )?likely|improbable|(?:small|slim|low|remote) (?:chance|probability|possibility)|(?:likelihood|probability)(?: is)? low)\b",
    ),
    (
        "high",
        r"\b(?:(?:very|most|quite|rather|highly) likely|likely to|more likely than not|almost certain|probably|bound to|(?:good|high|real|big) chance|(?:likelihood|probability)(?: is)? high)\b",
    ),
    ("medium", r"\b(?:fifty-fifty|(?:likelihood|probability)(?: is)? medium|quite possible)\b"),
)


def category(text: str) -> str | None:
    """Return the first category whose words stand in *text*, most grave first; None where none does."""
    return next((name for name, pattern in _CATEGORIES if re.search(rf"\b(?:{pattern})", text, re.IGNORECASE)), None)


def severity(spoken: Sequence[Utterance]) -> str | None:
    """Return low, medium or high where somebody said so in these sentences, else None."""
    for utterance in spoken:
        match = _SEVERITY.search(utterance.text)
        if match:
            return _LEVEL[(match[1] or match[2]).lower()]
    return None


def likelihood(text: str) -> str | None:
    """Return low, medium or high where the text says how likely, else None."""
    return next((level for level, pattern in _LIKELY if re.search(pattern, text, re.IGNORECASE)), None)
