"""What a feed says, as notices: RSS and Atom by feedparser, JSON by its keys, a page's table by its headers.

A web page where a feed should be, as firewalls send with status 200, is refused and never an empty feed.
"""

import calendar
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from hub.connectors.feeds.config import Feed, Json, Table
from hub.connectors.markup import checked
from hub.connectors.rest.mapping import HALF, LONGEST, MISSING, at
from hub.domain.errors import RejectedError, RetryableError

_TAGS = re.compile(r"<[^>]*>")
_END = re.compile(rb"</(rss|feed|rdf:RDF)\s*>\s*$", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_TRACKING = ("utm_", "mc_", "fbclid", "gclid")
_SUMMARY = 4000
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A feed's items, and whether all of it could be read."""

    items: tuple[Item, ...]
    whole: bool


def read(content: bytes, feed: Feed, where: str) -> Read:
    """Return what *content* says. RetryableError where it is no feed."""
    if feed.json_at is not None:
        return Read(tuple(_of_json(content, feed.json_at, where)), whole=True)
    if feed.table is not None:
        return Read(tuple(_of_table(content, feed, feed.table, where)), whole=True)
    if content.lstrip()[:1] == b"{":
        return Read(tuple(_of_json_feed(content, where)), whole=True)
    return _of_xml(content, where)


def notice(item: Item, feed: Feed) -> tuple[str, Item, datetime | None]:
    """Return a notice's id, our fields, and when it changed. RejectedError names what is missing or wrong."""
    link = _link(item.get("url"))
    own = item.get("id") or link
    if not isinstance(own, str) or not own.strip():
        raise RejectedError("has neither an id nor a link")
    title = plain(item.get("title"))
    if not title:
        raise RejectedError("has no title")
    published = _moment(item.get("published"), feed)
    fields = {
        "authority": feed.authority,
        "title": title,
        "summary": (plain(item.get("summary")) or "")[:_SUMMARY] or None,
        "url": link,
        "language": item.get("language") or feed.language,
        "category": plain(item.get("category")),
        "published": published.isoformat() if published else None,
    }
    kept = {name: value for name, value in fields.items() if value is not None}
    return known_as(feed.authority, own), kept, _moment(item.get("updated"), feed) or published


def known_as(authority: str, own: str) -> str:
    """Return the id of a notice: the same in every feed of one authority that carries it."""
    return hashlib.sha256(f"{authority}\n{own.strip()}".encode()).hexdigest()[:32]


def plain(told: object) -> str | None:
    """Return a text without markup, on one line. RejectedError for what is none, or too long to be one."""
    if told is None:
        return None
    if not isinstance(told, str):
        raise RejectedError("holds something else where a text should be")
    if len(told) > LONGEST:
        raise RejectedError(f"holds a text of {len(told)} letters")
    if HALF.search(told):
        raise RejectedError("holds half a letter (a lone surrogate)")
    return " ".join(unescape(_TAGS.sub(" ", told)).replace("\x00", " ").split()) or None


def _of_xml(content: bytes, where: str) -> Read:
    import feedparser

    bare = checked(content, where)
    if _ENTITY.search(bare):
        raise RetryableError(f"{where}: the feed declares entities of its own, which none needs")
    told = feedparser.parse(bare, sanitize_html=True, resolve_relative_uris=True)
    if not told.version:
        raise RetryableError(f"{where}: the answer is no feed")
    if told.bozo and not told.entries:
        raise RetryableError(f"{where}: the feed is broken before its first item")
    language = told.feed.get("language")
    # one whose letters are not of the alphabet that it names is whole all the same: they were told by what they are
    whole = not told.bozo or (
        isinstance(told.bozo_exception, feedparser.CharacterEncodingOverride) and bool(_END.search(bare))
    )
    # of a feed that was cut, the last item may be the beginning of one
    entries = told.entries if whole or _END.search(bare) else told.entries[:-1]
    return Read(tuple(_entry(one, language) for one in entries), whole=whole)


def _entry(entry: dict[str, Any], language: str | None) -> Item:
    tags = entry.get("tags") or [{}]
    updated = dict.get(entry, "updated_parsed")  # feedparser's own get takes the one for the other, and warns
    return {
        "id": entry.get("id"),
        "url": entry.get("link"),
        "title": entry.get("title"),
        "summary": entry.get("summary"),
        "published": entry.get("published_parsed") or updated,
        "updated": updated,
        "category": tags[0].get("term"),
        "language": entry.get("language") or language,
    }


def _of_json_feed(content: bytes, where: str) -> Iterator[Item]:
    told = _json(content, where)
    items = told.get("items") if isinstance(told, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(told.get("version")):
        raise RetryableError(f"{where}: the answer is no JSON Feed; name its keys with `json`")
    for one in items:
        item = one if isinstance(one, dict) else {}
        yield {
            **{name: item.get(name) for name in ("id", "url", "title", "language")},
            "summary": item.get("summary") or item.get("content_text"),
            "published": item.get("date_published"),
            "updated": item.get("date_modified"),
            "category": next(iter(item.get("tags") or ()), None),
        }


def _of_json(content: bytes, keys: Json, where: str) -> Iterator[Item]:
    told = at(_json(content, where), keys.items)
    if not isinstance(told, list):
        raise RetryableError(f"{where}: the answer has no list at {keys.items}")
    names = ("id", "title", "url", "published", "summary", "category")
    for one in told:
        found = {name: at(one, key) for name in names if (key := getattr(keys, name))}
        yield {name: value for name, value in found.items() if value is not MISSING}


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise RetryableError(f"{where}: the answer is no JSON") from error


def _of_table(content: bytes, feed: Feed, table: Table, where: str) -> Iterator[Item]:
    """Yield the rows of the page's table that has these headers; a row is known by what it says."""
    from lxml import etree, html

    try:
        root = html.fromstring(content)
    except (etree.ParserError, ValueError) as error:
        raise RetryableError(f"{where}: the answer is no page") from error
    for found in root.iter("table"):
        rows = [[_cell(cell) for cell in row.iter("td", "th")] for row in found.iter("tr")]
        headers = [one.casefold() for one in rows[0]] if rows else []
        if table.title.casefold() in headers:
            links = [
                next((one.get("href") for one in row.iter("a") if one.get("href")), None) for row in found.iter("tr")
            ]
            yield from _rows(rows[1:], links[1:], headers, feed, table)
            return
    raise RetryableError(f"{where}: the page has no table with a column {table.title!r}")


def _rows(
    rows: list[list[str]], links: list[str | None], headers: list[str], feed: Feed, table: Table
) -> Iterator[Item]:
    for cells, link in zip(rows, links, strict=True):
        row = dict(zip(headers, cells, strict=False))
        title, day = row.get(table.title.casefold(), ""), row.get((table.published or "").casefold(), "")
        yield {
            "id": hashlib.sha256(f"{title}\n{day}".encode()).hexdigest(),
            "title": title,
            "url": urljoin(feed.url, link) if link else feed.url,
            "published": _day(day, table.format),
        }


def _day(told: str, form: str) -> str | None:
    try:
        return datetime.strptime(told, form).date().isoformat()  # noqa: DTZ007  # a day
    except ValueError:
        return None


def _cell(cell: Any) -> str:
    return " ".join("".join(cell.itertext()).split())


def _link(told: object) -> str | None:
    """Return an address without what only follows its reader; None where it is no address of the web."""
    if not isinstance(told, str) or not told.strip().lower().startswith(("http://", "https://")):
        return None
    split = urlsplit(told.strip())
    kept = [pair for pair in parse_qsl(split.query, keep_blank_values=True) if not pair[0].startswith(_TRACKING)]
    return urlunsplit(split._replace(query=urlencode(kept)))


def _moment(told: object, feed: Feed) -> datetime | None:
    """Return a time in UTC, None where it is told in no form that is known: a notice counts more than its day."""
    if told is None:
        return None
    try:
        if isinstance(told, tuple):  # of feedparser, in UTC
            return datetime.fromtimestamp(calendar.timegm(told), UTC)
        moment = datetime.fromisoformat(str(told))
        return moment.replace(tzinfo=moment.tzinfo or ZoneInfo(feed.zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
