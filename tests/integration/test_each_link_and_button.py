"""Whatever a page shows to somebody may be followed and pressed, and nothing of it unblinds who is blinded."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from lxml import html

from hub.domain.people import Role
from tests.pages_kit import UNBLINDING, filled
from tests.people import PASSWORD, quick_hub, served

ASIDE = ("/sign-out", "/account/password", "/account/sessions", "/account/second-factor", "/static", "/api/")
"""What ends the session that looks, or is no page."""
SEEN = re.compile(r"/(m-[\w-]+|m\d|[0-9a-f]{12,}|[a-z]?\d+|u\d+)(?=/|$|\.)")
DIRECT = (
    "/sync/letters/l2", "/sync/conflicts/d3", "/sync/records/r3", "/meetings/m-arms", "/oversight/incidents/i2",
    "/audit?record=r3", "/audit?kind=site", "/search?q=quetzal", "/communications?q=subject", "/sync/runs",
)  # fmt: skip
"""Where what would unblind is to be found by who knows its name."""
ENTERED = {"reason": "as discussed", "email": "new@meridian.example", "password": PASSWORD}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(tmp_path_factory.mktemp("each") / "home"))
        hub = quick_hub()
        filled(hub)
        with served(hub) as one:
            yield one


@dataclass(frozen=True)
class Press:
    """One button of one form."""

    page: str
    action: str
    fields: tuple[tuple[str, str], ...]


def crawled(client, start="/"):
    """Yield each page that is reached by links, once for each kind of page, with its answer."""
    seen, waiting = set(), [start]
    while waiting:
        address = waiting.pop(0)
        kind = SEEN.sub("/*", address.partition("?")[0])
        if kind in seen or address.startswith(ASIDE):
            continue
        seen.add(kind)
        answer = client.get(address)
        yield address, answer
        if "text/html" in answer.headers["content-type"] and answer.status_code == 200:
            links = html.fromstring(answer.text).xpath("//a/@href | //form[@method='get']/@action")
            waiting += [urljoin(address, one).partition("#")[0] for one in links if "://" not in one]


def inline(answer):
    """Return what the content security policy would refuse: scripts and styles within the page."""
    page = html.fromstring(answer.text)
    handlers = page.xpath("//@*[starts-with(name(), 'on')]")
    return [*map(str, handlers), *(one.tag for one in page.xpath("//script[not(@src)] | //style | //*[@style]"))]


def presses(address, answer):
    """Yield the buttons of the forms of a page, each with what a hurried person would enter."""
    for form in html.fromstring(answer.text).xpath("//form[@method='post']"):
        action = urljoin(address, form.get("action") or address)
        if action.startswith(ASIDE) or form.xpath(".//input[@type='file']"):
            continue
        fields = tuple(_entered(form))
        for button in form.xpath(".//button"):
            named = ((button.get("name"), button.get("value") or ""),) if button.get("name") else ()
            yield Press(address, action, fields + named)


def _entered(form):
    for one in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        name, kind = one.get("name"), one.get("type", "text")
        if one.tag == "select":
            chosen = one.xpath(".//option[@selected]/@value") or one.xpath(".//option/@value")
            yield name, next((value for value in chosen if value), "")
        elif kind in ("checkbox", "radio"):
            if one.get("checked") is not None or one.get("required") is not None:
                yield name, one.get("value") or "on"
        elif kind == "submit":
            continue
        else:
            value = one.text if one.tag == "textarea" else one.get("value")
            yield name, value or ENTERED.get(name) or _of(kind)


def _of(kind):
    return {"number": "3", "date": "2026-07-01", "datetime-local": "2026-07-01T10:00", "email": "x@y.example"}.get(
        kind, "as discussed"
    )


@pytest.mark.parametrize("role", list(Role))
def test_every_link_and_button_shown_to_a_role_is_open_to_it(client, role):
    client.cookies.clear()
    assert client.post("/sign-in", data={"email": f"{role}@each.example", "password": PASSWORD}).status_code < 400
    bad, buttons, pages = list[str](), dict[tuple[str, str, tuple[str, ...]], Press](), 0
    for address, answer in crawled(client):
        pages += 1
        if UNBLINDING in answer.text:
            bad.append(f"unblinds {address}")
        if answer.status_code >= 400:
            bad.append(f"{answer.status_code} {address}")
        elif "text/html" in answer.headers["content-type"] and "content-disposition" not in answer.headers:
            bad += [f"{one} on {address}" for one in inline(answer)]
            for one in presses(address, answer):
                do = tuple(value for name, value in one.fields if name == "do")
                buttons.setdefault((SEEN.sub("/*", one.page), SEEN.sub("/*", one.action), do), one)
    bad += [f"unblinds {one}" for one in DIRECT if UNBLINDING in client.get(one).text]
    for one in buttons.values():
        answer = client.post(one.action, data=dict(one.fields), headers={"referer": f"http://testserver{one.page}"},
                             follow_redirects=False)  # fmt: skip
        if answer.status_code in (403, 405) or answer.status_code >= 500:
            bad.append(f"{answer.status_code} {one.action} {dict(one.fields)} on {one.page}")
    assert not bad, "\n".join(bad)
    assert pages >= 5
