"""The composition root: the only place that names concrete classes."""

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

import structlog
from opentelemetry.trace import NoOpTracer, Tracer

from hub.bootstrap_communications import CommunicationParts
from hub.bootstrap_language import LanguageParts
from hub.bootstrap_listening import ListeningParts
from hub.bootstrap_oversight import OversightParts
from hub.bootstrap_review import ReviewParts
from hub.bootstrap_service import ServiceParts
from hub.ports import (
    BlobStore,
    Bus,
    Clock,
    MeetingStore,
    Renderer,
    StageStore,
    System,
)
from hub.services.sync.kept_leases import KeptLeases
from hub.services.sync.steps import Sync
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connectors.catalogue import Loaded
    from hub.connectors.described import Described
    from hub.connectors.metrics.prometheus import Metrics
    from hub.connectors.models.store import FetchedModels
    from hub.connectors.rest.tokens import Tokens
    from hub.connectors.s3.address import S3Address
    from hub.connectors.webhook.senders import Sender
    from hub.domain.papers import Copying
    from hub.services.sync.copying import Copied
    from hub.storage.audit import AuditTrail


Part = TypeVar("Part")
log = structlog.get_logger()


def build(settings: Settings, **overrides: Any) -> "Hub":
    """Return the hub for *settings*; *overrides* replace parts by the name of the property, as tests do."""
    return Hub(settings, overrides)


def bucket_of(settings: Settings) -> "S3Address":
    """Return the bucket that *settings* name. UsageError where they do not fit together."""
    from hub.connectors.s3.address import S3Address

    return S3Address(
        settings.s3_bucket,
        settings.s3_prefix,
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_key,
        settings.s3_secret.get_secret_value() if settings.s3_secret else None,
        str(settings.s3_ca) if settings.s3_ca else None,
        settings.s3_encryption,
    )


def _now() -> datetime:
    return datetime.now(UTC)


