"""A form that is refused keeps what was typed: administration, oversight, governance, sync and rules, form by form."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from hub.domain.people import Role
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served
from tests.review_kit import AT
from tests.world import CRO, STUDY, furnish

ADA, PM = "ada@hub.example", "pm@cro.example"
LONG = "x" * 5000
BASE = "http://testserver"
FORMS = [
    (ADA, "/administration/users/{bob}", "/administration/users/{bob}/grants",
     {"role": "inspector", "organization": CRO, "study": STUDY, "until": "31.12.2026", "unblinded": "yes"}, "until"),
    (ADA, "/administration/users/{bob}", "/administration/users/{bob}/grants",
     {"role": "inspector", "organization": CRO, "study": STUDY, "until": ""}, "until"),
    (ADA, "/administration/users", "/administration/users",
     {"name": "Bea Ott", "email": "no address", "organization": CRO}, "email"),
    (ADA, "/administration/users/{bob}/training", "/administration/users/{bob}/training",
     {"kind": "training", "name": "ICH E6", "on": "2031-01-01", "until": "", "evidence": "LMS 7"}, "on"),
    (ADA, "/administration/personal", "/administration/personal",
     {"email": "eva@asterion.test", "wish": "erasure", "received_on": "2031-01-01"}, "received_on"),
    (ADA, "/administration/retention", "/administration/retention/periods",
     {"study": "", "record_class": "minutes", "months": "9999", "reason": "as agreed"}, "months"),
    (ADA, "/administration/retention", "/administration/retention/holds",
     {"study": "", "meeting": "", "reason": "as agreed"}, None),
    (ADA, "/audit/reviews", "/audit/reviews",
     {"since": "yesterday", "until": "2026-05-01", "scope": "all entries", "findings": "none"}, None),
    (ADA, "/audit/reviews", "/audit/reviews/plan",
     {"days": "0", "basis": "risk 7", "reason": "as agreed"}, None),
    (PM, "/oversight", "/oversight/register",
     {"study": STUDY, "kind": "delegated_duty", "name": "Monitoring", "holder": CRO, "by": CRO, "reference": "MSA 4",
      "since": "2026-05-02", "until": "2026-05-01", "details": "All of\nit"}, "until"),
    (PM, "/oversight/incidents", "/oversight/incidents",
     {"kind": "quality", "severity": "major", "title": "It came late", "what": LONG, "known_at": "2026-05-01T10:00",
      "study": STUDY}, "what"),
    (PM, "/oversight/incidents", "/oversight/incidents",
     {"kind": "quality", "severity": "major", "title": "It came late", "what": "By two days", "study": STUDY,
      "known_at": "2031-05-01T10:00"}, "known_at"),
    (PM, "/oversight/studies?study=" + STUDY, f"/oversight/studies/{STUDY}/blinding",
     {"fields": "not a field name!", "reason": "as the plan says"}, None),
    (PM, f"/rules/{STUDY}", f"/rules/{STUDY}/recipients", {"reason": ""}, None),
]  # fmt: skip
"""Who sends it, from which page, where to, what, and beside which field it is said (None: above the fields)."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(Path(tmp_path_factory.mktemp("forms")) / "home"))
        made = furnish(quick_hub(clock=Clock(AT)))
        person(made.hub, ADA, *(granted(one, "*") for one in (Role.ADMINISTRATOR, Role.AUDITOR)))
        person(made.hub, PM, granted(Role.PROJECT_MANAGER, CRO), organization=CRO)
        bob = person(made.hub, "bob@hub.example", granted(Role.ADMINISTRATOR, "*"))
        with served(made.hub) as client:
            yield client, bob.id


def sent(client: TestClient, source: str, back: str, action: str, given: dict[str, str]):
    """Send the form of the page *source* that goes to *action*; *back* is where the browser says it was."""
    forms = html.fromstring(source).xpath(f"//form[@action='{action}']")
    form = next((one for one in forms if one.xpath(".//p[@role='alert']")), forms[0])
    hidden = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    answer = client.post(action, data=hidden | given, headers={"Referer": BASE + back})
    return answer, html.fromstring(answer.text)


def typed(form) -> dict[str, str]:
    """Return what stands in the fields of a form that a person sees."""
    visible = [one for one in form.xpath(".//input|.//textarea|.//select") if one.get("type") != "hidden"]
    return {one.get("name"): one.value for one in visible if one.get("name") and one.value is not None}


