"""Minutes: edited by several, kept as versions, compared, sent out as documents."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.meeting_scopes import meeting_scope
from hub.api.minutes_forms import DraftSeen, EditsForm, ItemDiffSeen, ReasonForm, VersionListed, VersionSeen
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.domain import wire
from hub.domain.diff import compare
from hub.domain.policy import Right
from hub.domain.versions import WorkingDraft
from hub.services.review import editing, exporting, redrafting

router = APIRouter(prefix="/meetings/{meeting_id}", tags=["minutes"])
Reading = Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)]
Editing = Annotated[Asking, may(Right.MINUTES_EDIT, meeting_scope)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}


@router.get("/minutes")
def current(meeting_id: str, asking: Reading, response: Response) -> DraftSeen:
    """Show the minutes as they stand, with edits that no version holds yet."""
    return _seen(editing.current(asking.hub.room, asking.principal, meeting_id), response)


@router.post("/minutes/edits")
def edit(meeting_id: str, asking: Editing, form: EditsForm, match: Changing, response: Response) -> DraftSeen:
    """Edit the minutes: accept, correct, reject or add items, mark them, change the summary. Kept at once."""
    before = _matched(asking, meeting_id, match)
    steps = [one.step() for one in form.edits]
    after = editing.edit(
        asking.hub.room, asking.principal, meeting_id, steps, revision=before.revision, reason=form.reason
    )
    return _seen(after, response)


@router.post("/minutes/again", status_code=202, response_model=JobSeen)
def again(meeting_id: str, asking: Editing, once: Creating) -> Response:
    """Have the minutes drafted again from the transcript as it stands; what people judged or added stays."""
    hub = asking.hub

    def begin() -> JobSeen:
        return seen(redrafting.ask(hub.room, hub.jobs.submit, asking.principal, meeting_id))

    return once.answer({}, begin, status=202, location=job_address)


@router.post("/minutes/discard")
def discard(meeting_id: str, asking: Editing, form: ReasonForm, match: Changing, response: Response) -> DraftSeen:
    """Give up the edits since the last version."""
    before = _matched(asking, meeting_id, match)
    after = editing.discard(asking.hub.room, asking.principal, meeting_id, revision=before.revision, reason=form.reason)
    return _seen(after, response)


@router.get("/versions")
def versions(meeting_id: str, asking: Reading, paging: Paging) -> Page[VersionListed]:
    """List the versions of the minutes, oldest first."""
    found = editing.versions(asking.hub.room, asking.principal, meeting_id)
    return sliced(found, paging, form=VersionListed.listed, name=lambda one: str(one.number))


@router.post("/versions", status_code=201, response_model=VersionSeen)
def keep(meeting_id: str, asking: Editing, form: ReasonForm, match: Changing, once: Creating) -> Response:
    """Keep the edits as a version, which is never changed."""
    room, who = asking.hub.room, asking.principal

    def made() -> VersionSeen:
        before = _matched(asking, meeting_id, match)
        return VersionSeen.of(editing.keep_version(room, who, meeting_id, revision=before.revision, reason=form.reason))

    return once.answer(form, made)


@router.get("/versions/{number}")
def version(meeting_id: str, number: Number, asking: Reading) -> VersionSeen:
    """Show a version."""
    return VersionSeen.of(editing.version(asking.hub.room, asking.principal, meeting_id, number))


@router.get("/versions/{number}/differences")
def differences(
    meeting_id: str,
    number: Number,
    asking: Reading,
    since: Annotated[int, Query(ge=1, le=1_000_000, description="The version it is compared with")],
) -> list[ItemDiffSeen]:
    """Show what differs from another version, by word."""
    room, principal = asking.hub.room, asking.principal
    before = editing.version(room, principal, meeting_id, since)
    after = editing.version(room, principal, meeting_id, number)
    return [ItemDiffSeen.model_validate(wire.plain(one)) for one in compare(before.draft, after.draft)]


@router.get(
    "/versions/{number}/document",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}},
)
def document(
    meeting_id: str,
    number: Number,
    asking: Reading,
    format: Annotated[str, Query(pattern="^(md|html|docx|pdf|json)$")] = "pdf",
    locale: Annotated[str, Query(pattern="^[a-zA-Z-]{2,20}$")] = "en",
) -> Response:
    """Give a version as a document, with its signatures; a PDF is sealed."""
    hub = asking.hub
    made = exporting.export(hub.room, hub.press, asking.principal, meeting_id, number, format=format, locale=locale)
    name = f"minutes-v{number}.{locale}.{format}"
    return Response(made, media_type=MEDIA[format], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _matched(asking: Asking, meeting_id: str, match: Changing) -> WorkingDraft:
    before = editing.current(asking.hub.room, asking.principal, meeting_id)
    match.check(_tag(before))
    return before


def _seen(draft: WorkingDraft, response: Response) -> DraftSeen:
    etags.put(response, _tag(draft))
    return DraftSeen.of(draft)


def _tag(draft: WorkingDraft) -> tuple[str, int]:
    return draft.meeting_id, draft.revision