class Hub(ListeningParts, ServiceParts, ReviewParts, LanguageParts, CommunicationParts, OversightParts):
    """Every part of the hub, each made when it is first asked for."""

    def __init__(self, settings: Settings, overrides: dict[str, Any]) -> None:
        self.settings = settings
        self._overrides = overrides

    def close(self) -> None:
        """Let go of connections, those of the parts that were made."""
        made = self.__dict__
        for system in made.get("systems", {}).values():
            system.close()
        if "_mailboxes" in made:
            for one in self.mailboxes.values():
                one.mailbox.close()
        if "_event_calendars" in made:
            for calendar in self.event_calendars.values():
                calendar.close()
        if "post" in made and (close := getattr(self.post.mailer, "close", None)) is not None:
            close()
        if "_agreed" in made:
            for agreed in self.agreed.values():
                agreed.capture.close()
        if "bus" in made:
            self.bus.close()
        if "_http" in made:
            self._http.close()
        if "_tracing" in made:
            self._tracing[1]()
        if (provider := made.get("identity_provider")) is not None:
            provider.close()
        if "_engine" in made:
            self._engine.dispose()

    @cached_property
    def clock(self) -> Clock:
        """The present time."""
        return cast("Clock", self._overrides.get("clock", _now))

    @cached_property
    def _shared_clock(self) -> Clock:
        """The time that all workers of one database agree on."""
        if "clock" in self._overrides or self._engine.dialect.name == "sqlite":  # one machine
            return self.clock
        from hub.storage.clocks import DatabaseClock

        return DatabaseClock(self._engine)

    @cached_property
    def models(self) -> "FetchedModels":
        """The fetched models."""
        from hub.connectors.models.store import FetchedModels

        return self._part("models", lambda: FetchedModels(self.settings.models))

    @cached_property
    def blobs(self) -> BlobStore:
        """Recordings and documents."""
        return self._part("blobs", self._blobs)

    def _blobs(self) -> BlobStore:
        from hub.storage.blobs import FolderBlobs

        settings, near = self.settings, FolderBlobs(self.settings.home / "blobs")
        if settings.blobs == "folder":
            return near
        from hub.connectors.s3.blobs import S3Blobs

        return S3Blobs(bucket_of(settings), near)

    @cached_property
    def stages(self) -> StageStore:
        """Results of finished stages."""
        from hub.storage.stages import SqlStages

        return self._part("stages", lambda: SqlStages(self._engine, clock=self.clock))

    @cached_property
    def meetings(self) -> MeetingStore:
        """Meetings, transcripts and minutes."""
        from hub.storage.meetings import SqlMeetings

        return self._part("meetings", lambda: SqlMeetings(self._engine, clock=self.clock))

    @property
    def database(self) -> Any:
        """The database itself, for those who copy it as a whole."""
        return self._engine

    @cached_property
    def audit(self) -> "AuditTrail":
        """The audit trail."""
        from hub.storage.audit import AuditTrail

        home = self.settings.home
        return AuditTrail(
            self._engine,
            key_file=home / "keys" / "audit.pem",
            checkpoints_file=home / "audit-checkpoints.jsonl",
            clock=self.clock,
        )

    @cached_property
    def holder(self) -> str:
        """The name under which this process holds leases."""
        return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"

    @cached_property
    def bus(self) -> Bus:
        """What carries messages."""
        return self._part("bus", self._bus)

    @cached_property
    def systems(self) -> dict[str, System]:
        """The connected systems, by name; those of files that are wrong are in `unconnected`."""
        return self._part("systems", lambda: self._loaded.systems)

    @property
    def unconnected(self) -> Mapping[str, str]:
        """The files in the folder of systems that connect nothing, and what is wrong with each."""
        return {} if "systems" in self._overrides else self._loaded.wrong

    @cached_property
    def _loaded(self) -> "Loaded":
        from hub.connectors.catalogue import load

        loaded = load(self.settings.systems, lambda: self.tokens)
        for file, why in loaded.wrong.items():
            log.error("system_not_connected", file=file, reason=why)
        return loaded

    @property
    def copies(self) -> "dict[str, Copying]":
        """The pairs of systems whose documents are copied from time to time, by name."""
        return self._copies.found

    @cached_property
    def _copies(self) -> "Described[Copying]":
        from hub.connectors.copies import load_copies

        return self._described("copies", lambda: load_copies(self.settings.copies))

    @property
    def wrong_files(self) -> dict[str, Mapping[str, str]]:
        """Of each folder of connections beside the systems, the files that connect nothing, and why each does not."""
        described: dict[str, Described[Any]] = {
            "platforms": self._platforms,
            "mailboxes": self._mailboxes,
            "communications": self._agreed,
            "calendars": self._event_calendars,
            "copies": self._copies,
        }
        return {folder: one.wrong for folder, one in described.items() if one.wrong}

    def copy_documents(self, name: str) -> "Copied":
        """File what was approved since the last run; see `services.sync.copying`."""
        from hub.services.sync.copying import copy_documents

        one = self.copies[name]
        return copy_documents(self.sync, one.source, one.target)

    @cached_property
    def senders(self) -> "dict[str, Sender]":
        """Who may call the hub by webhook, by the names of their addresses."""
        from hub.connectors.webhook.senders import load_senders

        return self._part("senders", lambda: load_senders(self.settings.webhooks, clock=self.clock))

    @cached_property
    def tokens(self) -> "Tokens":
        """Credentials that change with each use."""
        from hub.storage.cipher import open_cipher
        from hub.storage.leases import SqlLeases
        from hub.storage.tokens import SqlTokens

        keys = self.settings.token_keys
        cipher = open_cipher(keys.get_secret_value() if keys else None, self.settings.home / "keys" / "tokens.key")
        leases = SqlLeases(self._engine, holder=self.holder, clock=self._shared_clock)
        return SqlTokens(self._engine, leases, cipher, clock=self.clock, sleep=time.sleep)

    @cached_property
    def sync(self) -> Sync:
        """All that the steps of the sync need."""
        from hub.connectors.webhook.senders import calling_systems
        from hub.storage.calls import SqlCalls
        from hub.storage.gates import SqlGates
        from hub.storage.identities import SqlIdentities
        from hub.storage.ids import ordered_id
        from hub.storage.leases import SqlLeases
        from hub.storage.ledger import SqlLedger
        from hub.storage.outbox import Handed, SqlOutbox

        rates = {name: rate for name, system in self.systems.items() if (rate := system.rate_per_s)}
        handed = Handed()
        return Sync(
            ledger=SqlLedger(self._engine, clock=self.clock, handed=handed),
            outbox=SqlOutbox(self._engine, handed),
            bus=self.bus,
            calls=SqlCalls(self._engine, clock=self.clock),
            identities=SqlIdentities(self._engine),
            called=calling_systems(self.settings.webhooks),
            leases=KeptLeases(SqlLeases(self._engine, holder=self.holder, clock=self._shared_clock)),
            gates=SqlGates(self._engine, rates=rates, clock=self._shared_clock),
            systems=self.systems,
            clock=self.clock,
            new_id=ordered_id,
            told=lambda name, system, value, count=1: self.metrics.told(name, system, value, count),
            tracer=self.tracer,
        )

    @cached_property
    def tracer(self) -> Tracer:
        """Makes spans where a collector is named."""
        return cast("Tracer", self._overrides.get("tracer") or self._tracing[0])

    @cached_property
    def _tracing(self) -> tuple[Tracer, Callable[[], None]]:
        if self.settings.otlp_endpoint is None:
            return NoOpTracer(), lambda: None
        from hub.connectors.tracing.otlp import open_tracing

        return open_tracing(self.settings.otlp_endpoint, self.holder)

    @contextmanager
    def trial(self) -> Iterator[Sync]:
        """Hold what the sync needs on an empty database of its own, with the same systems, until the block ends."""
        with tempfile.TemporaryDirectory(prefix="hub-trial-") as folder:
            apart = {"home": Path(folder), "database": None, "bus": "sql", "blobs": "folder", "otlp_endpoint": None}
            overrides = {name: value for name, value in self._overrides.items() if name == "clock"}
            other = Hub(self.settings.model_copy(update=apart), {**overrides, "systems": self.systems})
            try:
                yield other.sync
            finally:
                other._engine.dispose()  # the systems are still ours

    @cached_property
    def metrics(self) -> "Metrics":
        """The worker's figures."""
        from hub.connectors.metrics.prometheus import Metrics

        return Metrics(counts=self.sync.ledger.counts, breakers=self.sync.gates.states)

    @cached_property
    def renderer(self) -> Renderer:
        """What makes documents."""
        from hub.render.documents import DocumentRenderer
        from hub.translation.wording import wording

        known = self.settings
        settled = {"style": known.minutes_style, "paper": known.paper, "region": known.region}
        return self._part("renderer", lambda: DocumentRenderer(wording=wording, **settled))

    @cached_property
    def _engine(self) -> Any:
        from hub.storage.engine import open_engine

        return open_engine(self.settings.database_url)

    def _bus(self) -> Bus:
        if self.settings.bus == "sql":
            from hub.storage.bus import SqlBus

            partitions = self.settings.bus_partitions
            return SqlBus(self._engine, clock=self._shared_clock, partitions=partitions, holder=self.holder)
        from hub.connectors.kafka.address import KafkaAddress
        from hub.connectors.kafka.bus import KafkaBus, Layout

        known = self.settings
        address = KafkaAddress(
            servers=tuple(known.kafka_servers.split(",")),
            security_protocol=known.kafka_security,
            username=known.kafka_username,
            password=known.kafka_password.get_secret_value() if known.kafka_password else None,
            ca_file=str(known.kafka_ca) if known.kafka_ca else None,
        )
        layout = Layout(partitions=known.bus_partitions, replication=known.kafka_replication)
        return KafkaBus(address, layout=layout)

    def _described(self, name: str, load: "Callable[[], Described[Part]]") -> "Described[Part]":
        from hub.connectors.described import Described

        if name in self._overrides:
            return Described(cast("dict[str, Part]", self._overrides[name]), {})
        described = load()
        for file, why in described.wrong.items():
            log.error("connection_not_made", of=name, file=file, reason=why)
        return described

    def _part(self, name: str, make: Callable[[], Part]) -> Part:
        return cast("Part", self._overrides[name]) if name in self._overrides else make()
