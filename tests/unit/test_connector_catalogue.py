"""A folder of systems: what one file or one foreign package does wrong leaves the others connected."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from hub.connectors import catalogue
from hub.connectors.catalogue import load
from hub.domain.errors import RetryableError, UsageError
from hub.ports import System

SOUND = "connector: sound\nname: {name}\n"
BROKEN = {
    "syntax": "def opened(text, tokens:\n",
    "attribute": "import json\nopened = json.nothing\n",
    "type": "opened = 1 + 'x'\n",
    "no function": "",
    "no callable": "opened = None\n",
    "opening": "def opened(text, tokens):\n    raise KeyError('kinds')\n",
    "no import": "import there_is_no_such_package\n",
    "a bug of many lines": "raise RuntimeError('one\\ntwo')\n",
}


class Part:
    def __init__(self):
        self.closed = 0

    def close(self):
        self.closed += 1


made: list[Part] = []


def sound(_text, _tokens):
    """Open a system as a package does that is well."""
    made.append(Part())
    return System("one", (), source=made[-1])


def told(_text, _tokens):
    """Refuse, as a package does that knows the hub's errors."""
    raise UsageError("nothing: is no key")


def away(_text, _tokens):
    """Fail, as a package does whose system is not there."""
    raise RetryableError("away")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    def registered(**foreign):
        here = {"sound": f"{__name__}:sound", "told": f"{__name__}:told", "away": f"{__name__}:away", **foreign}
        points = EntryPoints(EntryPoint(name, value, "hub.connectors") for name, value in here.items())
        monkeypatch.setattr(catalogue, "entry_points", lambda **wanted: points.select(**wanted))
        return tmp_path

    made.clear()
    return registered


@pytest.mark.parametrize("what", BROKEN)
def test_a_package_that_does_not_load_leaves_the_other_systems(folder, tmp_path, monkeypatch, what):
    module = f"broken_{what.replace(' ', '_')}"
    (tmp_path / f"{module}.py").write_text(BROKEN[what])
    monkeypatch.syspath_prepend(tmp_path)
    here = folder(broken=f"{module}:opened")
    (here / "a.yaml").write_text("connector: broken\nname: a\n")
    (here / "b.yaml").write_text(SOUND.format(name="one"))
    loaded = load(here)
    assert [*loaded.systems] == ["one"]
    [(file, why)] = loaded.wrong.items()
    assert file == "a.yaml"
    assert "broken" in why
    assert "\n" not in why


def test_what_a_package_says_in_the_hubs_own_errors_is_told_as_it_is(folder):
    here = folder()
    for name in ("told", "away"):
        (here / f"{name}.yaml").write_text(f"connector: {name}\nname: a\n")
    assert load(here).wrong == {
        "told.yaml": f"{here}/told.yaml: nothing: is no key",
        "away.yaml": f"{here}/away.yaml: away",
    }


def test_a_second_file_of_a_name_is_closed_again_and_the_first_is_not(folder):
    here = folder()
    for file in ("a", "b"):
        (here / f"{file}.yaml").write_text(SOUND.format(name="one"))
    loaded = load(here)
    assert "another file connects one already" in loaded.wrong["b.yaml"]
    assert [one.closed for one in made] == [0, 1]
    loaded.systems["one"].close()
    assert [one.closed for one in made] == [1, 1]
