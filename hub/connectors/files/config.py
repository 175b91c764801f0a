"""What a files YAML may say, checked before anything is opened."""

import codecs
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from hub.connectors.declared import Strict, read_declared
from hub.connectors.odm.rows import preset
from hub.connectors.references import Secret

_BOUND_MIB = 4096


class Column(Strict):
    """Where the value of one canonical field comes from and how it is read."""

    column: str | None = None
    """The header as the file writes it; for JSON lines a key, or keys joined by points."""
    value: str | int | float | bool | None = None
    """A constant, instead of a column."""
    type: Literal["text", "integer", "number", "boolean", "date", "datetime"] = "text"
    format: str = "iso"
    """Of a date or datetime: iso, or the letters of strptime."""
    zone: str = "UTC"
    """Of a datetime that names no offset."""
    decimal: Literal[".", ","] = "."
    codes: dict[str, str | int | float | bool | None] | None = None
    """The file's code to ours; a code that is not listed sets its row aside."""
    required: bool = False
    """An empty cell sets its row aside."""
    optional: bool = False
    """The column may be missing from a file; the field is then left out, not emptied."""
    empty: tuple[str, ...] = ()
    """Texts that mean an empty cell."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is no zone of the IANA list") from error
        return name

    @cached_property
    def plain(self) -> object:
        """The type of the cells that are taken as they stand, but for blanks around a text; None where none is."""
        if self.codes is not None or self.empty:
            return None
        return {"text": str, "integer": int}.get(self.type)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise ValueError("takes either a column or a value")
        return self


def _named(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class Deleted(Strict):
    """How a row says that its record is deleted."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Records(Strict):
    """One kind of record: which files hold it and how they are read."""

    kind: str = ""
    """Of the records, as the system's YAML names it."""
    files: str = Field(min_length=1)
    """A pattern of file names, such as `sites_*.csv`; case counts."""
    format: Literal["csv", "jsonl", "xlsx", "odm", "usdm", "dataset-json"]
    encoding: tuple[str, ...] = ("utf-8",)
    """Tried in this order on the whole file; a byte order mark decides before them."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """None: the one of comma, semicolon, tab and bar that parts the header."""
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    skip_lines: int = Field(0, ge=0, le=1000)
    """Lines (rows of a sheet) before the header."""
    sheet: str | None = None
    """None: the first."""
    id: tuple[str, ...] = Field(min_length=1)
    """Columns that together are the record's id in that system."""
    fields: dict[str, Column] = Field(min_length=1)
    changed_at: Column | None = None
    deleted: Deleted | None = None

    @field_validator("id", "encoding", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("fields", mode="before")
    @classmethod
    def _short_fields(cls, value: Any) -> Any:
        return {name: _named(entry) for name, entry in value.items()} if isinstance(value, dict) else value

    @field_validator("encoding")
    @classmethod
    def _known_encodings(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                codecs.lookup(name)
            except LookupError as error:
                raise ValueError(f"{name} is no encoding") from error
        return names

    @cached_property  # asked for with every row
    def needed(self) -> tuple[str, ...]:
        """Columns that a file must have."""
        columns = [column.column for column in self._columns if column.column and not column.optional]
        return tuple(dict.fromkeys([*self.id, *columns, *([self.deleted.column] if self.deleted else [])]))

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Columns that are read where a file has them."""
        optional = [column.column for column in self._columns if column.column and column.optional]
        return tuple(dict.fromkeys([*self.needed, *optional]))

    @cached_property
    def expected(self) -> frozenset[str]:
        """The same columns, to be held against those of a row."""
        return frozenset(self.wanted)

    @property
    def _columns(self) -> list[Column]:
        return [*self.fields.values(), *([self.changed_at] if self.changed_at else [])]


def begun(kind: str, told: Any) -> Any:
    """Return what a YAML says of *kind*, with what its format or `preset` says where it says nothing itself.

    A field that is null is left out.
    """
    if not isinstance(told, dict) or not isinstance(told.get("fields") or {}, dict):
        return told
    brought = preset(str(told.get("format")), kind)
    fields = {**brought.get("fields", {}), **(told.get("fields") or {})}
    kept = {name: column for name, column in fields.items() if column is not None}
    return {**brought, **told, "fields": kept, "kind": kind}


class Sftp(Strict):
    """A folder behind SFTP; the server's key is pinned, secrets are references (`Secret`)."""

    host: str
    port: int = Field(22, ge=1, le=65535)
    user: str
    folder: str = "."
    host_key: str | None = None
    """As in known_hosts, without the host: `ssh-ed25519 AAAA...`."""
    known_hosts: str | None = None
    """Path of a known_hosts file, instead of *host_key*."""
    password: Secret | None = None
    key: Secret | None = None
    passphrase: Secret | None = None
    timeout_s: float = Field(20.0, gt=0, le=600)

    @model_validator(mode="after")
    def _pinned(self) -> Self:
        if (self.host_key is None) == (self.known_hosts is None):
            raise ValueError("takes either host_key or known_hosts: a server that nobody vouched for is not read")
        if (self.password is None) == (self.key is None):
            raise ValueError("takes either password or key")
        return self


class Files(Strict):
    """One source: a place and the kinds of record in it."""

    name: str = Field(min_length=1)
    connector: Literal["files"] = "files"
    every_s: float = Field(60.0, gt=0)
    """Seconds between two looks at the place."""
    folder: str | None = None
    sftp: Sftp | None = None
    settle_s: float = Field(30.0, ge=0)
    """A file is read once its size and time have stood still for so many seconds."""
    done_marker: str | None = Field(None, min_length=1)
    """Such as `.done`: a file is read once one of its name with this ending lies beside it."""
    full_export: bool = False
    """Each file holds every record of its kind: only the newest is read, and what is absent from it is gone."""
    allow_empty: bool = False
    """A full export without a single row is believed."""
    max_mib: int = Field(2048, ge=1)
    """A larger file is set aside."""
    max_unpacked_mib: int = Field(256, ge=1, le=_BOUND_MIB)
    """An XLSX file that unpacks to more is set aside; its shared texts are held in memory."""
    remember: int = Field(1000, ge=1, le=20000)
    """How many matching files may lie in the folder at once; each costs the cursor 35 bytes."""
    kinds: dict[str, Records] = Field(min_length=1)

    @field_validator("kinds", mode="before")
    @classmethod
    def _begun(cls, kinds: Any) -> Any:
        """Begin each kind of a known format with what that format holds of it."""
        return {kind: begun(kind, told) for kind, told in kinds.items()} if isinstance(kinds, dict) else kinds

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.folder is None) == (self.sftp is None):
            raise ValueError("takes either folder or sftp")
        return self


def read_config(text: str) -> Files:
    """Return the source that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Files, text, "files source")
