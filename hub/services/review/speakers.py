"""Voices get names: one renamed, or several made one; whatever was derived follows, the words stay."""

from collections.abc import Mapping
from dataclasses import replace

from hub.domain.errors import StandingError, UsageError
from hub.domain.minutes import Passage
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.transcript import Transcript
from hub.domain.versions import GROUPS, Draft, KeptTranscript, WorkingDraft, with_items
from hub.services.review.editing import need_reason, note_changes, transcript_of
from hub.services.review.room import Room, fresh, seen, working

_LONGEST = 200


def transcript(room: Room, principal: Principal, meeting_id: str) -> KeptTranscript:
    """Return the transcript with the names as they stand. MissingError where there is none yet."""
    seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        return transcript_of(unit, meeting_id)


def name_speakers(
    room: Room, principal: Principal, meeting_id: str, names: Mapping[str, str], *, revision: int, reason: str = ""
) -> KeptTranscript:
    """Give speakers other names: *names* maps each to its new one; two that get the same name become one voice.

    The speakers of segments and passages, and the owners of items, follow in the transcript and in the working
    draft; versions stay as they were. StaleError where *revision* (of the transcript) is outdated; UsageError for a
    speaker who does not speak, and without a *reason* once these minutes were sent round (ICH E6(R3) 4.2.2).
    """
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        before = transcript_of(work.unit, meeting_id)
        fresh(revision, before.revision, "the transcript")
        wanted = _checked(before.transcript, names)
        need_reason(work.unit, meeting_id, reason)
        after = replace(before, revision=before.revision + 1, transcript=_renamed(before.transcript, wanted))
        for old, new in wanted.items():
            work.note("transcript", "speaker", old, new, reason=reason)
        work.unit.put(after)
        draft = work.unit.get(WorkingDraft, meeting_id)
        if draft is not None:
            made = _draft_renamed(draft.draft, wanted)
            note_changes(work, draft.draft, made, reason=reason or "a speaker was named")
            changed = made != draft.draft
            work.unit.put(replace(draft, draft=made, revision=draft.revision + 1, open=draft.open or changed))
        return after


def name_segment(
    room: Room, principal: Principal, meeting_id: str, segment: str, name: str, *, revision: int, reason: str = ""
) -> KeptTranscript:
    """Say who speaks in one segment, where the machine took it for another; minutes that say nothing else stay.

    UsageError without a *reason* once these minutes were sent round (ICH E6(R3) 4.2.2). Who speaks there already stays,
    and nothing is noted.
    """
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        before = transcript_of(work.unit, meeting_id)
        fresh(revision, before.revision, "the transcript")
        one = next((one for one in before.transcript.segments if one.id == segment), None)
        if one is None:
            raise UsageError(f"{segment}: the transcript has no such segment")
        named = _name(name)
        if named == one.speaker:
            return before
        need_reason(work.unit, meeting_id, reason)
        segments = tuple(replace(s, speaker=named) if s.id == segment else s for s in before.transcript.segments)
        spoken = replace(before.transcript, segments=segments)
        after = replace(before, revision=before.revision + 1, transcript=spoken)
        work.note("transcript", "speaker", one.speaker, named, of=segment, reason=reason)
        work.unit.put(after)
        draft = work.unit.get(WorkingDraft, meeting_id)
        if draft is not None:
            passages = tuple(replace(p, speaker=named) if p.segment == segment else p for p in _passages(draft))
            minutes = replace(draft.draft.minutes, passages=passages, speakers=_speakers(spoken))
            made = replace(draft.draft, minutes=minutes)
            if made != draft.draft:
                work.unit.put(replace(draft, draft=made, revision=draft.revision + 1, open=True))
        return after


def _passages(draft: WorkingDraft) -> tuple[Passage, ...]:
    return draft.draft.minutes.passages


def _checked(transcript: Transcript, names: Mapping[str, str]) -> dict[str, str]:
    speakers = _speakers(transcript)
    unknown = sorted(set(names) - set(speakers))
    if unknown:
        raise UsageError(f"{', '.join(unknown)}: nobody of that name speaks in this meeting")
    wanted = {old: _name(new) for old, new in names.items() if _name(new) != old}
    if not wanted:
        raise StandingError("the speakers have these names already")
    return wanted


def _name(name: str) -> str:
    folded = " ".join(name.split())
    if not folded or len(folded) > _LONGEST:
        raise UsageError(f"a name has 1 to {_LONGEST} characters")
    return folded


def _speakers(transcript: Transcript) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.speaker for one in transcript.segments if one.speaker))


def _renamed(transcript: Transcript, names: Mapping[str, str]) -> Transcript:
    segments = tuple(
        replace(one, speaker=names.get(one.speaker, one.speaker)) if one.speaker else one for one in transcript.segments
    )
    return replace(transcript, segments=segments)


def _draft_renamed(draft: Draft, names: Mapping[str, str]) -> Draft:
    minutes = draft.minutes
    for kind in ("action", "risk", "issue"):
        items = tuple(
            replace(item, owner=names.get(item.owner, item.owner)) if item.owner else item
            for item in getattr(minutes, GROUPS[kind])
        )
        minutes = with_items(minutes, kind, items)
    passages = tuple(
        replace(one, speaker=names.get(one.speaker, one.speaker)) if one.speaker else one for one in minutes.passages
    )
    speakers = tuple(dict.fromkeys(names.get(one, one) for one in minutes.speakers))
    return replace(draft, minutes=replace(minutes, passages=passages, speakers=speakers))
