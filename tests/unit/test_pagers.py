"""A page of a list that holds nothing for its reader still leads on to the next."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import hub.web

TEMPLATES = Path(hub.web.__file__).parent / "templates"


@pytest.mark.parametrize("name", ["incidents", "personal", "copies", "retention", "register"])
def test_the_pager_stands_outside_of_what_depends_on_rows(name: str) -> None:
    tree = Environment(autoescape=True).parse((TEMPLATES / f"{name}.html").read_text("utf-8"))
    assert len(list(_pagers(tree))) == 1
    assert [one for inner in tree.find_all(nodes.If) for one in _pagers(inner)] == []


def _pagers(tree: nodes.Node) -> list[nodes.Getattr]:
    return [one for one in tree.find_all(nodes.Getattr) if one.attr == "pager"]
