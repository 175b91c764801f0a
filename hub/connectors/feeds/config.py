"""What the YAML of regulators' feeds may say."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared

_HERE = ("http://127.0.0.1", "http://localhost")


class Json(Strict):
    """Where things lie in JSON that is no JSON Feed; keys joined by points."""

    items: str
    id: str
    title: str
    url: str
    published: str | None = None
    summary: str | None = None
    category: str | None = None


class Table(Strict):
    """Headers of the columns of a page's table."""

    title: str
    published: str | None = None
    format: str = "%Y-%m-%d"
    """Of the day, in the letters of strptime."""


class Feed(Strict):
    """One feed."""

    authority: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://[^/]+")
    language: str | None = None
    """Where the feed itself names none."""
    user_agent: Literal["hub", "browser"] = "hub"
    """Some refuse whoever does not look like a browser."""
    zone: str = "UTC"
    json_at: Json | None = Field(None, alias="json")
    table: Table | None = None

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if not self.url.startswith(("https://", *_HERE)):
            raise ValueError("url: http is for this machine only; use https")
        if self.json_at and self.table:
            raise ValueError("takes either json or table")
        return self

    @property
    def host(self) -> str:
        """Scheme and host of its address."""
        split = urlsplit(self.url)
        return f"{split.scheme}://{split.netloc}"

    @property
    def path(self) -> str:
        """Path and query of its address."""
        split = urlsplit(self.url)
        return split.path.lstrip("/") + (f"?{split.query}" if split.query else "")


class Feeds(Strict):
    """All feeds that are read as one system."""

    connector: Literal["feeds"] = "feeds"
    name: str = Field(min_length=1)
    every_s: float = Field(3600.0, gt=0)
    timeout_s: float = Field(60.0, gt=0, le=600)
    max_mib: int = Field(16, ge=1, le=256)
    contact: str = Field(min_length=3)
    """Told to the regulator in the User-Agent: whom to write to."""
    robots: bool = True
    """robots.txt is respected; switch it off only with the regulator's consent."""
    use: tuple[str, ...] = ()
    """Names of addresses.yaml."""
    feeds: Mapping[str, Feed] = {}
    """Feeds of one's own; one of a known name takes its place."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if strange := sorted(set(self.use) - set(known())):
            raise ValueError(f"use: {strange[0]!r} is none of {', '.join(known())}")
        if not self.use and not self.feeds:
            raise ValueError("names no feed")
        return self

    def all(self) -> dict[str, Feed]:
        """Return every feed by its name, in order."""
        return {**{name: known()[name] for name in self.use}, **self.feeds}


@cache
def known() -> dict[str, Feed]:
    """Return the feeds of addresses.yaml."""
    text = files("hub.connectors.feeds").joinpath("addresses.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return {name: Feed.model_validate(feed) for name, feed in told.items()}


def read_config(text: str) -> Feeds:
    """Return the feeds that the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Feeds, text, "feeds system")
