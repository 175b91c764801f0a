"""The parts of the hub that minutes go through after the draft. `hub.bootstrap` puts them in."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from hub.domain.distribution import NOT_ENTERED
from hub.domain.errors import UsageError
from hub.domain.minutes import Minutes
from hub.domain.people import Principal
from hub.domain.transcript import Transcript
from hub.ports import (
    BlobStore,
    Clock,
    Extractor,
    Follower,
    JobWork,
    Redactor,
    Renderer,
    StageStore,
    Translator,
    WorkCalendars,
)
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connectors.described import Described
    from hub.connectors.rest.tokens import Tokens
    from hub.domain.blinding import Blinding
    from hub.domain.governance import Plans
    from hub.domain.papers import Paper
    from hub.ports.browsing import Browser
    from hub.ports.platforms import Connected
    from hub.ports.review import Announcer, Mailer, Poster, Reauthentication
    from hub.services.accounts.desk import Desk
    from hub.services.accounts.second_factor import Codes
    from hub.services.hearing import Ears
    from hub.services.jobs import JobRunner
    from hub.services.review.certifying import Archive
    from hub.services.review.delivering import Post
    from hub.services.review.exporting import Press
    from hub.services.review.pipeline import Bench
    from hub.services.review.retention import Shredder
    from hub.services.review.room import Room
    from hub.services.review.study_retention import Stacks
    from hub.services.review.taking_in import Taken
    from hub.services.review.uploads import Dock
    from hub.services.study_days import StudyDays
    from hub.services.sync.steps import Sync
    from hub.services.voices import Voices
    from hub.storage.audit import AuditTrail


class ReviewParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    _part: Callable[..., Any]
    _described: Callable[..., Any]
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102  # told where it is made
        @property
        def blobs(self) -> BlobStore: ...  # noqa: D102  # told where it is made
        @property
        def stages(self) -> StageStore: ...  # noqa: D102  # told where it is made
        @property
        def renderer(self) -> Renderer: ...  # noqa: D102  # told where it is made
        @property
        def extractor(self) -> Extractor: ...  # noqa: D102  # told where it is made
        @property
        def audit(self) -> "AuditTrail": ...  # noqa: D102  # told where it is made
        @property
        def desk(self) -> "Desk": ...  # noqa: D102  # told where it is made
        @property
        def codes(self) -> "Codes": ...  # noqa: D102  # told where it is made
        @property
        def jobs(self) -> "JobRunner": ...  # noqa: D102  # told where it is made
        @property
        def tokens(self) -> "Tokens": ...  # noqa: D102  # told where it is made
        @property
        def sync(self) -> "Sync": ...  # noqa: D102  # told where it is made
        def ears(self, vocabulary: Path | None = None) -> "Ears": ...  # noqa: D102  # told where it is made
        def is_transcript(self, path: Path) -> bool: ...  # noqa: D102  # told where it is made
        def read_transcript(  # noqa: D102  # told where it is made
            self, path: Path, *, language: str | None = None, usual: str | None = None
        ) -> Transcript: ...
        @property
        def follower(self) -> Follower: ...  # noqa: D102  # told where it is made
        @property
        def translator(self) -> Translator: ...  # noqa: D102  # told where it is made
        @property
        def redactor(self) -> Redactor: ...  # noqa: D102  # told where it is made
        @property
        def voices(self) -> "Voices": ...  # noqa: D102  # told where it is made
        @property
        def calendars(self) -> WorkCalendars: ...  # noqa: D102  # told where it is made
        @property
        def browser(self) -> "Browser": ...  # noqa: D102  # told where it is made
        @property
        def plans(self) -> "Plans": ...  # noqa: D102  # told where it is made
        def blinding(self) -> "Blinding": ...  # noqa: D102  # told where it is made
        def translator_for(self, study: str) -> Translator: ...  # noqa: D102  # told where it is made
        @property
        def _engine(self) -> Any: ...

    @cached_property
    def room(self) -> "Room":
        """Where minutes live: the shelf, the clock, new names."""
        from hub.services.review.room import Room
        from hub.services.review.study_retention import study_scope
        from hub.storage.shelf import SqlShelf

        def kept(study: str) -> frozenset[str]:
            return study_scope(self.room, self.stacks, study).organizations

        return Room(self._part("shelf", lambda: SqlShelf(self._engine)), self.clock, lambda: uuid4().hex, kept)

    @cached_property
    def dock(self) -> "Dock":
        """Where uploads come in."""
        from hub.services.review.uploads import Dock
        from hub.storage.incoming import FolderIncoming

        incoming = FolderIncoming(self.settings.home / "incoming")
        return Dock(incoming, self.blobs, self.settings.largest_upload_mb << 20)

    @cached_property
    def bench(self) -> "Bench":
        """What recordings are worked through with."""
        from hub.services.review.pipeline import Bench
        from hub.services.study_days import ForWhom

        return Bench(
            ears=lambda: self.ears(),
            extractor=lambda: self.extractor,
            is_transcript=self.is_transcript,
            read_transcript=self.read_transcript,
            blobs=self.blobs,
            stages=self.stages,
            work=self.settings.home / "work",
            calendars=self.calendars,
            translator=lambda: self.translator,
            redactor=lambda: self.redactor,
            follower=lambda: self.follower,
            known=lambda card, meeting: self.study_days.known(ForWhom.of(card, meeting)),
        )

    @cached_property
    def study_days(self) -> "StudyDays":
        """The days ahead that records, meetings and plans of a study hold."""
        from hub.services.study_days import StudyDays

        return StudyDays(
            self.browser,
            lambda: self.sync.ledger.agreements(),
            self.blinding,
            self.room.shelf,
            lambda: self.plans.running,
        )

    @cached_property
    def press(self) -> "Press":
        """What makes signed documents."""
        from hub.services.review.exporting import Press

        return Press(self.renderer, self.audit)

    @cached_property
    def archive(self) -> "Archive":
        """Where certified copies are kept."""
        from hub.services.review.certifying import Archive

        def keep(file: bytes) -> str:
            with tempfile.TemporaryDirectory(prefix="hub-copy-") as folder:
                path = Path(folder) / "copy"
                path.write_bytes(file)
                return self.blobs.put(path)

        return Archive(keep, lambda sha256: self.blobs.path(sha256).read_bytes())

    @cached_property
    def reauthentication(self) -> "Reauthentication":
        """What a signer proves themselves with."""
        from hub.services.review.proving import AccountProof

        return cast("Reauthentication", self._part("reauthentication", lambda: AccountProof(self.desk, self.codes)))

    @cached_property
    def post(self) -> "Post":
        """The ways out for approved minutes."""
        from hub.render.ics import calendar
        from hub.services.review.delivering import Post
        from hub.translation.wording import wording

        return Post(
            press=self.press,
            wording=wording,
            calendar=calendar,
            mailer=self._part("mailer", self._mailer),
            poster=self._part("poster", self._poster),
            announcer=self._part("announcer", self._announcer),
            enter_records=self._enter_records,
            address=self.settings.pages_url,
            file_papers=self._file_papers,
            artifact=self.settings.minutes_artifact,
            mask=self.outgoing,
        )

    @property
    def platforms(self) -> "dict[str, Connected]":
        """The meeting platforms whose meetings are taken in, by name."""
        return self._platforms.found

    @cached_property
    def _platforms(self) -> "Described[Connected]":
        from hub.connectors.platforms import load_platforms

        def load() -> "Described[Connected]":
            return load_platforms(self.settings.platforms, clock=self.clock, tokens=lambda: self.tokens)

        return cast("Described[Connected]", self._described("platforms", load))

    def platform(self, name: str) -> "Connected":
        """Return a connected platform. UsageError for a name that no file has."""
        if name not in self.platforms:
            raise UsageError(self._platforms.without(name, "connected platform"))
        return self.platforms[name]

    def sweep(self, name: str, *, calls: Iterable[bytes] = ()) -> "Taken":
        """Take in what a platform holds, and note what it has deleted since; *calls* are bodies of its webhook.

        UsageError for a name that is not connected, or without an account for it.
        """
        from hub.services.accounts import acting
        from hub.services.review.taking_in import sweep

        connected = self.platform(name)
        account = self.desk.accounts.named(email=connected.rule.account.casefold())
        if account is None:
            raise UsageError(f"{name}: {connected.rule.account} has no account; hub users create makes one")
        principal = Principal(account.user, acting.held(self.desk, account.user.id), f"platform {name}")
        work = self.settings.home / "work" / "platforms"
        named = [one for body in calls if connected.deletions for one in connected.deletions(body)]
        return sweep(self.room, self.dock, self.jobs.submit, connected, principal, work=work, named=named)

    def outgoing(self, minutes: Minutes, *, unblinded: bool = False) -> Minutes:
        """Return minutes as they may leave, for the audience of HUB_OUTGOING_AUDIENCE; masked ones as they are.

        *unblinded* readers are shown what would unblind others, never identifiers.
        """
        from hub.domain.redaction import Audience
        from hub.services.redacting import redact_minutes

        audience = Audience(self.settings.outgoing_audience)
        if audience is Audience.RESTRICTED or minutes.audience != Audience.RESTRICTED:
            return minutes
        if unblinded:
            audience = Audience.UNBLINDED
        return redact_minutes(minutes, redactor=self.redactor, audience=audience)

    @cached_property
    def shredder(self) -> "Shredder":
        """What destroys records whose time is over."""
        from hub.services.review.retention import Shredder
        from hub.storage.shredding import BlobShredder

        return Shredder(BlobShredder(self._engine, self.blobs), self.audit)

    @cached_property
    def stacks(self) -> "Stacks":
        """What is kept and destroyed study by study."""
        from hub.domain.retention import RecordClass
        from hub.services.review.study_retention import Stacks
        from hub.storage.stacked_log import LogStack
        from hub.storage.stacked_records import RecordStack

        records = RecordStack(self._engine, lambda: self.sync.ledger.agreements())
        return Stacks({RecordClass.COMMUNICATION: LogStack(self._engine), RecordClass.RECORDS: records}, self.audit)

    def review_jobs(self) -> dict[str, JobWork]:
        """Return the long work of minutes, by the kind of its jobs."""
        from hub.services.review import delivering, needing, pipeline, redrafting, taking_in, voice_learning

        return {
            pipeline.KIND: lambda job, tell: pipeline.run(self.room, self.bench, job, tell),
            redrafting.KIND: lambda job, tell: redrafting.run(self.room, self.bench, job, tell),
            delivering.KIND: lambda _job, tell: delivering.run(self.room, self.post, tell),
            needing.KIND: lambda job, tell: needing.run(self.room, self.translator_for, self.outgoing, job, tell),
            voice_learning.KIND: lambda job, tell: voice_learning.run(self.room, self.bench, self.voices, job, tell),
            taking_in.KIND: lambda job, _tell: taking_in.told(self.sweep(str(job.argument["platform"]))),
        }

    def _mailer(self) -> "Mailer | None":
        from hub.connectors.mail.smtp import MailServer, SmtpMailer

        known = self.settings
        if (described := known.mail).is_file():
            from hub.connectors.mail.declared import DeclaredMailer

            return DeclaredMailer(described, clock=self.clock)
        if not known.smtp_host:
            return None
        server = MailServer(
            known.smtp_host,
            known.smtp_port,
            known.smtp_from,
            known.smtp_security,
            known.smtp_user,
            known.smtp_password.get_secret_value() if known.smtp_password else None,
            str(known.smtp_ca) if known.smtp_ca else None,
        )
        return SmtpMailer(server, clock=self.clock)

    def _announcer(self) -> "Announcer":
        from hub.connectors.chat import Chats

        return Chats(self.settings.chats, clock=self.clock)

    def _poster(self) -> "Poster":
        from hub.connectors.webhook.outgoing import WebhookPoster

        return WebhookPoster(self.settings.outgoing, clock=self.clock)

    def _file_papers(self, name: str, papers: "Sequence[tuple[Paper, bytes]]", protocol: str | None) -> str:
        from hub.services.sync.filing import file_papers

        return file_papers(self.sync, name, papers, protocol)

    def _enter_records(self, minutes: Minutes, protocol: str, person: str) -> str:
        from hub.services.sync.entering import enter_actions

        if not minutes.actions:
            return f"{NOT_ENTERED}the minutes hold no action"
        try:
            taken = enter_actions(self.sync, minutes, minutes.actions, protocol=protocol, person=person)
        except UsageError as error:  # nothing flows for this study: the actions stay on the board
            return f"{NOT_ENTERED}{error}"
        return f"{taken.read} actions became records of the hub"
