"""What the hub needs from the outside: every port.

Adapters raise the errors of `hub.domain.errors` and nothing else; foreign exceptions stop at the adapter.
"""

from hub.ports.clock import Clock
from hub.ports.meetings import (
    BlobStore,
    Decoder,
    Diarizer,
    Extractor,
    MeetingStore,
    ModelStore,
    Progress,
    Recognizer,
    Renderer,
    StageStore,
    Translator,
    Wording,
)
from hub.ports.syncing import (
    BulkTarget,
    Bus,
    BusConsumer,
    Calls,
    Gates,
    Inspector,
    Leases,
    Ledger,
    Outbox,
    Source,
    System,
    Target,
    Unit,
)

__all__ = [
    "BlobStore",
    "BulkTarget",
    "Bus",
    "BusConsumer",
    "Calls",
    "Clock",
    "Decoder",
    "Diarizer",
    "Extractor",
    "Gates",
    "Inspector",
    "Leases",
    "Ledger",
    "MeetingStore",
    "ModelStore",
    "Outbox",
    "Progress",
    "Recognizer",
    "Renderer",
    "Source",
    "StageStore",
    "System",
    "Target",
    "Translator",
    "Unit",
    "Wording",
]
