"""One suite for all connectors: a hundred mangled bodies each, by seed. What is mangled is set aside with its reason, or
the whole answer is refused and asked for again; the other records come as they are, and nothing is lost without a word.
"""

import pytest

from hub.connectors.listed import CONNECTORS
from hub.domain.errors import RejectedError, RetryableError
from tests.connectors import grounds
from tests.connectors.mangled import may_be_kept
from tests.connectors.wrecks import SEEDS, wreck


def test_every_connector_that_reads_is_held_to_it():
    assert set(grounds.NAMES) == {one.name for one in CONNECTORS if one.reads}


@pytest.fixture
def ground(name, tmp_path, monkeypatch):
    for variable, secret in grounds.SECRETS.items():
        monkeypatch.setenv(variable, secret)
    with grounds.ground(name, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("name", grounds.NAMES)
def test_of_a_hundred_mangled_bodies_none_stops_the_rest_and_none_is_taken_for_good(name, ground):
    true = {one.external_id: dict(one.fields) for one in ground.look()[0]}
    assert len(true) >= 3
    wrong = []
    for seed in SEEDS:
        made = wreck(seed)
        if made.whole:
            ground.whole(made.whole)
            wrong += [f"{seed} {made.name}: {line}" for line in of_a_whole(ground, true, name)]
        else:
            ground.record(made.record)
            wrong += [f"{seed} {made.name}: {line}" for line in of_a_record(ground, true)]
    assert not wrong, "\n".join(wrong)


def of_a_whole(ground, true, of):
    """Say what is wrong with how a mangled answer was met: refused as a whole, or each record told or set aside."""
    try:
        changes, rejects = ground.look()
    except (RetryableError, RejectedError) as error:
        return [] if str(error) and "\n" not in str(error) else ["the reason is not one line"]
    found = {one.external_id: dict(one.fields) for one in changes}
    differ = [known for known in found if found[known] != true.get(known)]
    # a feed of which one byte is none is read by what is lenient, and one notice may lack something
    lines = [f"{known} came as {found[known]}" for known in differ] if len(differ) > (of == "feeds") else []
    if not rejects and found.keys() != true.keys() and not _comes_again(ground, true):
        lines.append(f"{sorted(true.keys() - found.keys())} were lost without a word")
    return lines + unreasoned(rejects)


def _comes_again(ground, true):
    return {one.external_id for one in ground.look()[0]} == true.keys()


def of_a_record(ground, true):
    """Say what is wrong with how a mangled record was met among good ones."""
    try:
        changes, rejects = ground.look()
    except (RetryableError, RejectedError) as error:
        return [f"the whole was refused: {error}"]
    found = {one.external_id: dict(one.fields) for one in changes}
    good = [known for known in true if found.get(known) == true[known]]
    lines = [] if len(good) >= len(true) - 1 else [f"only {good} came as they are"]
    if len(changes) + len(rejects) < len(true):
        lines.append("it was lost without a word")
    odd = [one.external_id for one in changes if not all(map(may_be_kept, one.fields.values()))]
    return lines + unreasoned(rejects) + [f"{known} holds what cannot be kept" for known in odd]


def unreasoned(rejects):
    """Name the rejects that do not say why, where, and what came."""
    return [
        f"{one.where}: {one.reason[:80]!r}"
        for one in rejects
        if not (one.reason and one.where and (one.raw or "empty" in one.reason))
        or "\n" in one.reason
        or len(one.reason) >= 500
    ]
