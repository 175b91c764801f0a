"""Each connector has one page that a stranger can go by: what it does, what to ask for, set-up, limits, what was proved."""

import re
from pathlib import Path

import pytest

from hub.connectors.beside import BESIDE
from hub.connectors.listed import CONNECTORS

PAGES = Path(__file__).resolve().parents[2] / "docs" / "connectors"
PRESETS = ("medidata-ctms", "webhook")
NAMES = sorted({*(one.name for one in CONNECTORS), *(one.name for one in BESIDE), *PRESETS})
PARTS = ("Ask the customer's administrator for", "Set-up", "Limits", "Proved")
NO_SETUP = {"place": "Recordings in"}
"""Pages whose set-up has another heading."""
FEWEST_WORDS = 12


def parts(name):
    """Return the text under each heading of a page; that before the first under its own empty name."""
    found = re.split(r"^## +(.+)$", (PAGES / f"{name}.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {"": found[0], **dict(zip(found[1::2], found[2::2], strict=True))}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_does_what_to_ask_for_how_to_set_it_up_its_limits_and_what_was_proved(name):
    found = parts(name)
    title, _, does = found[""].partition("\n")
    assert title.startswith("# ")
    assert len(does.split()) >= FEWEST_WORDS, "what it does"
    for part in PARTS:
        asked = NO_SETUP.get(name, part) if part == "Set-up" else part
        assert len(found.get(asked, "").split()) >= FEWEST_WORDS, asked
    order = [list(found).index(NO_SETUP.get(name, one) if one == "Set-up" else one) for one in PARTS]
    assert order == sorted(order), "in this order, as on every page"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_a_file_and_a_command_or_address_to_try_it(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert "```yaml" in text
    assert re.search(
        r"`hub (connectors|platforms|chat|mail|calendar) |`/?webhooks|https://the-hub/webhooks|PUT /api", text
    )


def test_every_page_is_one_of_a_connector():
    others = {"index", "writing-one"}
    assert {path.stem for path in PAGES.glob("*.md")} - others == set(NAMES)
