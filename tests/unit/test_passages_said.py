"""Owners and due days of passages as people really talk: tests/data/spoken/passages*.txt, one matter each.

What nobody can tell is left open; a wrong name or day is worse than none, so there may be none of these.
"""

import re
from datetime import date
from pathlib import Path

import pytest

pytestmark = pytest.mark.models

SPOKEN = Path(__file__).resolve().parents[1] / "data" / "spoken"


def passages(name: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the owner and day of each passage of a file, with what is said."""
    blocks = (block.partition("\n") for block in (SPOKEN / name).read_text(encoding="utf-8").split("\n== ")[1:])
    return [(tuple(part.strip() for part in head.split("|")), script.strip()) for head, _, script in blocks]


KNOWN, BESIDE = passages("passages.txt"), passages("passages_beside.txt")
AGREED = passages("passages_agreed.txt")
_OPEN = ("none", "-")
SIGNS = re.compile(r"[.,;:!?–]")
TALK = """Tom: so the weather in porto was really nice again last month
Helen: we had rain the whole time over here and nobody minded
Tom: the train was full of people with dogs again you know
Helen: dogs are quieter than children in my experience of trains
Tom: that is what my sister says too
Helen: well there you go"""
"""Enough talk without signs for them not to be waited for."""
WRONG_BARE = 1


@pytest.mark.parametrize(
    ("expected", "script"), [*KNOWN, *BESIDE], ids=[script[:60] for _, script in [*KNOWN, *BESIDE]]
)
def test_no_owner_and_no_day_is_a_wrong_one(actions, expected, script):
    owner, due = expected
    found = actions(script)
    names = {action.owner for action in found} - {None}
    days = {action.due for action in found} - {None}
    assert names <= ({owner} - set(_OPEN))
    assert days <= ({date.fromisoformat(due)} if due != "-" else set())


@pytest.mark.parametrize(("expected", "script"), AGREED, ids=[script[:60] for _, script in AGREED])
def test_the_day_that_is_settled_on_is_found(actions, expected, script):
    owner, due = expected
    days = {action.due for action in actions(script) if action.owner == owner} - {None}
    assert days == ({date.fromisoformat(due)} if due != "-" else set())


def test_hardly_a_day_is_a_wrong_one_where_speech_is_written_without_signs(actions):
    wrong = [
        script
        for (owner, due), script in KNOWN
        if owner != "-"
        and {str(action.due) for action in actions(f"{TALK}\n{bare(script)}") if action.due is not None} - {due}
    ]
    assert len(wrong) <= WRONG_BARE, wrong


def test_hardly_a_day_beside_is_taken_where_each_sentence_stands_for_itself_without_signs(actions):
    wrong = [
        script
        for (_, due), script in BESIDE
        if {str(action.due) for action in actions(f"{TALK}\n{bare(apart(script))}") if action.due is not None} - {due}
    ]
    assert len(wrong) <= WRONG_BARE, wrong


def test_the_days_beside_that_are_meant_are_found(actions):
    dated = [(due, script) for (_, due), script in BESIDE if due != "-"]
    missed = [script for due, script in dated if due not in {str(action.due) for action in actions(script)}]
    assert len(dated) >= 10
    assert not missed


@pytest.mark.parametrize(
    "answer",
    [
        "No, I have no time this week, but it will be Stefan who does it by Monday.",
        "No, I can't do it before Monday, so it will be Rajesh.",
        "Sorry, no, I'm away this week, so make it Rajesh, he's here on Monday.",
        "I can't take that on, but you'll have my comments on Monday.",
        "I can't take that on, but it will be Monday before I know who can.",
        "No, I have no time, but give me a call on Monday.",
    ],
)
@pytest.mark.parametrize("written", [str, lambda script: f"{TALK}\n{bare(script)}"], ids=["signs", "bare"])
def test_who_refuses_the_work_does_not_have_it(actions, answer, written):
    found = actions(written(f"Helen: Tom, can you write the letter to the site by Friday?\nTom: {answer}"))
    letters = [action for action in found if "letter" in action.text]
    assert letters
    assert all(action.owner != "Tom Ashworth" and str(action.due) != "2026-03-16" for action in letters), letters


OPEN = [script for (owner, due), script in BESIDE if due == "-" and re.search(r"by friday", script, re.IGNORECASE)]


@pytest.mark.parametrize("script", OPEN)
def test_a_day_that_was_taken_back_is_open_with_its_reason(actions, script):
    [action] = actions(script)
    assert (action.due, action.due_reason) == (None, "no day was promised")
    assert "Friday" not in action.text


def test_there_are_days_taken_back():
    assert len(OPEN) >= 5


def apart(script: str) -> str:
    """Return *script* with each sentence as a segment of its own."""
    lines = (line.partition(": ") for line in script.splitlines())
    return "\n".join(f"{name}: {one}" for name, _, said in lines for one in re.split(r"(?<=[.!?]) ", said))


def bare(script: str) -> str:
    """Return *script* as some recognizers write it: small letters, no signs."""
    lines = (line.partition(": ") for line in script.splitlines())
    return "\n".join(f"{name}: {' '.join(SIGNS.sub(' ', said).lower().split())}" for name, _, said in lines)


def test_most_owners_and_days_are_found(actions):
    owned = [(owner, due, script) for (owner, due), script in KNOWN if owner not in _OPEN]
    dated = [(owner, due, script) for (owner, due), script in KNOWN if due != "-"]
    named = sum(any(action.owner == owner for action in actions(script)) for owner, _, script in owned)
    exact = sum(any(str(action.due) == due for action in actions(script)) for _, due, script in dated)
    assert len(KNOWN) >= 80
    assert named / len(owned) >= NAMED
    assert exact / len(dated) >= EXACT


NAMED, EXACT = 0.7, 0.8
"""Shares that the cues alone find; what is learned finds more."""


@pytest.mark.parametrize(
    ("script", "days"),
    [
        ("I'll send the monitoring plan to Helen by Monday. I'll call that vendor on Friday.", 2),
        ("I'll order the new freezer by Monday. I will write that deviation by Thursday.", 2),
        ("I'll send the monitoring plan to Helen by Monday. I'll also check those invoices on Thursday.", 2),
        ("I'll count the spare kits. I'll get that count over to you by Thursday.", 1),
    ],
)
def test_what_is_pointed_at_goes_on_with_a_matter_only_where_it_was_part_of_it(actions, script, days):
    assert len({action.due for action in actions(f"Tom: {script}")} - {None}) == days
