"""Who acts on what has changed since they looked is told so (412): by the API on every change, by every page."""

from datetime import date

import pytest

from hub.domain.approvals import Remark, RemarkKind
from hub.domain.board import BoardAction
from hub.domain.distribution import Dispatch, DispatchState, Recipient
from hub.domain.identity import pair_id
from hub.domain.localized import LocalizedCopy
from hub.domain.people import EVERY, Role
from hub.domain.releases import Release
from hub.domain.retention import Destruction, Hold, RecordClass, StudyDestruction
from hub.domain.training import Qualification, QualificationKind
from hub.domain.versions import Version
from hub.services.review.retention import key_of
from tests.integration.test_each_link_and_button import SEEN, crawled, presses
from tests.pages_kit import filled
from tests.people import as_, granted, person, quick_hub, served
from tests.world import STUDY

API = "/api/v1"
ALL, ZOE = "all@everywhere.example", "zoe@other.example"
UNCONDITIONAL = {
    "DELETE /session": "signs out who asks, whatever stands",
    "POST /me/password": "one's own, proved by the password that is replaced",
    "POST /me/second-factor/confirm": "one's own, proved by a code of the factor that was begun",
    "POST /me/second-factor/remove": "one's own, proved anew",
    "DELETE /me/sessions/{id}": "what goes never changes: it is there, or 404",
    "DELETE /me/tokens/{id}": "what goes never changes: it is there, or 404",
    "DELETE /me/voice": "forgets whatever was learned of who asks",
    "DELETE /users/{id}/grants/{grant}": "what goes never changes: it is there, or 404",
    "DELETE /users/{id}/sessions": "ends whatever there is",
    "PUT /uploads/{upload_id}": "its Content-Range says what stands",
    "DELETE /uploads/{upload_id}": "of its sender alone",
}
"""Changes that take no If-Match, each with the reason."""
BELOW = {
    "hold_id": "h1", "dispatch_id": "dp1", "remark_id": "rm1", "release_id": "rl1", "qualification": "q1",
    "record_class": "recording", "number": "1", "locale": "de", "segment": "s1", "step": "pause",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(tmp_path_factory.mktemp("old") / "home"))
        hub = quick_hub()
        known = _more(hub, filled(hub))
        duties = [granted(one, EVERY, unblinded=True) for one in Role if one is not Role.INSPECTOR]
        person(hub, ALL, *duties, name="Ada Byron")
        with served(hub) as one:
            one.known = known
            yield as_(one, ALL)


def _more(hub, cards):
    """Put in one of each thing with steps that is not there yet; return how paths name what there is."""
    at, user = hub.clock(), hub.desk.accounts.named(email="one@meridian.example").user
    _, under_way, approved = cards
    gone, asked = RecordClass.RECORDING, ("x", "a@b.example", at)
    with hub.room.shelf.writing() as unit:
        minutes = unit.get(Version, approved, 1).draft.minutes
        for one in (
            Hold("h1", STUDY, "", *asked),
            Hold("h2", "", approved, *asked),
            Destruction(key_of(approved, gone), approved, gone, *asked),
            StudyDestruction("sd1", STUDY, RecordClass.RECORDS, at, *asked),
            Dispatch("dp1", approved, 1, Recipient("a@b.example"), "a@b", at, DispatchState.FAILED),
            Remark("rm1", under_way, 1, RemarkKind.COMMENT, "u", "A", at, "why?"),
            Release("rl1", STUDY, "0.1", "report 1", "", "a@b", "A", "password", at),
            Qualification("q1", user.id, QualificationKind.TRAINING, "GCP", date(2026, 5, 1), None, "c 12", "a@b", at),
            LocalizedCopy(approved, 1, "de", minutes, at),
        ):
            unit.put(one)
        action = unit.several(BoardAction, meeting_id=approved)[0].item
    return {"users": user.id, "approved": approved, "under way": under_way, "action": action}


def changes(client):
    """Yield each route that changes something which is there, with what it takes."""
    for path, its in client.get(f"{API}/openapi.json").json()["paths"].items():
        for method, told in its.items():
            takes = {one["name"].lower() for one in told.get("parameters", ()) if one["in"] == "header"}
            makes = {"201", "202"} & set(told["responses"])
            if method in ("put", "patch", "delete") or (method == "post" and not makes):
                yield f"{method.upper()} {path.removeprefix(API)}", takes


def conditional(client):
    """Yield each route that takes If-Match, with its body in words of OpenAPI."""
    document = client.get(f"{API}/openapi.json").json()
    for path, its in document["paths"].items():
        for method, told in its.items():
            if any(one["name"].lower() == "if-match" for one in told.get("parameters", ())):
                body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
                yield method, path, body and example(body, document["components"]["schemas"])


def example(schema, known):
    """Return the least that *schema* takes."""
    if "$ref" in schema:
        return example(known[schema["$ref"].rpartition("/")[2]], known)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return example(schema[choice][0], known)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object" and "additionalProperties" in schema and "properties" not in schema:
        return {"Speaker 2": "Ben Okafor"}
    if kind == "object":
        told = {name: example(schema["properties"][name], known) for name in schema.get("required", ())}
        return told | ({"gone": "s2"} if "gone" in told else {})
    if kind == "array":
        return [example(schema["items"], known) for _ in range(schema.get("minItems", 0))]
    told = {"integer": schema.get("minimum", 1), "boolean": True}
    return told.get(kind, "0" * 64 if "64" in schema.get("pattern", "") else "as discussed")


