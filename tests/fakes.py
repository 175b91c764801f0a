"""Doubles of the ports, in memory: whole, small, and passing the contract suites."""

import hashlib
import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from hub.connectors.mail import message as written
from hub.connectors.mail.parsing import parsed
from hub.domain.audio import SAMPLE_RATE_HZ, Pcm, Turn
from hub.domain.audit import Entry
from hub.domain.errors import HubError, MissingError, RejectedError, StaleError, StandingError
from hub.domain.known_days import KnownDay
from hub.domain.meeting import Meeting
from hub.domain.memory import Approved, Pair, Term, same
from hub.domain.messages import Message, Received
from hub.domain.minutes import Minutes
from hub.domain.recurring import Series
from hub.domain.redaction import Finding, Identifier
from hub.domain.transcript import English, Segment, Transcript
from hub.domain.voices import Print, Vector, VoiceProfile, VoiceSample
from hub.ports import Clock, Progress
from hub.ports.events import HeldSeries
from hub.ports.mailboxes import MailPage
from hub.ports.review import Mail


class FakeStages:
    """Stage results in a dict."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], str] = {}

    def load(self, recording: str, stage: str, fingerprint: str) -> str | None:
        return self.kept.get((recording, stage, fingerprint))

    def save(self, recording: str, stage: str, fingerprint: str, result: str) -> None:
        self.kept[recording, stage, fingerprint] = result


class FakeBlobs:
    """Blobs as plain copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, source: Path) -> str:
        self.folder.mkdir(exist_ok=True)
        key = hashlib.sha256(source.read_bytes()).hexdigest()
        if not (self.folder / key).exists():
            shutil.copy(source, self.folder / key)
        return key

    def path(self, sha256: str) -> Path:
        path = self.folder / sha256
        if not path.exists():
            raise RejectedError(f"{sha256}: not here")
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise RejectedError(f"{path}: its bytes have changed")
        return path

    def names(self):
        yield from sorted(path.name for path in self.folder.glob("*"))

    def save(self, sha256: str, target: Path) -> None:
        shutil.copy(self.path(sha256), target)

    def remove(self, sha256: str) -> None:
        (self.folder / sha256).unlink(missing_ok=True)


class FakeMeetings:
    """Meetings in a dict."""

    def __init__(self) -> None:
        self.meetings: dict[str, Meeting] = {}

    def save_transcript(self, transcript: Transcript, *, recording: str | None) -> None:
        self.meetings[transcript.meeting.id] = transcript.meeting

    def save_minutes(self, minutes: Minutes) -> None:
        self.meetings[minutes.meeting.id] = minutes.meeting

    def list_meetings(self) -> list[Meeting]:
        return sorted(self.meetings.values(), key=lambda m: str(m.started_at or ""), reverse=True)


class FakeDecoder:
    """Writes a second of silence for each byte of the source."""

    fingerprint = "fake-decoder"

    def __init__(self) -> None:
        self.calls = 0

    def decode(self, source: Path, target: Path, *, channels: str, progress: Progress) -> Pcm:
        self.calls += 1
        seconds = source.stat().st_size
        target.write_bytes(bytes(seconds * SAMPLE_RATE_HZ * 2))
        return Pcm(target, 1, seconds * SAMPLE_RATE_HZ)


class FakeRecognizer:
    """Hears one fixed sentence, or does what *act* does."""

    def __init__(self, act: Callable[[], None] = lambda: None, fingerprint: str = "fake-recognizer") -> None:
        self.fingerprint = fingerprint
        self.act = act
        self.calls = 0

    def transcribe(self, pcm: Pcm, meeting: Meeting, *, language: str | None, progress: Progress) -> Transcript:
        self.calls += 1
        self.act()
        return Transcript(meeting, language or "en", (Segment("s1", None, 0.0, 2.0, "I will send the form."),))


