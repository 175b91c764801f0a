"""What a rest YAML may say, checked before anything is asked."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.references import Secret
from hub.domain.records.kinds import KINDS


class Auth(Strict):
    """How the hub says who it is."""

    type: Literal["none", "basic", "api_key", "client_credentials", "refresh_token"] = "none"
    user: str | None = None
    password: Secret | None = None
    header: str | None = None
    """Of an API key; else it goes into *query*."""
    query: str | None = None
    key: Secret | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    """The first one; a rotated one is kept by the hub."""
    scope: str | None = None
    client_in: Literal["header", "body"] = "header"
    """Where the token address wants client_id and client_secret (RFC 6749, 2.3.1)."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            "none": (),
            "basic": ("user", "password"),
            "api_key": ("key",),
            "client_credentials": ("token_url", "client_id", "client_secret"),
            "refresh_token": ("token_url", "client_id", "refresh_token"),
        }[self.type]
        if missing := [name for name in needed if getattr(self, name) is None]:
            raise ValueError(f"{self.type} needs {', '.join(missing)}")
        if self.type == "api_key" and (self.header is None) == (self.query is None):
            raise ValueError("api_key takes either header or query")
        return self


class Listing(Strict):
    """How records are listed."""

    path: str
    params: Mapping[str, str] = {}
    items: str = ""
    """Keys joined by points that lead to the list; empty where the answer is the list."""
    paging: Literal["none", "offset", "page", "cursor", "link", "next_url"] = "none"
    size: int = Field(100, ge=1, le=10_000)
    size_param: str | None = "limit"
    param: str = "offset"
    """Parameter that carries the offset, the page number or the cursor."""
    first_page: int = 1
    next: str = "next"
    """Keys joined by points that lead to the next cursor or address."""


class Since(Strict):
    """How only what changed is asked for."""

    param: str
    begins: Literal["change", "look"] = "change"
    """The next question begins with the latest change seen, or, where a system tells no time of it, with this look."""
    overlap_s: float = Field(0.0, ge=0)
    """Asked for again each time, for systems whose clocks or commits lag behind."""
    until: str | None = None
    """Parameter for a time before which all must have changed, for a backfill of an interval."""


class Value(Strict):
    """Where the value of one canonical field lies in their JSON."""

    field: str
    """Key, or keys joined by points."""
    flat: bool | None = None
    """The points are part of one key, or lead into objects; where it is not said, as the items show it."""
    codes: Mapping[str, str | int | float | bool | None] | None = None
    """Their code to ours; one that is not listed sets its item aside."""
    text: bool = False
    """Theirs is text where ours is a number, or the reverse; both ways."""
    format: str = "iso"
    """Of a day or time: iso, epoch_s, epoch_ms, or the letters of strptime; both ways."""
    zone: str | None = None
    """IANA zone of times that name no offset, and of those that are written."""
    required: bool = False
    read_only: bool = False

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            return name and ZoneInfo(name).key
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is no zone of the IANA list") from error


class Deleted(Strict):
    """How an item says that its record is deleted."""

    field: str
    values: tuple[str | int | bool, ...] = (True,)


class Call(Strict):
    """How a record is written."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: str
    """`{id}` stands for the record's id."""
    wrap: str | None = None
    """Key that the fields are put under."""


class Batch(Strict):
    """How several writes are sent as one request: OData's JSON batch."""

    path: str = "$batch"
    size: int = Field(20, ge=2, le=5000)
    """Writes in one request; Graph takes twenty."""
    prefix: str = "/"
    """What the addresses within a batch begin with."""


def named(value: Any) -> Any:
    """Return a field that is told by its name alone as the object that it stands for."""
    return {"field": value} if isinstance(value, str) else value


class Mapped(Strict):
    """Where a record's id, version, time of change and fields lie in their JSON; any connector's mapping file."""

    id: str = "id"
    version: str | None = None
    """Field with the version of an item."""
    changed_at: str | None = None
    deleted: Deleted | None = None
    fields: Mapping[str, Annotated[Value, BeforeValidator(named)]] = Field(min_length=1)
    """Ours to theirs; a name that the kind does not have is a field of the customer's own and kept as it is."""


class Kind(Mapped):
    """One kind of record."""

    list: Listing | None = None
    since: Since | None = None
    complete_listing: bool = False
    version_as: Literal["if_match", "field"] = "if_match"
    """How a write says on which version it rests: If-Match, or the version's own field."""
    create: Call | None = None
    update: Call | None = None
    delete: Call | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.since and self.since.begins == "change" and not self.changed_at:
            raise ValueError("since needs changed_at: the next question begins with the latest change seen")
        return self


class Rest(Strict):
    """One system."""

    name: str = Field(min_length=1)
    connector: Literal["rest"] = "rest"
    base_url: str = Field(pattern=r"^https?://[^/]+")
    every_s: float = Field(5.0, gt=0)
    rate_per_s: float | None = Field(None, gt=0)
    timeout_s: float = Field(30.0, gt=0, le=600)
    max_mib: int = Field(64, ge=1, le=1024)
    """A longer answer is refused."""
    idempotency_header: str = "Idempotency-Key"
    auth: Auth = Auth()
    batch: Batch | None = None
    kinds: Mapping[str, Kind] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if strange := sorted(set(self.kinds) - set(KINDS)):
            raise ValueError(f"{strange[0]!r} is no kind of record; there are {', '.join(KINDS)}")
        for key, url in (("base_url", self.base_url), ("token_url", self.auth.token_url or "https://")):
            if not url.startswith("https://") and not _local(url):
                raise ValueError(f"{key}: http is for this machine only; use https")
        return self


def read_config(text: str) -> Rest:
    """Return the system that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Rest, text, "rest system")


def _local(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0].partition(":")[0]
    return host in ("127.0.0.1", "localhost")
