"""Who is to do what no cue told: named only where what was said proves it."""

import pytest

from hub.nlp.extract.belief import Belief
from hub.nlp.extract.context import Roster
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.learned_items import Place
from hub.nlp.extract.learned_owners import proved_owner
from hub.nlp.extract.utterances import split
from tests.unit.spoken import PEOPLE, meeting

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def parser(model):
    return load_parser(model("spacy-en-sm"))


@pytest.fixture
def owner(parser):
    def find(script):
        transcript = meeting(script)
        utterances = split(transcript, parser)
        place = Place(utterances, transcript, Roster(PEOPLE), Belief({}, 1.0))
        first = [u for u in utterances if u.segment == "s1"]
        return proved_owner(max(first, key=lambda u: len(u.text)), place).name

    return find


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("Helen: I'll write the query text once more.", "Helen Marsh"),
        ("Helen: okay so i'm gonna prepare the listing", "Helen Marsh"),
        ("Tom: Rajesh, can you map the fields again?\nRajesh: Sure, I'll do it.", "Rajesh Iyer"),
        ("Tom: Rajesh, can you map the fields again?\nHelen: Hm.\nRajesh: Yes.", "Rajesh Iyer"),
        ("Tom: The medical monitor will look at the two cases.", "Lucía Ferrari"),
        ("Tom: Rajesh will rebuild the form.", "Rajesh Iyer"),
    ],
)
def test_an_owner_is_named_where_it_is_proved(owner, script, name):
    assert owner(script) == name


@pytest.mark.parametrize(
    "script",
    [
        "Tom: Rajesh, can you map the fields again?\nRajesh: No, I can't, I'm away.",
        "Tom: Rajesh, can you map the fields again?\nHelen: Good idea.",
        "Tom: Stefan, could you please check the form?\nStefan: Yes.",
        "?: I'll write the query text once more.",
        "Helen: I'll not write the query text.",
        "Helen: If I'll ever finish, the listing goes out.",
        "Tom: We need to map the fields again.",
        "Tom: The forms will be mapped again.",
        "Tom: Will Rajesh rebuild the form?",
        "Tom: Olga will rebuild the form.",
    ],
)
def test_nobody_is_named_where_it_is_not(owner, script):
    assert owner(script) is None
