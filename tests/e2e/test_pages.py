"""The pages in a browser: the whole story from the recording to the inspector, and each page held to the rules."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from hub.domain.communications import Channel, message_id
from hub.domain.identity import pair_id
from hub.domain.people import Role
from tests.conftest import MODELS, ROOT
from tests.integration.test_second_factor import authenticator
from tests.pages_kit import (
    ADA,
    ANNA,
    AXE,
    CHROMIUM,
    FLAGS,
    INES,
    PETER,
    RECORDING,
    ROSTER,
    ZOE,
    Site,
    served_site,
    whole_hub,
)
from tests.people import PASSWORD, granted, person
from tests.unit.test_governance import PLAN
from tests.world import CRO, SPONSOR, STUDY

PICTURES = ROOT / "out" / "pages"
LIMIT = 150_000
SAID = "David Morgan sends the amended consent form to both Spanish sites."
pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("pages") / "home"
        (home / "plans").mkdir(parents=True)
        (home / "plans" / "plan.yaml").write_text(PLAN.replace("LH-302", STUDY))
        patch.setenv("HUB_HOME", str(home))
        patch.setenv("HUB_MODELS_DIR", str(MODELS))
        with served_site(whole_hub()) as found:
            yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def signed_in(browser: Browser, site: Site, who: str, **how: object) -> Page:
    context: BrowserContext = browser.new_context(base_url=site.address, **how)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto("/sign-in")
    page.fill("#email", who)
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"{site.address}/")
    return page


def picture(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


@pytest.fixture(scope="module")
def meeting(browser: Browser, site: Site) -> str:
    """The story; returns the address of its meeting, which the other tests look at."""
    anna = signed_in(browser, site, ANNA)
    # 1 a recording is uploaded, with its progress
    anna.click("text=Upload a meeting")
    anna.set_input_files("#file", RECORDING)
    anna.fill("#title", "LUMEN-3 weekly operational call")
    anna.fill("#study", STUDY)
    anna.fill("#organization", SPONSOR)
    anna.fill("#started_at", "2026-06-09T10:00")
    anna.fill("#participants", ROSTER)
    anna.check("[name=consent]")
    picture(anna, "upload")
    anna.click("form.sheet button.primary")
    # 2 stages are shown until the minutes are there
    anna.wait_for_selector("#minutes")
    address = anna.url.removeprefix(site.address)
    # 3 an item's passage is heard, the transcript follows
    anna.click("#item-a1 button.play >> nth=0")
    expect(anna.locator("#said li.now")).to_be_in_viewport()
    assert anna.evaluate("document.getElementById('recording').currentTime") > 10
    # 4 a correction saves itself
    anna.click("#item-a1 summary >> nth=0")
    anna.fill("#text-a1", SAID)
    expect(anna.locator("#saved")).to_have_text("Saved")
    expect(anna.locator("#saved")).to_be_in_viewport()
    expect(anna.locator("#item-a1 .state")).to_have_text("corrected")
    picture(anna, "meeting")
    anna.reload()
    expect(anna.locator("#item-a1 .text")).to_have_text(SAID)
    expect(anna.locator("#item-a1")).to_contain_text("The machine proposed:")
    # 5 kept as a version, compared, sent round, signed with the password given again
    anna.fill("#keep-reason", "Checked against the recording")
    anna.click("button:text-is('Keep')")
    expect(anna.locator("ins").first).to_have_text("sends")
    anna.click("text=Send round")
    sign(anna, address, "reviewed")
    # 6 the sponsor's reviewer finds it waiting, and approves
    peter = signed_in(browser, site, PETER)
    expect(peter.locator("#signatures-heading ~ ul")).to_contain_text("LUMEN-3 weekly operational call")
    sign(peter, address, "approved by signature")
    expect(peter.locator(".head .badge").first).to_have_text("approved")
    assert peter.locator(".signature").count() == 2
    assert anna.errors == peter.errors == []
    anna.context.close()
    peter.context.close()
    return address


def sign(page: Page, address: str, meaning: str) -> None:
    page.goto(f"{address}/sign")
    page.fill("[name=password]", "not the password")
    page.click("form.sheet button.primary")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("[name=password]", PASSWORD)
    picture(page, f"sign-{meaning.split()[0]}")
    page.click("form.sheet button.primary")
    expect(page.locator("[role=status]")).to_have_text("You have signed this version.")
    expect(page.locator(".signature").last).to_contain_text(meaning)


def test_an_inspector_reads_who_did_what_and_verifies_that_nothing_was_altered(
    browser: Browser, site: Site, meeting: str
) -> None:
    ines = signed_in(browser, site, INES)
    ines.goto(f"/audit?kind=action&record={meeting.rpartition('/')[2]}/a1")
    row = ines.locator("tr", has_text=SAID)
    expect(row.first).to_contain_text(ANNA)
    ines.click("text=Verify the trail")
    expect(ines.locator("[role=status]")).to_contain_text("The trail is whole")
    picture(ines, "audit")
    ines.goto(meeting)
    assert ines.locator("#minutes form").count() == 0, "an inspector changes nothing"
    assert ines.request.get("/meetings/new").status == 403
    ines.context.close()


def test_a_second_user_without_rights_gets_nowhere(browser: Browser, site: Site, meeting: str) -> None:
    zoe = signed_in(browser, site, ZOE)
    zoe.goto("/meetings?q=consent")
    expect(zoe.locator("main")).to_contain_text("Nothing fits this search")
    for path in ("", "/versions", "/recording", "/documents/2.pdf", "/distribution"):
        assert zoe.request.get(meeting + path).status == 404, path
    csrf = zoe.locator("[name=csrf]").first.get_attribute("value") or ""
    given = {"csrf": csrf, "do": "reject", "version": "1", "reason": "because"}
    assert zoe.request.post(f"{meeting}/items/a1", form=given).status == 404
    for path in ("/audit", "/administration/users", "/administration/connections"):
        assert zoe.request.get(path).status == 403, path
    zoe.goto("/audit")
    picture(zoe, "refused")
    zoe.context.close()


def test_of_two_editors_the_second_is_told(browser: Browser, site: Site, meeting: str) -> None:
    anna = signed_in(browser, site, ANNA)
    anna.goto(meeting)
    stale = anna.locator("#add [name=version]").get_attribute("value")
    csrf = anna.locator("[name=csrf]").first.get_attribute("value") or ""
    address = f"{meeting}/items/a2"
    change = {"csrf": csrf, "do": "accept", "version": stale or "", "reason": "as discussed"}
    assert anna.request.post(address, form=change).ok
    late = anna.request.post(address, form=change, headers={"referer": f"{site.address}{meeting}"})
    assert late.status == 412
    assert "Somebody else has edited this" in late.text()
    assert f'href="{meeting}"' in late.text()
    anna.context.close()


THREAD = message_id(Channel("conduct", "slack", "C0AGREED", STUDY, (), "", datetime(2026, 1, 1, tzinfo=UTC)), "1.0")


def pages(meeting: str) -> list[tuple[str, str, str]]:
    """Return name, reader and address of each page."""
    return [
        ("home", ANNA, "/"),
        ("meetings", ANNA, "/meetings"),
        ("ask", ANNA, "/ask?question=what+did+we+decide+on+the+interim+analysis"),
        ("upload", ANNA, "/meetings/new"),
        ("minutes", ANNA, meeting),
        ("speakers", ANNA, f"{meeting}/speakers"),
        ("versions", ANNA, f"{meeting}/versions"),
        ("languages", ANNA, f"{meeting}/languages"),
        ("spanish", ANNA, f"{meeting}/languages/es"),
        ("distribution", ANNA, f"{meeting}/distribution"),
        ("actions", ANNA, "/actions"),
        ("sync", ANNA, "/sync"),
        ("reconciliation", ANNA, "/sync/reconciliation"),
        ("action", ANNA, f"{meeting.replace('meetings', 'actions')}/a1"),
        ("copies", ANNA, f"{meeting}/versions/2/copies"),
        ("communications", ANNA, "/communications"),
        ("thread", ANNA, f"/communications/{THREAD}"),
        ("rules", ANNA, "/rules"),
        ("rule", ANNA, f"/rules/{STUDY}"),
        ("runs", ADA, "/sync/runs"),
        ("identities", ANNA, "/sync/identities"),
        ("pair", ANNA, f"/sync/identities/{pair_id('s1', 's2')}"),
        ("record", ANNA, "/sync/records/s1"),
        ("agreement", ANNA, "/sync/agreements/a1"),
        ("conflict", ANNA, "/sync/conflicts/d1"),
        ("account", ANNA, "/account"),
        ("second-factor", ANNA, "/account/second-factor"),
        ("letter", ADA, "/sync/letters/l1"),
        ("trail", ADA, "/audit"),
        ("reviews", ADA, "/audit/reviews"),
        ("users", ADA, "/administration/users"),
        ("access-review", ADA, "/administration/access-review"),
        ("training", ADA, "/administration/training"),
        ("connections", ADA, "/administration/connections"),
        ("models", ADA, "/administration/models"),
        ("retention", ADA, "/administration/retention"),
        ("personal", ADA, "/administration/personal"),
        ("personal-request", ADA, "/administration/personal/w1"),
        ("plan", ANNA, f"/governance?study={STUDY}"),
        ("notices", ANNA, f"/governance/notices?study={STUDY}"),
        ("figures", ANNA, f"/governance/figures?study={STUDY}"),
        ("regulators", ANNA, "/governance/regulators"),
        ("register", ANNA, f"/oversight?study={STUDY}"),
        ("incidents", ANNA, "/oversight/incidents"),
        ("incident", ANNA, "/oversight/incidents/i1"),
        ("releases", ADA, f"/oversight/studies?study={STUDY}"),
        ("nothing-here", ADA, "/nowhere"),
    ]


def test_each_page_keeps_the_rules_of_accessibility_and_its_weight(browser: Browser, site: Site, meeting: str) -> None:
    rules = AXE.read_text(encoding="utf-8")
    readers = {who: signed_in(browser, site, who) for who in (ANNA, ADA)}
    made = readers[ANNA]
    made.goto(f"{meeting}/languages")
    made.select_option("#locale", "es")
    made.click("button:text-is('Translate')")
    reject_one(made, meeting)
    found: list[str] = []
    for name, who, address in pages(meeting):
        page = readers[who]
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if name == "nothing-here" else 200), name
        found += [f"{name}: {one}" for one in serious(page, rules)]
        picture(page, name)
        page.set_viewport_size({"width": 1024, "height": 800})
        found += [f"{name}: {one} is cut off" for one in page.evaluate(CUT_OFF)]
        page.set_viewport_size({"width": 1280, "height": 720})
        assert len(answer.body()) + len(made.request.get("/static/hub.css").body()) < LIMIT, name
    assert not found
    for page in readers.values():
        assert page.errors == []
        page.context.close()


def reject_one(page: Page, meeting: str) -> None:
    page.goto(meeting)
    item = page.locator("#minutes li.item:not(.rejected)").last
    item.locator("summary:text-is('Reject')").click()
    item.locator("details[open] input[name=reason]").fill("said in jest")
    item.locator("button.danger").click()
    expect(page.locator("#minutes li.item.rejected").first).to_be_visible()


CUT_OFF = """() => [...document.querySelectorAll('.sheet.tight')].flatMap((sheet) => {
  const end = sheet.getBoundingClientRect();
  return [...sheet.querySelectorAll('td, tbody th, button')].filter((one) => {
    const own = one.getBoundingClientRect();
    return own.width && !one.closest('.scroll') && (own.right > end.right + 2 || own.left < end.left - 2);
  }).map((one) => `${one.tagName} ${one.textContent.trim().slice(0, 30)}`).slice(0, 3);
})"""
"""What a sheet hides beyond its edge, where nobody reaches it."""


def serious(page: Page, rules: str) -> list[str]:
    """Return what axe finds on a page that keeps somebody from using it."""
    page.evaluate(rules)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} {json.dumps([node['target'] for node in one['nodes']][:3])}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    ("name", "locale", "how"),
    [
        ("dark", "en", {"color_scheme": "dark"}),
        ("telephone", "en", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
        ("arabic", "ar", {}),
    ],
)
def test_pages_in_the_dark_on_a_telephone_and_from_right_to_left(
    browser: Browser, site: Site, meeting: str, name: str, locale: str, how: dict[str, object]
) -> None:
    page = signed_in(browser, site, PETER, **how)
    speak(page, locale)
    looked_at = {"home": "/", "meetings": "/meetings", "rule": f"/rules/{STUDY}", "minutes": meeting}
    for place, address in (looked_at | {"actions": "/actions", "plan": "/governance"}).items():
        page.goto(address)
        picture(page, f"{name}-{place}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{place} is wider than the screen"
    assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar" else "ltr")
    if name == "telephone":
        opens_its_menu(page)
    serious_ones = serious(page, AXE.read_text(encoding="utf-8"))
    speak(page, "en")
    page.context.close()
    assert not serious_ones


def opens_its_menu(page: Page) -> None:
    """Open the parts of the hub by keyboard: they lie over the page, which does not move, and take no room before."""
    page.goto("/")
    before = page.locator("main h1").bounding_box()
    assert before
    assert before["y"] < 130
    page.locator(".menu summary").press("Enter")
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Meetings")).to_be_visible()
    assert page.locator("main h1").bounding_box() == before
    picture(page, "telephone-menu")


def speak(page: Page, locale: str) -> None:
    csrf = page.locator("[name=csrf]").first.get_attribute("value") or ""
    assert page.request.post("/account", form={"csrf": csrf, "locale": locale, "timezone": "Asia/Riyadh"}).ok


def test_an_upload_that_broke_off_goes_on_where_it_stopped(browser: Browser, site: Site, tmp_path: Path) -> None:
    page = signed_in(browser, site, ANNA)
    page.goto("/meetings/new")
    file = tmp_path / "long.vtt"
    file.write_text("WEBVTT\n\n00:00.000 --> 00:04.000\n<v Anna Weber>I will send it.\n" + "\n" * (5 << 20))
    page.set_input_files("#file", file)
    expect(page.locator("#title")).to_have_value("long")
    page.fill("#study", STUDY)
    page.check("[name=consent]")
    pieces: list[str] = []

    def cut(route: Route) -> None:
        pieces.append(route.request.headers["content-range"])
        if len(pieces) == 2:
            route.abort()
        else:
            route.continue_()

    page.route(
        "**/meetings/uploads/*", lambda route: cut(route) if route.request.method == "PUT" else route.continue_()
    )
    page.click("form.sheet button.primary")
    expect(page.locator("#progress output")).to_contain_text("broken off")
    page.click("form.sheet button.primary")
    page.wait_for_url("**/meetings/m-*")
    assert [one.split("-")[0] for one in pieces] == ["bytes 0", "bytes 4194304", "bytes 4194304"]
    page.context.close()


def test_a_long_transcript_comes_in_parts_and_its_page_stays_light(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    spoken = [
        {
            "id": f"s{n}",
            "speaker": "Anna Weber",
            "start": n * 6.0,
            "end": n * 6.0 + 6,
            "text": "We went through it. " * 8,
        }
        for n in range(400)
    ]
    spoken[390]["text"] = "I will send the delegation log to the site by Friday."
    file = tmp_path / "long.json"
    file.write_text(json.dumps({"meeting": {"id": "x", "title": "x", "participants": []}, "segments": spoken}))
    page = signed_in(browser, site, ANNA)
    page.goto("/meetings/new")
    page.set_input_files("#file", file)
    page.fill("#study", STUDY)
    page.check("[name=consent]")
    page.click("form.sheet button.primary")
    page.wait_for_selector("#minutes", timeout=60_000)
    assert page.locator("#said li").count() == 120
    assert page.locator("#parts a").count() == 4
    assert len(page.request.get(page.url).body()) < LIMIT
    page.goto(f"{page.url.partition('?')[0]}?part=4")
    expect(page.locator("#s390")).to_contain_text("delegation log")
    page.context.close()


def test_without_script_the_forms_do_it_all(browser: Browser, site: Site, tmp_path: Path) -> None:
    spoken = [{"id": "s1", "speaker": "Anna Weber", "start": 0, "end": 5, "text": "I will send the form by Friday."}]
    file = tmp_path / "call.json"
    file.write_text(json.dumps({"meeting": {"id": "x", "title": "x", "participants": []}, "segments": spoken}))
    page = signed_in(browser, site, ANNA, java_script_enabled=False)
    page.goto("/meetings/new")
    page.set_input_files("#file", file)
    page.fill("#title", "A short call")
    page.fill("#study", STUDY)
    page.fill("#participants", "Anna Weber, , , anna@meridian.example")
    page.check("[name=consent]")
    page.click("form.sheet button.primary")
    for _ in range(60):
        if page.locator("#minutes").count():
            break
        page.wait_for_timeout(300)
        page.reload()
    page.fill("#first", "s1")
    page.fill("#last", "s1")
    page.fill("#add-text", "The form is to be sent.")
    page.click("#add button")
    expect(page.locator("[role=status]").first).to_have_text("It was added.")
    assert re.search(r"added by a person", page.content())
    page.context.close()


def test_a_session_elsewhere_is_listed_and_ended(browser: Browser, site: Site) -> None:
    here, there = signed_in(browser, site, INES), signed_in(browser, site, INES)
    here.goto("/account")
    rows = here.locator("form[action='/account/sessions'] button:text-is('End')")
    expect(here.locator("main")).to_contain_text("This one")
    before = rows.count()
    here.click("button:text-is('End all others')")
    expect(here.locator("[role=status]")).to_have_text("It was ended.")
    expect(rows).to_have_count(0)
    assert before >= 1
    there.goto("/account")
    assert there.url.startswith(f"{site.address}/sign-in"), "the other browser is signed out"
    for page in (here, there):
        page.context.close()


def test_a_second_factor_is_set_up_and_asked_for_at_the_next_sign_in(browser: Browser, site: Site) -> None:
    person(site.hub, "otto@meridian.example", granted(Role.REVIEWER, CRO), name="Otto Lang")
    page = signed_in(browser, site, "otto@meridian.example")
    page.goto("/account")
    page.click("a:text-is('Set up')")
    page.fill("#password", PASSWORD)
    page.click("button:text-is('Continue')")
    expect(page.locator("img.qr")).to_be_visible()
    page.click("summary:text-is('The key as text')")
    picture(page, "second-factor-key")
    now = authenticator(page.locator("details .code").inner_text(), lambda: datetime.now(UTC))
    page.fill("#code", "no code")
    page.click("button:text-is('Turn on')")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("#code", now())
    page.click("button:text-is('Turn on')")
    expect(page.locator("[role=status]")).to_contain_text("The second factor is on.")
    spare = page.locator(".secrets li").first.inner_text()
    page.context.close()
    again = browser.new_context(base_url=site.address).new_page()
    again.goto("/sign-in")
    again.fill("#email", "otto@meridian.example")
    again.fill("#password", PASSWORD)
    again.click("button.primary")
    again.fill("#code", spare)
    again.click("button.primary")
    again.wait_for_url(f"{site.address}/")
    again.context.close()
