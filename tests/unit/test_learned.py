"""What was learned: words as the scorer hears them, trees, matters joined, weights that travel with the hub."""

import gzip
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from hub.connectors.models.manifest import folder
from hub.domain.errors import FatalError
from hub.domain.minutes import Evidence, SetAside
from hub.nlp.extract.belief import LISTED, Belief
from hub.nlp.extract.completed import FEWEST_SAID, _worth_a_look
from hub.nlp.extract.learned_items import Place
from hub.nlp.learned.features import numbers, trial_share
from hub.nlp.learned.groups import Joining, groups
from hub.nlp.learned.scorer import KINDS, Scorer, by_kind, load
from hub.nlp.learned.trees import Trees
from hub.nlp.learned.words import pairs, said
from models.training import corpora, measure
from models.training.scripted import TALKS, read, talks
from models.training.split import AMI_ASIDE, hand

WEIGHTS = folder() / "own" / "meeting-extractor.npz"


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load(WEIGHTS)


def test_numbers_days_and_hesitation_are_heard_as_their_kind():
    assert said("A", "Um, I’ll send forty-two by Friday?").words == ("i'll", "send", "<n>", "<n>", "by", "<day>", "?")
    assert pairs(["send", "it"]) == ["send", "it", "^ send", "send it", "it $"]


def test_trees_go_left_up_to_the_threshold_and_add_up():
    feature, left, right = np.array([0, -1, -1]), np.array([1, 0, 0]), np.array([2, 0, 0])
    tree = Trees(np.array([0, 0]), feature, np.array([0.5, 0, 0]), left, right, np.array([0.0, -1.0, 2.0]))
    assert tree.score(np.array([[0.5], [0.6]])).tolist() == [-2.0, 4.0]


def test_neighbours_are_one_matter_and_no_sentence_is_in_two():
    scores = [0.5, 0.2, -3.0, 0.4, -3.0, -3.0, -3.0, 1.0]
    found = groups(scores)
    assert [(group.top, group.rows) for group in found] == [(7, (7,)), (0, (0, 1, 3))]
    assert groups([-2.0, -1.5]) == []


def test_a_matter_of_free_talk_is_wider_and_takes_in_what_would_be_no_matter_by_itself():
    scores = [-3.0, -1.4, -3.0, -3.0, -3.0, 0.1, -3.0, -1.0, -3.0, -3.0, -3.0, -3.0, 0.0]
    joining = Joining(apart=4, longest=8, drop=1.6, below_floor=True)
    assert [group.rows for group in groups(scores, joining=joining)] == [(1, 5, 7), (12,)]
    assert groups(scores, joining=joining)[0].span == range(1, 8)
    assert [group.rows for group in groups(scores, joining=replace(joining, below_floor=False))] == [(5, 7), (12,)]
    assert all(len(group.span) <= 8 for group in groups([0.0] * 50, joining=joining))


def test_the_strongest_of_free_talk_are_listed_though_they_score_little_and_in_a_trial_they_are_not():
    scores = tuple([-1.5, *[-9.0] * 20] * 8)
    kinds = dict.fromkeys(("action", "decision", "risk", "issue"), scores)
    assert len(Belief(kinds, trial=0.0).matters("action")) == LISTED["action"]
    assert len(Belief(kinds, trial=0.0).matters("decision")) == 8
    assert Belief(kinds, trial=1.0).matters("action") == []
    idle = dict.fromkeys(kinds, (-2.1,) * 9)
    assert Belief(idle, trial=0.0).matters("risk") == []


def test_no_kind_crowds_the_surest_passages_of_another_out_of_free_talk():
    def aside(kind, number):
        return SetAside(kind, "also said", Evidence((f"s{number}",), f"{kind} {number}"), 0.5)

    ranked = [*(aside("issue", n) for n in range(30)), *(aside("action", n) for n in range(9))]

    def kept(trial):
        place = Place([None] * 24, None, None, Belief({}, trial))
        return Counter(entry.kind for entry in _worth_a_look(ranked, place))

    assert kept(trial=0.0) == {"issue": LISTED["issue"], "action": LISTED["action"]}
    assert kept(trial=1.0) == {"issue": FEWEST_SAID}


def test_which_of_two_kinds_takes_from_a_matter_and_never_adds():
    risk_like = by_kind(np.array([[0.0, 0.0, 1.0, 3.0]]))[0]
    assert risk_like[KINDS.index("risk")] > risk_like[KINDS.index("issue")]
    assert max(risk_like[2:]) <= 1.0


