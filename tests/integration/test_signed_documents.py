"""Signed minutes as documents: who signed stands in each format, and a PDF shows whether it was altered."""

import io
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from hub.domain.approvals import Meaning
from hub.domain.errors import MissingError, RejectedError, UnknownError
from hub.domain.people import Grant, Principal, Role
from hub.ports.review import Proof
from hub.services.review.approving import sign, submit
from hub.services.review.editing import version
from hub.services.review.exporting import check, export
from tests.people import PASSWORD, person, quick_hub
from tests.review_kit import CARA, INSPECTOR, STRANGER, STUDY, drafted


@pytest.fixture
def here(home):
    del home
    hub = quick_hub()
    yield hub
    hub.close()


def account(hub, email: str, name: str, role: Role, organization: str) -> Principal:
    grant = Grant(role, organization, study=STUDY)
    user = person(hub, email, grant, organization=organization, name=name)
    return Principal(user, (grant,), session=f"session of {name}")


@pytest.fixture
def approved(here):
    """A meeting whose first version two people have signed with their passwords."""
    meeting = drafted(here.room).meeting_id
    sha256 = submit_and_hash(here, meeting)
    ben = account(here, "ben@asterion.test", "Ben Okafor", Role.REVIEWER, "Asterion")
    anna = account(here, "anna@meridian.test", "Anna Weber", Role.PROJECT_MANAGER, "Meridian")
    for who, meaning in ((ben, Meaning.REVIEW), (anna, Meaning.APPROVAL)):
        with pytest.raises(UnknownError):
            sign(here.room, here.reauthentication, who, meeting, 1, sha256=sha256, meaning=meaning, proof=Proof("no"))
        sign(here.room, here.reauthentication, who, meeting, 1, sha256=sha256, meaning=meaning, proof=Proof(PASSWORD))
    return meeting


def submit_and_hash(here, meeting: str) -> str:
    submit(here.room, CARA, meeting, 1)
    return version(here.room, CARA, meeting, 1).sha256


def made(here, meeting: str, format: str, locale: str = "en") -> bytes:
    return export(here.room, here.press, INSPECTOR, meeting, 1, format=format, locale=locale)


def checked(here, file: bytes):
    return check(here.room, file, verify=here.audit.signed, key=here.audit.public_key())


@pytest.mark.parametrize("format", ["md", "html", "json", "docx"])
def test_signatures_stand_in_every_export(here, approved, format):
    document = made(here, approved, format)
    if format == "docx":
        document = ZipFile(io.BytesIO(document)).read("word/document.xml")
    shown = document.decode()
    for part in ("Ben Okafor", "Anna Weber", "review", "approval", "SHA-256" if format != "json" else "sha256"):
        assert part in shown
    assert "UTC" in shown or format == "json"


def test_a_pdf_is_whole_and_every_change_of_it_is_named(here, approved, home, hub):
    file = made(here, approved, "pdf")
    text_of = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file), strict=True).pages)
    assert "Ben Okafor" in text_of
    found = checked(here, file)
    assert (found.differs, found.meeting, found.version) == ((), approved, 1)
    assert [one.split(" (")[0] for one in found.by] == ["Ben Okafor", "Anna Weber"]
    place = file.index(b"stream")
    assert checked(here, file[:place] + b"X" + file[place + 1 :]).differs == (
        "the document's bytes are not those that were sealed",
    )
    forged = file.replace(b'"name":"Ben Okafor"', b'"name":"Max Okafor"')
    assert "the manifest is not the one that was signed" in checked(here, forged).differs
    assert "the hub keeps no signature of Max Okafor (review)" in checked(here, forged).differs
    with pytest.raises(RejectedError, match="no manifest"):
        checked(here, file.replace(b"%liaison-hub-manifest", b"%nothing"))
    _command_says_the_same(home, hub, file)


def _command_says_the_same(home, hub, file: bytes) -> None:
    whole, broken = home / "minutes.pdf", home / "altered.pdf"
    whole.write_bytes(file)
    broken.write_bytes(file.replace(b"%PDF-1.", b"%PDF-2.", 1))
    said = hub("audit", "verify", whole)
    assert (said.returncode, said.stdout.split(":")[0]) == (0, "as it was made"), said.stderr
    said = hub("audit", "verify", broken)
    assert (said.returncode, said.stdout.split(":")[0]) == (1, "DIFFERS"), said.stderr


def test_a_version_that_was_altered_in_the_database_does_not_fit_its_pdf(here, approved):
    file = made(here, approved, "pdf")
    with here._engine.begin() as connection:
        connection.execute(text("DROP TRIGGER versions_no_update"))
        changed = "UPDATE versions SET body = replace(body, 'stays on Tuesdays', 'stays on Fridays')"
        connection.execute(text(changed))
    assert "the minutes that the hub keeps as this version are others than those that were sealed" in (
        checked(here, file).differs
    )


def test_another_hubs_seal_is_not_believed(here, approved):
    file = made(here, approved, "pdf")
    (here.settings.home / "keys" / "audit.pem").unlink()
    assert checked(here, file).differs[0] == "the manifest was signed with another key than this hub's"


def test_who_may_not_see_the_meeting_gets_no_document(here, approved):
    with pytest.raises(MissingError):
        export(here.room, here.press, STRANGER, approved, 1, format="md")
    with pytest.raises(MissingError, match="no copy in de"):
        made(here, approved, "md", "de")
