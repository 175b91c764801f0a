"""The operation checks of `hub validate`: each does in a hub apart what the product promises, and looks at it."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.bootstrap import Hub, build
from hub.domain.errors import HubError, UnknownError
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import Item, Minutes
from hub.domain.transcript import Segment, Transcript

_PASSWORD = "quiet herons along the pier"  # noqa: S105 - of an account that lives for a second
_PEOPLE = (
    Participant("Anna Weber", "CRO Project Manager", "Check CRO"),
    Participant("Ben Okafor", "Oversight Lead", "Check Sponsor"),
)
_SAID = (
    ("Anna Weber", "We have decided to close site 12 at the end of June."),
    ("Ben Okafor", "Agreed."),
    ("Anna Weber", "Ben, could you send the updated monitoring plan by 12 June?"),
    ("Ben Okafor", "Yes, I'll send the updated monitoring plan by 12 June."),
    ("Anna Weber", "Subject 1042-007 has to be called back."),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one check. *requirement* is a line of docs/validation."""

    name: str
    requirement: str
    good: bool
    found: str
    seconds: float


def run_operations(hub: Hub) -> Iterator[Outcome]:
    """Yield the outcome of each check; each runs in an empty hub of its own that has the models of *hub*."""
    for name, requirement, check in CHECKS:
        began = time.monotonic()
        try:
            with _apart(hub) as own:
                found, good = check(own), True
        except (HubError, AssertionError) as error:
            found, good = str(error) or type(error).__name__, False
        yield Outcome(name, requirement, good, found, round(time.monotonic() - began, 2))


@contextmanager
def _apart(hub: Hub) -> Iterator[Hub]:
    with tempfile.TemporaryDirectory(prefix="hub-validate-") as folder:
        settings = hub.settings.model_copy(
            update={
                "home": Path(folder),
                "models_dir": hub.settings.models,
                "database": None,
                "token_keys": None,
                "bus": "sql",
                "blobs": "folder",
                "llm_url": None,
                "otlp_endpoint": None,
            }
        )
        own = build(settings)
        try:
            yield own
        finally:
            own.close()


def _meet(hub: Hub) -> tuple[Transcript, Minutes]:
    from hub.services.drafting import draft

    meeting = Meeting("check", "Check of operation", datetime(2026, 6, 1, 9, tzinfo=UTC), "UTC", _PEOPLE)
    segments = tuple(
        Segment(f"s{number}", speaker, 10.0 * number, 10.0 * number + 8, text)
        for number, (speaker, text) in enumerate(_SAID, 1)
    )
    transcript = Transcript(meeting, "en", segments)
    return transcript, draft(transcript, extractor=hub.extractor)


def _accounts(hub: Hub) -> str:
    from hub.domain.people import User
    from hub.services.accounts import keeping
    from hub.services.accounts.signing_in import Asked, sign_in

    user = User("check", "check@cro.example", "Check Person", "Check CRO")
    keeping.create(hub.desk, user, by="hub validate", password=_PASSWORD, own=True)
    try:
        sign_in(hub.desk, hub.codes, Asked(user.email, "a wrong password, surely"))
    except UnknownError:
        pass
    else:
        raise AssertionError("a wrong password let somebody in")
    sign_in(hub.desk, hub.codes, Asked(user.email, _PASSWORD))
    return "the right password lets in, a wrong one does not"


def _trail(hub: Hub) -> str:
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    _accounts(hub)
    verdict = hub.audit.verify()
    _holds(verdict.whole and verdict.entries >= 2, f"the trail is not whole: {verdict.harm}")
    try:
        with hub.database.begin() as connection:
            connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE seq = 1"))
    except DatabaseError:
        return f"{verdict.entries} entries verify; the database refuses to change one"
    raise AssertionError("the database let an entry of the trail be changed")


def _minutes(hub: Hub) -> str:
    from hub.domain.evidence import stands

    transcript, minutes = _meet(hub)
    texts = {segment.id: segment.text for segment in transcript.segments}
    items: tuple[Item, ...] = (*minutes.decisions, *minutes.actions, *minutes.risks, *minutes.issues)
    _holds(all(stands(item.evidence, texts) for item in items), "a quote does not stand in the transcript")
    _holds(bool(minutes.decisions), "the decision was not found")
    owned = [action for action in minutes.actions if action.owner == "Ben Okafor" and action.due is not None]
    _holds(bool(owned), "the action with its owner and day was not found")
    return f"{len(items)} items, each with a quote that stands in the transcript"


