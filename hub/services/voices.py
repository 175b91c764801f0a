"""Voices of people who agreed: consent, what is learned, and whom a meeting's voices are proposed for.

Voices are compared only where a person of the meeting's roster agreed, and only the voices of those who did are kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.audio import Pcm
from hub.domain.audit import Entry
from hub.domain.errors import MissingError, RejectedError, StandingError, UsageError
from hub.domain.meeting import Participant
from hub.domain.people import User
from hub.domain.transcript import Segment, Transcript
from hub.domain.voices import LEAST_S, VoiceProfile, VoiceSample, proposed
from hub.ports import Accounts, Clock
from hub.ports.voices import Spans, VoicePrinter, VoiceProfiles
from hub.services.review.room import entry

_LONGEST = 400
VOICE = "voice"
"""The kind of its lines in the trail, which never hold a vector."""


@dataclass(frozen=True, slots=True)
class Voices:
    """All that knowing voices needs; *printer* is made when it is first asked for."""

    profiles: VoiceProfiles
    accounts: Accounts
    printer: Callable[[], VoicePrinter]
    clock: Clock
    new_id: Callable[[], str]

    def entry(self, user: User, what: str, *, by: str, old: Any = None, new: Any = None, reason: str = "") -> Entry:
        """Return a line of the trail."""
        return entry(by, self.clock(), VOICE, user.id, what, old, new, reason)


def agree(voices: Voices, user: User, *, by: str, how: str) -> VoiceProfile:
    """Record that *user* agreed; nothing is learned by that. StandingError where they have agreed already."""
    if not how.strip() or len(how) > _LONGEST:
        raise UsageError("say how the person agreed")
    made = VoiceProfile(user.id, voices.clock(), by, how.strip())
    voices.profiles.agree(made, audit=[voices.entry(user, "agreed", by=by, new={"how": made.how})])
    return made


def forget(voices: Voices, user: User, *, by: str, reason: str = "") -> None:
    """Delete the consent and all that was learned. MissingError where there is none."""
    known = voices.profiles.profile(user.id)
    if known is None:
        raise MissingError(f"no voice is known of {user.email}")
    old = {"agreed_at": known.agreed_at.isoformat(), "learned from": [one.meeting_id for one in known.samples]}
    voices.profiles.forget(user.id, audit=[voices.entry(user, "forgotten", by=by, old=old, reason=reason)])


def learn(voices: Voices, user: User, meeting_id: str, spans: Spans, pcm: Pcm) -> VoiceSample:
    """Keep the voice of *user* from the stretches in which they speak alone.

    RejectedError where these hold less than five seconds of it, StandingError unless the person agrees.
    """
    if voices.profiles.profile(user.id) is None:
        raise StandingError(f"{user.email}: has not agreed that their voice is known")
    printer = voices.printer()
    heard = printer.prints(pcm, {user.id: spans}).get(user.id)
    if heard is None or heard.seconds < LEAST_S:
        raise RejectedError(f"{user.email}: speaks alone for less than {LEAST_S:.0f} seconds in this meeting")
    made = VoiceSample(voices.new_id(), user.id, meeting_id, heard, printer.fingerprint, voices.clock())
    told = {"meeting": meeting_id, "seconds": heard.seconds, "made_by": made.made_by}
    voices.profiles.learn(made, audit=[voices.entry(user, "learned", by=user.email, new=told)])
    return made


def propose(voices: Voices, transcript: Transcript, pcm: Callable[[], Pcm]) -> Transcript:
    """Return the transcript with the names that its unnamed voices may carry, for a person to confirm.

    Only people of the roster who agreed are proposed, and nobody whom another voice carries already. Where none of
    them is unnamed no voice is looked at.
    """
    unnamed = alone_in(transcript.segments, _unnamed(transcript))
    spoken = {one.speaker for one in transcript.segments}
    wanted = {name: profile for name, profile in _agreed(voices, transcript).items() if name not in spoken}
    if not unnamed or not wanted:
        return transcript
    printer = voices.printer()
    known = {name: vector for name, one in wanted.items() if (vector := one.vector(printer.fingerprint))}
    if not known:
        return transcript
    found = proposed(printer.prints(pcm(), unnamed), known)
    coverage = replace(transcript.coverage, proposed_speakers=found)
    return replace(transcript, coverage=coverage, models=transcript.models | {"voices": printer.fingerprint})


def is_named(user: User, name: str | None, participants: Iterable[Participant]) -> bool:
    """Tell whether *name* is what *user* is called in a meeting."""
    return name is not None and name in {user.name, *(one.name for one in participants if _is(user, one))}


def alone_in(segments: Iterable[Segment], labels: Iterable[str]) -> dict[str, list[tuple[float, float]]]:
    """Return for each label the stretches in which it speaks and nobody else does."""
    spans: dict[str, list[tuple[float, float]]] = {label: [] for label in labels}
    for one in segments:
        if one.speaker in spans and not one.overlap:
            spans[one.speaker].append((one.start, one.end))
    return {label: own for label, own in spans.items() if own}


def _unnamed(transcript: Transcript) -> set[str]:
    named = {one.name for one in transcript.meeting.participants}
    return {one.speaker for one in transcript.segments if one.speaker and one.speaker not in named}


def _agreed(voices: Voices, transcript: Transcript) -> Mapping[str, VoiceProfile]:
    """Return the profiles of the roster's people by the name that they have there; of two of one name none."""
    roster = transcript.meeting.participants
    profiles = {one.user_id: one for one in voices.profiles.profiles() if one.samples} if roster else {}
    found: dict[str, VoiceProfile] = {}
    for user_id, profile in profiles.items():
        user = voices.accounts.account(user_id).user
        there = [one.name for one in roster if _is(user, one)]
        if len(there) == 1 and user.state == "active":
            found[there[0]] = profile
    names = [one.name for one in roster]
    return {name: profile for name, profile in found.items() if names.count(name) == 1}


def _is(user: User, one: Participant) -> bool:
    """Tell whether a participant is *user*: by address, without one by name and organization."""
    if one.email:
        return one.email.casefold() == user.email.casefold()
    return one.name == user.name and one.organization in (None, "", user.organization)
