"""The roster file."""

import pytest

from hub.domain.errors import UsageError
from hub.domain.meeting import Participant
from hub.nlp.participants import ambiguous_first_names, read_participants

ANNA = Participant("Anna Weber", "CRA", "Keltis", "anna@keltis.example")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.json", '[{"name": "Anna Weber", "role": "CRA", "organization": "Keltis", "email": "anna@keltis.example"}]'),
        (
            "a.json",
            '{"participants": [{"name": "Anna Weber", "role": "CRA", "organization": "Keltis", "email": "anna@keltis.example", "x": 1}]}',
        ),
        ("a.csv", "Name;Role;Company;E-Mail\nAnna Weber;CRA;Keltis;anna@keltis.example\n;;;\n"),
        ("a.csv", "\ufeffemail,name,role,organisation\nanna@keltis.example,Anna Weber,CRA,Keltis\n"),
        ("a.txt", "Anna Weber, CRA, Keltis <anna@keltis.example>\n\n"),
    ],
)
def test_the_same_person_in_every_form(tmp_path, name, body):
    path = tmp_path / name
    path.write_text(body)
    assert read_participants(path) == (ANNA,)


@pytest.mark.parametrize("body", ["", "[]", "[3]", '[{"role": "CRA"}]', "{", "name,role\n,CRA\n"])
def test_what_names_nobody_is_refused_by_file(tmp_path, body):
    path = tmp_path / "people.csv"
    path.write_text(body)
    with pytest.raises(UsageError, match=r"people\.csv"):
        read_participants(path)


def test_two_people_of_one_name_are_refused_with_both_lines(tmp_path):
    path = tmp_path / "people.txt"
    path.write_text("Anna Weber\nTom Baker\nanna  weber\n")
    with pytest.raises(UsageError, match="line 1 and in line 3"):
        read_participants(path)


def test_two_annas_share_a_first_name():
    people = (ANNA, Participant("Anna Kowalska"), Participant("Tom Baker"))
    assert ambiguous_first_names(people) == {"Anna": ("Anna Weber", "Anna Kowalska")}