class FakeInterpreter:
    """Hears the same English in every segment that is long enough, or does what *act* does."""

    english_fingerprint = "fake-interpreter"

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.act = act

    def into_english(self, pcm: Pcm, transcript: Transcript, *, progress: Progress) -> Transcript:
        self.act()
        heard = [
            replace(one, english=(English(one.start, one.end, "Good morning."),) if one.end - one.start >= 1.0 else ())
            for one in transcript.segments
        ]
        return replace(transcript, segments=tuple(heard))


class FakeLanguageModel:
    """`LanguageModel` that answers what is laid in *answers*, in turn; an error among them is raised."""

    fingerprint = "fake-language-model"

    def __init__(self, answers: Sequence[Any]) -> None:
        self.answers = list(answers)

    def answer(self, instructions: str, text: str, *, schema: Mapping[str, Any]) -> Any:
        del instructions, text, schema
        given = self.answers.pop(0)
        if isinstance(given, HubError):
            raise given
        return given


class FakeVoicePrinter:
    """Hears in each label the voice that it was told of, or *everybody*'s, and remembers what it was asked."""

    def __init__(self, *, everybody: Vector | None = None, **vectors: Vector) -> None:
        self.fingerprint = "voice#1"
        self.everybody, self.vectors = everybody, {name.replace("_", " "): own for name, own in vectors.items()}
        self.asked: list[dict[str, Any]] = []

    def prints(self, pcm: Pcm, spans: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, Print]:
        del pcm
        self.asked.append(dict(spans))
        seconds = {label: sum(end - start for start, end in own if end - start >= 1.0) for label, own in spans.items()}
        return {label: Print(self.everybody or self.vectors[label], heard) for label, heard in seconds.items() if heard}


class FakeDiarizer:
    """Hears one voice throughout, or does what *act* does."""

    fingerprint = "fake-diarizer"

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.act = act
        self.calls = 0

    def diarize(self, pcm: Pcm, *, progress: Progress) -> tuple[Turn, ...]:
        self.calls += 1
        self.act()
        return (Turn("Speaker 1", 0.0, pcm.duration_s),)


class FakeExtractor:
    """Gives the minutes it was made with."""

    fingerprint = "fake-extractor"

    def __init__(self, minutes: Minutes) -> None:
        self.minutes = minutes

    def extract(self, transcript: Transcript, known: Sequence[KnownDay] = ()) -> Minutes:
        return self.minutes


class FakeBus:
    """Messages in lists, partitions dealt out to the members in the order they joined."""

    def __init__(self, partitions: int = 8) -> None:
        self.partitions = partitions
        self.logs: dict[tuple[str, int], list[Message]] = {}
        self.groups: dict[tuple[str, str], list[FakeMember]] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            partition = zlib.crc32(message.key.encode()) % self.partitions
            self.logs.setdefault((message.topic, partition), []).append(message)

    def consume(self, topic: str, group: str, position: Callable[[int], int | None]) -> "FakeMember":
        member = FakeMember(self, topic, group, position)
        self.groups.setdefault((topic, group), []).append(member)
        return member

    def close(self) -> None:
        pass


class FakeMember:
    """A member of a group on a `FakeBus`."""

    def __init__(self, bus: FakeBus, topic: str, group: str, position: Callable[[int], int | None]) -> None:
        self.bus, self.topic, self.group, self.position = bus, topic, group, position
        self.next: dict[int, int] = {}
        self.paused: set[int] = set()

    def poll(self, limit: int, wait_s: float) -> Sequence[Received]:
        held = self._held()
        self.next = {p: self.next.get(p, self.position(p) or 0) for p in held}
        found: list[Received] = []
        for partition in sorted(held - self.paused):
            start = self.next[partition]
            log = self.bus.logs.get((self.topic, partition), [])[start : start + limit - len(found)]
            found += [Received(message, partition, offset) for offset, message in enumerate(log, start)]
            self.next[partition] += len(log)
        return found

    def rewind(self, partition: int, offset: int) -> None:
        if partition in self.next:
            self.next[partition] = offset

    def pause(self, partition: int) -> None:
        self.paused.add(partition)

    def resume(self, partition: int) -> None:
        self.paused.discard(partition)

    def lag(self) -> dict[int, int]:
        return {p: len(self.bus.logs.get((self.topic, p), [])) - offset for p, offset in self.next.items()}

    def close(self) -> None:
        self.bus.groups[self.topic, self.group].remove(self)

    def _held(self) -> set[int]:
        members = self.bus.groups[self.topic, self.group]
        return set(range(members.index(self), self.bus.partitions, len(members)))


