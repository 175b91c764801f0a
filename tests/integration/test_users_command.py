"""`hub users`: the first administrator, and what it leaves in the trail."""

import json

import pytest
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.main import app
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.settings import load_settings
from hub.storage.passwords import Argon2Passwords

MADE = ["users", "create", "ada@cro.example", "--name", "Ada Byron", "--organization", "Meridian CRO", "--by", "IT"]


@pytest.fixture
def run(home, monkeypatch):
    quick = Argon2Passwords(memory_kib=64, rounds=1)
    monkeypatch.setattr("hub.cli.opening.build", lambda settings: build(settings, passwords=quick))

    def run(*words, stdin=""):
        return CliRunner().invoke(app, list(words), input=stdin, catch_exceptions=False)

    return run


def trail():
    hub = build(load_settings())
    found = [kept.entry for kept in hub.audit.entries()]
    hub.close()
    return found


def test_the_first_administrator_is_made_with_a_password_that_is_to_be_changed(run):
    assert run(*MADE, "--administrator", stdin="seven green boats\n").exit_code == 0
    [user] = json.loads(run("users", "list", "--json").stdout)
    assert (user["email"], user["grants"][0]["grant"]["role"], user["grants"][0]["grant"]["organization"]) == (
        "ada@cro.example",
        "administrator",
        "*",
    )
    hub = build(load_settings())
    assert hub.desk.accounts.named(email="ada@cro.example").changed_at is None
    hub.close()
    assert [(one.actor, one.field) for one in trail()] == [("IT", "account"), ("IT", "grant")]
    assert "boats" not in str(trail())


def test_roles_are_given_and_taken_and_each_step_is_in_the_trail(run):
    run(*MADE, stdin="seven green boats\n")
    given = ["users", "grant", "ada@cro.example", "reviewer", "--organization", "Meridian CRO", "--study", "ATLAS-3"]
    assert run(*given, "--by", "IT", "--why", "joins the study").exit_code == 0
    with pytest.raises(StandingError):
        run(*given, "--by", "IT")
    [grant] = json.loads(run("users", "list", "--json").stdout)[0]["grants"]
    assert run("users", "revoke", "ada@cro.example", grant["id"], "--by", "IT").exit_code == 0
    assert "no role" in run("users", "list").stdout
    assert [(one.field, one.reason) for one in trail()][1:] == [("grant", "joins the study"), ("grant", "")]


@pytest.mark.parametrize(
    ("words", "stdin", "error", "told"),
    [
        (MADE, "short\n", UsageError, "12 to 256 characters"),
        (MADE, "byron-byron-byron\n", UsageError, "name or address"),
        (
            ["users", "deactivate", "nobody@x.example", "--by", "IT", "--why", "left"],
            "",
            MissingError,
            "has no account",
        ),
    ],
)
def test_what_will_not_do_is_said_in_a_line(run, words, stdin, error, told):
    with pytest.raises(error, match=told):
        run(*words, stdin=stdin)


def test_an_inspector_needs_an_end_and_a_role_has_to_be_one(run):
    run(*MADE, stdin="seven green boats\n")
    for role, told in (("inspector", "end date"), ("king", "roles are project_manager")):
        with pytest.raises(UsageError, match=told):
            run("users", "grant", "ada@cro.example", role, "--organization", "Meridian CRO", "--by", "IT")


def test_who_left_is_out_and_comes_back_only_with_a_reason(run):
    run(*MADE, stdin="seven green boats\n")
    assert run("users", "deactivate", "ada@cro.example", "--by", "IT", "--why", "left").exit_code == 0
    assert "deactivated" in run("users", "list").stdout
    assert run("users", "activate", "ada@cro.example", "--by", "IT", "--why", "back").exit_code == 0
    assert run("users", "reset-password", "ada@cro.example", "--by", "IT", stdin="nine yellow boats\n").exit_code == 0
    assert [one.field for one in trail()] == ["account", "state", "state", "password"]