def _documents(hub: Hub) -> str:
    _, minutes = _meet(hub)
    sizes = {}
    for form in ("md", "html", "docx", "pdf", "json"):
        sizes[form] = len(hub.renderer.render(minutes, locale="en", format=form))
        _holds(sizes[form] > 500, f"the {form} is empty")
    return ", ".join(f"{form} {size} bytes" for form, size in sizes.items())


def _blinding(hub: Hub) -> str:
    from hub.domain.blinding import BlindingRule

    with hub.room.shelf.writing() as unit:
        unit.put(BlindingRule("CHECK-1", ("site.colour",)))
    told = {"name": "Riverside", "treatment_arm": "B", "colour": "blue"}
    blinding = hub.blinding()
    seen = blinding.shown(told, kind="site", study="CHECK-1", unblinded=False)
    _holds(seen == {"name": "Riverside"}, "somebody blinded would see what unblinds")
    _holds(blinding.shown(told, kind="site", study="CHECK-1", unblinded=True) == told, "the unblinded see too little")
    return "treatment and what a study declares are left out for the blinded"


def _secrets(hub: Hub) -> str:
    from hub.storage.cipher import add_key, leave_newest, open_cipher

    folder = hub.settings.home / "keys" / "check.key"
    kept = open_cipher(None, folder).encrypt(b"a token")
    add_key(folder)
    _holds(b"a token" not in kept, "a secret is kept readable")
    after = open_cipher(None, folder).rotate(kept)
    leave_newest(folder)
    _holds(open_cipher(None, folder).decrypt(after) == b"a token", "a changed key lost what was kept")
    return "kept secrets are encrypted, and come through a change of the key"


def _hearing(hub: Hub) -> str:
    from hub.cli.operation_hearing import hears

    return hears(hub)


def _redaction(hub: Hub) -> str:
    from hub.domain.redaction import Audience
    from hub.services.redacting import redact

    transcript, minutes = _meet(hub)
    done = redact(transcript, minutes, redactor=hub.redactor, audience=Audience.BLINDED)
    said = " ".join(segment.text for segment in done.transcript.segments)
    _holds("1042-007" not in said, "the subject's number stands in what would leave")
    _holds("Anna Weber" in {segment.speaker for segment in done.transcript.segments}, "staff was masked")
    return f"{len(done.replacements)} identifiers replaced"


def _copies(hub: Hub) -> str:
    from hub.storage.backup.whole import back_up, restore

    _accounts(hub)
    with tempfile.TemporaryDirectory(prefix="hub-validate-") as folder:
        saved, again = Path(folder) / "saved", Path(folder) / "again"
        back_up(hub.database, hub.settings.home, hub.audit, saved, clock=hub.clock)
        other = build(hub.settings.model_copy(update={"home": again}))
        try:
            found = restore(saved, again, other.settings.database_url, lambda: (other.database, other.audit))
            _holds(other.audit.verify().whole, "the restored trail is not whole")
        finally:
            other.close()
    return f"{found.files} files, {found.rows} rows and {found.entries} entries of the trail came back whole"


def _holds(condition: bool, otherwise: str) -> None:
    if not condition:
        raise AssertionError(otherwise)


CHECKS: tuple[tuple[str, str, Callable[[Hub], str]], ...] = (
    ("Accounts let in who may", "D14, D16", _accounts),
    ("The audit trail verifies and cannot be changed", "D1, D3, D4", _trail),
    ("Minutes are drafted with evidence", "D28", _minutes),
    ("Documents are made in each form", "D5, D10", _documents),
    ("Identifiers are masked before anything leaves", "D6, D27", _redaction),
    ("Who is blinded sees no treatment", "D6", _blinding),
    ("Secrets are kept encrypted under keys that can be changed", "D18", _secrets),
    ("Speech becomes words", "D28", _hearing),
    ("A backup comes back whole", "D21", _copies),
)
