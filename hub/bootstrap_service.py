"""The parts of the hub that serve people: who they are, what they asked for. `hub.bootstrap` puts them in."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from hub.ports import Clock
from hub.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from hub.domain.blinding import Blinding
    from hub.domain.people import Role
    from hub.ports import Answers, IdentityProvider, JobWork
    from hub.ports.browsing import Browser
    from hub.ports.communications import CommunicationLog
    from hub.ports.traces import Traces
    from hub.ports.voices import VoicePrinter
    from hub.services.accounts.desk import Desk
    from hub.services.accounts.second_factor import Codes
    from hub.services.jobs import JobRunner
    from hub.services.review.room import Room
    from hub.services.sync.steps import Sync
    from hub.services.trail_reading import TrailReader
    from hub.services.voices import Voices
    from hub.storage.audit import AuditTrail


class ServiceParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    _part: Callable[..., Any]
    if TYPE_CHECKING:  # given by the hub

        @property
        def clock(self) -> Clock: ...  # noqa: D102  # told where it is made
        @property
        def _shared_clock(self) -> Clock: ...
        @property
        def sync(self) -> Sync: ...  # noqa: D102  # told where it is made
        @property
        def room(self) -> Room: ...  # noqa: D102  # told where it is made
        @property
        def audit(self) -> AuditTrail: ...  # noqa: D102  # told where it is made
        @property
        def communications(self) -> CommunicationLog: ...  # noqa: D102  # told where it is made
        @property
        def holder(self) -> str: ...  # noqa: D102  # told where it is made
        def blinding(self) -> Blinding: ...  # noqa: D102  # told where it is made
        def lacking(self, user_id: str) -> dict[Role, frozenset[str]]: ...  # noqa: D102  # told where it is made
        @property
        def _engine(self) -> Any: ...

        def voice_printer(self) -> VoicePrinter: ...  # noqa: D102  # told where it is made
        def review_jobs(self) -> "dict[str, JobWork]": ...  # noqa: D102  # told where it is made

    @cached_property
    def desk(self) -> "Desk":
        """Where accounts are kept and people let in."""
        from hub.domain.accounts import Rules
        from hub.services.accounts.desk import Desk
        from hub.storage.accounts import SqlAccounts
        from hub.storage.passwords import Argon2Passwords
        from hub.storage.sessions import SqlApiTokens, SqlSessions

        known = self.settings
        rules = Rules(
            idle=timedelta(minutes=known.idle_minutes),
            session=timedelta(hours=known.session_hours),
            password=timedelta(days=known.password_days),
            guarded=known.guarded,
        )
        return Desk(
            accounts=SqlAccounts(self._engine),
            sessions=SqlSessions(self._engine),
            tokens=SqlApiTokens(self._engine),
            passwords=self._part("passwords", Argon2Passwords),
            clock=self.clock,
            new_id=lambda: uuid4().hex,
            new_secret=lambda: secrets.token_urlsafe(32),
            rules=rules,
            lacking=self.lacking,
        )

    @cached_property
    def voices(self) -> "Voices":
        """Voices of people who agreed to be known by them."""
        from hub.services.voices import Voices
        from hub.storage.voices import SqlVoiceProfiles

        profiles = SqlVoiceProfiles(self._engine, self.cipher)
        return Voices(profiles, self.desk.accounts, self.voice_printer, self.clock, lambda: uuid4().hex)

    @cached_property
    def codes(self) -> "Codes":
        """One-time codes of second factors."""
        from hub.storage.one_time_codes import TotpCodes

        return TotpCodes(self.cipher)

    @cached_property
    def identity_provider(self) -> "IdentityProvider | None":
        """Where people sign in for several services at once, None where none is set up."""
        from hub.connectors.oidc.provider import Client, OidcProvider

        known = self.settings
        if known.oidc_issuer is None:
            return None
        secret = known.oidc_client_secret.get_secret_value() if known.oidc_client_secret else ""
        return OidcProvider(Client(known.oidc_issuer, known.oidc_client_id, secret), clock=self.clock)

    @cached_property
    def cipher(self) -> "MultiFernet":
        """What keeps secrets at rest, and what a page hands to the next step of signing in."""
        from hub.storage.cipher import open_cipher

        keys = self.settings.token_keys
        return open_cipher(keys.get_secret_value() if keys else None, self.settings.home / "keys" / "tokens.key")

    @cached_property
    def browser(self) -> "Browser":
        """Records and the audit trail, to be looked through."""
        from hub.storage.browser import SqlBrowser

        return SqlBrowser(self._engine)

    @cached_property
    def trail(self) -> "TrailReader":
        """The audit trail as people may see it."""
        from hub.services.trail_reading import TrailReader
        from hub.services.trail_scopes import OtherScopes

        ledger, shelf, log = self.sync.ledger, self.room.shelf, self.communications
        return TrailReader(
            self.browser,
            ledger,
            self.desk.accounts,
            lambda entries: OtherScopes(shelf, ledger, log, entries),
            self.blinding,
        )

    @cached_property
    def traces(self) -> "Traces":
        """What is kept so that nothing is done twice."""
        from hub.storage.traces import SqlTraces

        return SqlTraces(self._engine)

    @cached_property
    def answers(self) -> "Answers":
        """Answers to requests that may come twice."""
        from hub.storage.jobs import SqlAnswers

        return SqlAnswers(self._engine)

    @cached_property
    def job_kinds(self) -> "dict[str, JobWork]":
        """What long work there is, by the kind of its jobs."""
        from hub.services import kept_jobs, upkeep

        def kinds() -> "dict[str, JobWork]":
            return {
                **kept_jobs.kinds(self.sync, self.audit, self.room, self.blinding),
                **upkeep.kinds(cast("upkeep.Upkept", self), self.settings.home / "evaluation"),
                **self.review_jobs(),
            }

        return cast("dict[str, JobWork]", self._part("job_kinds", kinds))

    @cached_property
    def jobs(self) -> "JobRunner":
        """Long work, asked for and done."""
        from hub.services.jobs import JobRunner
        from hub.storage import processes
        from hub.storage.jobs import SqlJobs

        return JobRunner(
            SqlJobs(self._engine),
            self.job_kinds,
            holder=self.holder,
            clock=self._shared_clock,
            new_id=lambda: uuid4().hex,
            gone=lambda holder: processes.gone(holder, own=self.holder),
        )