@pytest.mark.parametrize("case", FORMS, ids=lambda case: f"{case[2]} {case[4] or ''}")
def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(world, case) -> None:
    client, bob = world
    who, page, action, given, field = case
    page, action = page.format(bob=bob), action.format(bob=bob)
    client.cookies.clear()
    client.post("/sign-in", data={"email": who, "password": PASSWORD})
    first = client.get(page)
    assert first.status_code == 200, page
    shown, back = first.text, page
    for _ in range(2):  # the second time from the page that the first answer was: the address is that of the form
        answer, tree = sent(client, shown, back, action, given)
        assert answer.status_code in (409, 422), answer.text[:400]
        [form] = [one for one in tree.xpath(f"//form[@action='{action}']") if one.xpath(".//p[@role='alert']")]
        kept = typed(form)
        assert {name: kept.get(name) for name in given if name in kept} == {
            name: value for name, value in given.items() if name in kept
        }
        assert any(value for name, value in given.items() if name in kept) or not any(given.values())
        wrong = form.xpath(".//*[@aria-invalid='true']/@name")
        assert wrong == ([field] if field else wrong)
        assert len(tree.xpath("//*[@autofocus]")) == 1
        for name in wrong:
            [described] = form.xpath(f".//*[@name='{name}']/@aria-describedby")
            [said] = form.xpath(f".//small[@id='{described.split()[-1]}']")
            assert said.text_content()
        shown, back = answer.text, action


def test_a_password_is_never_shown_again(world) -> None:
    client, _ = world
    client.cookies.clear()
    client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
    source = client.get("/account").text
    given = {"old": "wrong old one", "new": "short"}
    names = html.fromstring(source).xpath("//form[@action='/account/password']//input[@type='password']/@name")
    answer, _ = sent(client, source, "/account", "/account/password", dict(zip(names, given.values(), strict=False)))
    assert answer.status_code in (401, 409, 422)
    assert "wrong old one" not in answer.text


def test_a_page_that_is_not_the_hubs_own_is_never_asked_for(world) -> None:
    client, _ = world
    client.cookies.clear()
    client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
    source = client.get("/administration/personal").text
    hidden = html.fromstring(source).xpath("//input[@name='csrf']/@value")[0]
    for elsewhere in ("https://evil.example/", "//evil.example/", "/api/v1/users"):
        given = {"csrf": hidden, "email": "x", "wish": "erasure", "received_on": "2026-05-01", "_back": elsewhere}
        answer = client.post("/administration/personal", data=given)
        assert (answer.status_code, "<form" in answer.text and "_back" in answer.text) == (422, False)


def test_the_period_of_all_studies_is_set_from_its_page(world) -> None:
    client, _ = world
    client.cookies.clear()
    client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
    page = client.get("/administration/retention").text
    form = html.fromstring(page).xpath("//form[@action='/administration/retention/periods']")[0]
    given = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    answer = client.post("/administration/retention/periods", data=given | {"months": "30", "reason": "as agreed"})
    assert answer.status_code == 200, answer.text


def test_a_refused_form_that_is_sent_again_overwrites_nothing_that_was_saved_meanwhile(world) -> None:
    client, _ = world
    client.cookies.clear()
    client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
    page, action = "/administration/retention", "/administration/retention/periods"
    opened = client.get(page).text
    given = {"record_class": "transcript", "study": "", "reason": "as agreed"}
    mine = next(one for one in html.fromstring(opened).xpath(f"//form[@action='{action}']") if _is_of(one, given))
    hidden = {one.get("name"): one.get("value") for one in mine.xpath(".//input[@type='hidden']")}
    assert client.post(action, data=hidden | {"months": "77", "reason": "of somebody else"}).status_code == 200
    refused = client.post(action, data=hidden | given | {"months": "9999"}, headers={"Referer": BASE + page})
    assert refused.status_code == 422
    form = html.fromstring(refused.text).xpath(f"//form[@action='{action}'][.//p[@role='alert']]")[0]
    again = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    assert again["record_class"] == "transcript"
    assert client.post(action, data=again | {"months": "30", "reason": "as agreed"}).status_code == 412
    assert 'value="77"' in client.get(page).text


def _is_of(form, given: dict[str, str]) -> bool:
    return form.xpath(".//input[@name='record_class']/@value") == [given["record_class"]]


def test_a_refused_form_with_control_characters_says_what_is_wrong(world) -> None:
    client, _ = world
    client.cookies.clear()
    client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
    page = client.get("/administration/personal").text
    for odd in ("\x0b", "\x0c", "\x00"):
        given = {"email": f"eva{odd}@asterion.test", "wish": "erasure", "received_on": "2031-01-01"}
        answer, tree = sent(client, page, "/administration/personal", "/administration/personal", given)
        assert answer.status_code == 422
        assert typed(tree.xpath("//form[.//p[@role='alert']]")[0])["email"] == "eva @asterion.test"


def test_what_was_done_before_is_not_said_above_a_refusal(world) -> None:
    client, _ = world
    client.cookies.clear()
    client.post("/sign-in", data={"email": ADA, "password": PASSWORD})
    back = "/administration/personal?done=added"
    page = client.get(back).text
    assert "It was added." in page
    given = {"email": "eva@asterion.test", "wish": "erasure", "received_on": "2031-01-01"}
    answer, tree = sent(client, page, back, "/administration/personal", given)
    assert (answer.status_code, "It was added." in answer.text) == (422, False)
    assert tree.xpath("//input[@name='_back']/@value") == ["/administration/personal"]