class FreeLeases:
    """`Leases` that nobody else asks for."""

    def take(self, name: str, seconds: float) -> bool:
        return True

    def release(self, name: str) -> None:
        pass


class FakeTokens:
    """`Tokens` in memory, for one worker."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}

    @contextmanager
    def turn(self, name: str, seed: str) -> Iterator["FakeTurn"]:
        given, kept = self._kept.get(name, (seed, None))
        turn = FakeTurn(kept if given == seed else None)
        try:
            yield turn
        finally:
            if turn.said:
                self._kept[name] = (seed, turn.kept or "")


class FakeTurn:
    """`Turn`."""

    def __init__(self, kept: str | None) -> None:
        self.kept = kept
        self.said = False

    def keep(self, credentials: str) -> None:
        self.kept, self.said = credentials, True


class FakeRedactor:
    """Finds S- numbers, and holds back sentences that say placebo."""

    fingerprint = "fake-redactor"

    def find(
        self, texts: Sequence[str], *, staff: Sequence[str] = (), quick: bool = False
    ) -> list[tuple[Finding, ...]]:
        patterns = (
            (Identifier.SUBJECT, r"\bS-\d+"),
            (Identifier.NAME, r"\bMaria\b"),
            (Identifier.UNBLINDING, r"[^.]*placebo[^.]*\."),
        )
        return [
            tuple(
                sorted(
                    (
                        Finding(kind, match.start() + (len(match.group()) - len(match.group().lstrip())), match.end())
                        for kind, pattern in patterns
                        for match in re.finditer(pattern, text)
                        if match.group() not in staff
                    ),
                    key=lambda one: (one.start, -one.end),
                )
            )
            for text in texts
        ]


class FakeMemory:
    """Approved segments in a dict."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Pair, str, str], Approved] = {}

    def approved(self, pair: Pair, *, study: str) -> tuple[Approved, ...]:
        found = [one for (of, about, _), one in self.kept.items() if of == pair and about in (study, "")]
        return tuple(sorted(found, key=lambda one: (one.study != "", one.at), reverse=True))

    def remember(self, segments: Sequence[Approved], *, by: str, reason: str) -> int:
        changed = 0
        for one in segments:
            key = (one.pair, one.study, same(one.source))
            changed += key not in self.kept or self.kept[key].target != same(one.target)
            self.kept[key] = replace(one, source=same(one.source), target=same(one.target))
        return changed

    def forget(self, segments: Sequence[Approved], *, by: str, reason: str) -> int:
        return sum(self.kept.pop((one.pair, one.study, same(one.source)), None) is not None for one in segments)


class FakeGlossary:
    """Terms in a dict."""

    def __init__(self, terms: Sequence[Term] = ()) -> None:
        self.kept: dict[tuple[Pair, str, str], Term] = {}
        self.agree(terms, by="", reason="")

    def terms(self, pair: Pair, *, study: str) -> tuple[Term, ...]:
        listed = [one for (of, about, _), one in self.kept.items() if of == pair and about in (study, "")]
        found = {one.source.casefold(): one for one in sorted(listed, key=lambda one: one.study != "")}
        return tuple(sorted(found.values(), key=lambda one: (-len(one.source), one.source)))

    def agree(self, terms: Sequence[Term], *, by: str, reason: str) -> int:
        changed = sum(self.kept.get((one.pair, one.study, one.source)) != one for one in terms)
        self.kept |= {(one.pair, one.study, one.source): one for one in terms}
        return changed

    def withdraw(self, terms: Sequence[Term], *, by: str, reason: str) -> int:
        return sum(self.kept.pop((one.pair, one.study, one.source), None) is not None for one in terms)