def placed(path, known):
    """Return *path* as it names what there is."""
    first = path.removeprefix(API).strip("/").split("/")[0]
    ids = {
        "agreements": "a1", "conflicts": "d1", "dead-letters": "l1", "records": "r1", "register": "e1",
        "incidents": "i1", "personal-requests": "w1", "identities": pair_id("s1", "s2"), "users": known["users"],
    } | {"studies": "sd1"}  # fmt: skip
    under_way = "remark" in path or "versions" in path
    meeting = known["under way"] if under_way and "copies" not in path else known["approved"]
    named = BELOW | {"id": ids.get(first, ""), "meeting_id": meeting, "study": STUDY, "item": known["action"]}
    hold = {"hold_id": "h2"} if first == "meetings" else {}
    return path.format(**named | hold)


def test_every_change_takes_if_match_or_says_here_why_not(client):
    found = list(changes(client))
    assert {route for route, takes in found if "if-match" not in takes} == set(UNCONDITIONAL)
    assert len(found) > 50


def test_a_change_of_what_is_not_as_it_was_looked_at_is_refused_with_412(client):
    came = {}
    for method, path, body in conditional(client):
        address = placed(path, client.known)
        more = {"headers": {"If-Match": '"of yesterday"'}} | ({} if body is None else {"json": body})
        answer = client.request(method, address, **more)
        came[f"{method.upper()} {path}"] = (answer.status_code, answer.text[:200])
    assert {route: told for route, told in came.items() if told[0] != 412} == {}
    assert len(came) > 40


def steps(pages):
    """Yield a button of each kind whose form says which version of a thing it shows."""
    known = set()
    for address, answer in pages:
        if "text/html" in answer.headers["content-type"] and answer.status_code == 200:
            for one in presses(address, answer):
                fields = dict(one.fields)
                kind = (SEEN.sub("/*", one.action), fields.get("do"))
                if "shown" in fields and kind not in known:
                    known.add(kind)
                    yield one, fields


def test_a_step_from_a_page_that_shows_what_is_no_more_is_refused_and_says_so(client):
    pressed, wrong = 0, []
    for one, fields in steps(list(crawled(client))):
        for shown, refused in (('"of yesterday"', True), (fields["shown"], False)):
            if one in list(presses(one.page, client.get(one.page))) or refused:
                answer = client.post(one.action, data=fields | {"shown": shown}, follow_redirects=False)
                if (answer.status_code == 412) is not refused or answer.status_code >= 500:
                    wrong.append(f"{answer.status_code} {one.action} {fields} on {one.page}")
        pressed += 1
    assert not wrong, "\n".join(wrong)
    assert pressed >= 18


def test_who_may_not_know_of_a_thing_is_not_told_that_it_has_changed(client):
    one = client.known
    duties = [granted(role, "Other") for role in Role if role is not Role.INSPECTOR]
    person(client.app.state.hub, ZOE, *duties, organization="Other")
    as_(client, ZOE)
    came = {}
    asked = {"shown": '"of yesterday"', "reason": "seen", "do": "approve"}
    for address, more in (
        (f"/meetings/{one['under way']}/remarks/rm1", {}),
        (f"/meetings/{one['approved']}/distribution/again", {"dispatch": "dp1"}),
        ("/administration/retention/holds/h2", {}),
        ("/administration/retention/withdrawals", {"meeting": one["approved"]}),
        ("/administration/retention/study-destructions/sd1", {}),
        ("/administration/retention/destructions/decide", {"meeting": one["approved"], "record_class": "recording"}),
        ("/oversight/register/e1", {}),
        (f"/oversight/studies/{STUDY}/releases/rl1", {}),
        ("/administration/personal/w1/erase", {}),
    ):
        came[address] = client.post(address, data=asked | more, follow_redirects=False).status_code
    as_(client, ALL)
    assert {address: status for address, status in came.items() if status != 404} == {}


def test_a_thing_is_not_changed_by_the_address_of_another(client):
    old = {"headers": {"If-Match": '"of yesterday"'}, "json": {"reason": "it is over"}}
    assert client.post(f"{API}/studies/{STUDY}/holds/h2/release", **old).status_code == 404


def test_who_was_overtaken_on_a_page_is_told_in_their_words_and_shown_the_way_back(client):
    with client.app.state.hub.room.shelf.writing() as unit:
        unit.put(Hold("h3", STUDY, "", "an audit", "a@b.example", client.app.state.hub.clock()))
    page = "/administration/retention"
    [fields] = [dict(one.fields) for one in presses(page, client.get(page)) if one.action.endswith("/holds/h3")]
    told = {"data": fields, "headers": {"referer": f"http://testserver{page}"}}
    first, second = (client.post(f"{page}/holds/h3", **told) for _ in range(2))
    assert first.status_code == 200
    assert second.status_code == 412
    assert "Somebody else has edited this" in second.text
    assert f'href="{page}"' in second.text
