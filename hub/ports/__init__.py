"""What the hub needs from the outside: every port.

Adapters raise the errors of `hub.domain.errors` and nothing else; foreign exceptions stop at the adapter.
"""

from hub.ports.accounts import (
    Accounts,
    Answers,
    ApiTokens,
    IdentityProvider,
    Jobs,
    JobWork,
    Passwords,
    Sessions,
)
from hub.ports.calendars import WorkCalendars
from hub.ports.clock import Clock
from hub.ports.filing import Filing
from hub.ports.identities import Identities
from hub.ports.liaison import Glossary, TranslationMemory
from hub.ports.meetings import (
    BlobStore,
    Decoder,
    Diarizer,
    Extractor,
    Interpreter,
    LanguageModel,
    MeetingStore,
    ModelStore,
    Progress,
    Recognizer,
    Redactor,
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
    ForeignTrail,
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
    "Accounts",
    "Answers",
    "ApiTokens",
    "BlobStore",
    "BulkTarget",
    "Bus",
    "BusConsumer",
    "Calls",
    "Clock",
    "Decoder",
    "Diarizer",
    "Extractor",
    "Filing",
    "ForeignTrail",
    "Gates",
    "Glossary",
    "Identities",
    "IdentityProvider",
    "Inspector",
    "Interpreter",
    "JobWork",
    "Jobs",
    "LanguageModel",
    "Leases",
    "Ledger",
    "MeetingStore",
    "ModelStore",
    "Outbox",
    "Passwords",
    "Progress",
    "Recognizer",
    "Redactor",
    "Renderer",
    "Sessions",
    "Source",
    "StageStore",
    "System",
    "Target",
    "TranslationMemory",
    "Translator",
    "Unit",
    "Wording",
    "WorkCalendars",
]