def test_the_weights_that_travel_with_the_hub_are_small_and_prefer_a_promise_to_chat(scorer):
    assert WEIGHTS.stat().st_size < 5_000_000
    lines = ["So how was your weekend?", "It was nice, thanks.", "I'll send you the report by Friday.", "Okay, great."]
    scores = scorer.talk([said(str(n % 2), line) for n, line in enumerate(lines)])
    assert scores[:, 0].argmax() == 2


def test_the_place_in_the_meeting_is_told_and_a_trial_is_known_by_its_words():
    chat = [said("A", "we could make the case of wood"), said("B", "or of rubber")]
    assert numbers(chat)[:, 0].tolist() == [0.0, pytest.approx(7 / 10)]
    assert trial_share(chat) == 0.0
    assert trial_share([said("A", "the site has two open queries for that patient")]) == 1.0


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_shortest_meetings_are_scored_too(scorer, count):
    assert scorer.talk([said("A", "I'll call the site.")] * count).shape == (count, 4)


def test_weights_that_are_not_there_name_the_command_that_makes_them(tmp_path):
    with pytest.raises(FatalError, match="make train"):
        load(tmp_path / "none.npz")


def test_a_marked_talk_tells_matters_and_traps():
    talk = read("t", "d1 | Ann: Let's move it.\nd1 | Bo: Fine.\nx | Ann: Shall we sing?\n| Bo: No.")
    assert talk.matters["decisions"] == (frozenset({"s1", "s2"}),)
    assert talk.traps == {"s3"}
    assert talk.matters["actions"] == ()


def test_what_is_kept_aside_is_not_trained_on():
    trained, aside = {talk.name for talk in talks()}, {talk.name for talk in talks(TALKS / "aside")}
    assert aside
    assert not trained & aside
    assert {"ES2008", "ES2015", "IS1007", "TS3006", "TS3011"} == AMI_ASIDE


def test_marks_of_ami_are_read_with_their_sentences(tmp_path):
    acts = [{"id": f"a{n}", "spk": "B", "text": t, "in_extract": n == 1, "labels": marks} for n, (t, marks) in
            enumerate([("Okay", []), ("You do the design", ["actions"]), (" ", [])])]  # fmt: skip
    summary = {"actions": [{"id": "1", "text": "B designs.", "acts": ["a1", "gone"]}]}
    meeting = {"meeting": "ES2002a", "has_links": True, "acts": acts, "topics": [], "summary": summary}
    (tmp_path / "ami").mkdir()
    with gzip.open(tmp_path / "ami" / "ami.jsonl.gz", "wt", encoding="utf-8") as out:
        out.write(json.dumps(meeting))
    (read_back,) = corpora.ami(tmp_path)
    assert read_back.series == "ES2002"
    assert read_back.labels == ((0, 0, 0, 0), (1, 0, 0, 1))
    assert read_back.sentences["actions"] == (frozenset({1}),)
    assert measure.figures([read_back], [[-1.0, 0.1]], "actions").by_utterance == 1.0


def test_the_threshold_is_where_f1_is_highest():
    def marked(marks):
        labels = tuple((mark, 0, 0, 0) for mark in marks)
        return corpora.Marked("m", "s", "ami", (), (), labels, {})

    assert measure.threshold([marked([0, 1, 0, 1])], [[0.1, 0.9, 0.4, 0.8]], "actions") == 0.8


def test_the_head_of_a_talk_tells_the_meeting_and_its_people():
    talk = read(
        "101-call",
        "# title: Weekly call\n# started: 2026-05-04T10:00+02:00 Monday Europe/Paris\n"
        "# person: Jan de Wit | Project Manager | Noordzee\n# person: Ann Lee\n"
        "# a1: Jan de Wit | 2026-05-13 | middle of next week | Jan asks the laboratory.\n# a2: none | none | none | Forms.\n"
        "| Ann Lee: Forms, please.\na1 | Jan de Wit: I'll ask.\na2 | Ann Lee: Someone resends the forms.",
    )
    meeting = talk.transcript.meeting
    assert [(p.name, p.role, p.organization) for p in meeting.participants] == [
        ("Jan de Wit", "Project Manager", "Noordzee"),
        ("Ann Lee", None, None),
    ]
    assert (meeting.title, str(meeting.started_at), meeting.timezone) == (
        "Weekly call",
        "2026-05-04 10:00:00+02:00",
        "Europe/Paris",
    )
    assert talk.matters["actions"] == (frozenset({"s2"}), frozenset({"s3"}))
    assert [hand(name) for name in ("101-call", "07-startup", "b1", "d1")] == [1, 0, 0, 0]
