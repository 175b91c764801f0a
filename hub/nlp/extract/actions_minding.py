"""Answers to "would you mind": no takes it, yes refuses it."""

import re

from hub.nlp.extract.actions_replies import Reply, reply

MINDS = re.compile(r"\b(?:do you |would you |you(?:'d| would)? |,? )?mind(?: me)? \w+ing\b", re.IGNORECASE)
_NO = re.compile(
    r"^\W*(?:(?:oh|well|no)\W+)*(?:not at all|of course not|not in the least|no|nope|no problem|sure|yeah|yes|okay|happy to)\b",
    re.IGNORECASE,
)
_YES = re.compile(r"^\W*(?:(?:well|yes|actually|to be honest)\W+)*i (?:would|do|might)\b", re.IGNORECASE)


def minded(text: str) -> Reply:
    """Return what an answer to "would you mind" does."""
    if _YES.match(text):
        return Reply.REFUSE
    return Reply.TAKE if _NO.match(text) else reply(text)