class FakeMailer:
    """`Mailer` that keeps what it is given; raises what is laid in *raises*, and refuses whom it does not know."""

    def __init__(self, *, sender: str, clock: Clock) -> None:
        self.come: list[EmailMessage] = []
        self.raises: list[HubError] = []
        self.unknown: set[str] = set()
        self._sender, self._clock = sender, clock

    def send(self, mail: Mail) -> str:
        if self.raises:
            raise self.raises.pop(0)
        made = written.message(mail, sender=self._sender, at=self._clock())
        if mail.to in self.unknown:
            raise RejectedError(f"550 {mail.to}")
        self.come.append(made)
        return f"taken, Message-ID {mail.message_id}"


class FakeMailbox:
    """`Mailbox` over raw mails in memory, read two at a time; *renumbered* makes every cursor one of before."""

    def __init__(self, since: datetime, *, keep_files: bool = False) -> None:
        self.raw: list[tuple[datetime, bytes]] = []
        self.raises: list[HubError] = []
        self.numbered = 1
        self._since, self._keep_files = since, keep_files

    def pull(self, cursor: str | None) -> MailPage:
        self.check()
        numbered, _, last = (cursor or "").partition(":")
        begin = int(last) if numbered == str(self.numbered) else 0
        mails, aside = [], []
        for at, raw in self.raw[begin : begin + 2]:
            try:
                mails += [parsed(raw, come_at=at, keep_files=self._keep_files)] if at >= self._since else []
            except RejectedError as error:
                aside.append(str(error))
        end = min(begin + 2, len(self.raw))
        return MailPage(tuple(mails), f"{self.numbered}:{end}", end < len(self.raw), tuple(aside))

    def check(self) -> None:
        if self.raises:
            raise self.raises.pop(0)

    def close(self) -> None:
        """Nothing is held."""


class FakeCalendar:
    """`EventCalendar` in memory."""

    def __init__(self) -> None:
        self.held: dict[str, HeldSeries] = {}
        self.writes = 0

    def find(self, uid: str) -> HeldSeries | None:
        return self.held.get(uid)

    def put(self, series: Series, over: HeldSeries | None) -> None:
        now = self.held.get(series.uid)
        if over is None and now is not None:
            return
        if over is not None and (now is None or now.etag != over.etag):
            raise StaleError(f"{series.uid}: was changed meanwhile")
        self.writes += 1
        self.held[series.uid] = HeldSeries(series.uid, f"v{self.writes}", series, series.fingerprint)

    def remove(self, held: HeldSeries) -> None:
        now = self.held.get(held.id)
        if now is not None and now.etag != held.etag:
            raise StaleError(f"{held.id}: was changed meanwhile")
        self.held.pop(held.id, None)

    def check(self) -> None:
        """It is there."""

    def close(self) -> None:
        """Nothing is held."""


class FakeVoiceProfiles:
    """`VoiceProfiles` in memory; *trail* keeps what would be in the audit trail."""

    def __init__(self) -> None:
        self.kept: dict[str, VoiceProfile] = {}
        self.trail: list[Entry] = []

    def profile(self, user_id: str) -> VoiceProfile | None:
        return self.kept.get(user_id)

    def profiles(self) -> list[VoiceProfile]:
        return [self.kept[user_id] for user_id in sorted(self.kept)]

    def agree(self, profile: VoiceProfile, *, audit: Sequence[Entry]) -> None:
        if profile.user_id in self.kept:
            raise StandingError("the person has agreed already")
        self.kept[profile.user_id] = profile
        self.trail += audit

    def learn(self, sample: VoiceSample, *, audit: Sequence[Entry]) -> None:
        if sample.user_id not in self.kept:
            raise StandingError("the person has not agreed that their voice is known")
        profile = self.kept[sample.user_id]
        others = tuple(one for one in profile.samples if one.meeting_id != sample.meeting_id)
        self.kept[sample.user_id] = replace(profile, samples=(*others, sample))
        self.trail += audit

    def forget(self, user_id: str, *, audit: Sequence[Entry]) -> None:
        if self.kept.pop(user_id, None) is None:
            raise MissingError("no voice is known of this person")
        self.trail += audit
