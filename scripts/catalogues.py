#!/usr/bin/env python
"""Keep the message catalogues: `catalogues.py update` after a change of words, `catalogues.py check` before a commit.

There are two of them: hub, the words of documents (hub/render/messages.py and what is asked for elsewhere), and web,
the words that only pages have. update: every msgid stands in every .po (new ones empty, to be translated; those that
are gone leave), and the .mo is compiled. check: says what is missing, fuzzy, empty, broken or out of date; exit 1 then.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from hub.domain.locales import LOCALES  # noqa: E402 - the checkout's own package, wherever the script is run from
from hub.render.messages import MESSAGES, PLURALS  # noqa: E402 - as above
from hub.translation.wording import CATALOGUES, DOMAINS, folder  # noqa: E402 - as above

_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # the same words give the same bytes on any day
_LITERAL = r'\s*"([^"\\]+)"'
_TEXT = re.compile(rf"\b(?:words|wording)\.text\({_LITERAL}")
_PLURAL = re.compile(rf"\b(?:words|wording)\.plural\({_LITERAL},{_LITERAL}")
_PLACE = re.compile(r"\{(\w+)\}")
_HEADERS = {
    "hub": "# Words of the minutes. Kept by scripts/catalogues.py; edit msgstr only.\n#",
    "web": "# Words of the pages. Kept by scripts/catalogues.py; edit msgstr only.\n#",
}
_WEB = ROOT / "hub" / "web"
MsgId = str | tuple[str, str]


def translated_locales() -> tuple[str, ...]:
    """Return the locales that have a catalogue; English stands in the msgids."""
    return tuple(locale for locale in LOCALES if locale != "en")


def msgids(domain: str = "hub") -> list[MsgId]:
    """Return the fixed messages of a catalogue in order of first use; a pair is singular and plural.

    They stand in hub/render/messages.py, and as literals where a document or a page asks a wording for its text.
    """
    documents = dict.fromkeys([*MESSAGES, *PLURALS, *_asked(web=False)])
    if domain == "hub":
        return list(documents)
    return [msgid for msgid in dict.fromkeys(_asked(web=True)) if msgid not in documents]


def _asked(*, web: bool) -> Iterator[MsgId]:
    for path in sorted((ROOT / "hub").rglob("*")):
        if path.suffix in {".py", ".html"} and path.is_relative_to(_WEB) == web:
            text = path.read_text()
            yield from _PLURAL.findall(text)
            yield from _TEXT.findall(text)


def po_path(locale: str, domain: str = "hub") -> Path:
    """Return where a catalogue of *locale* lies."""
    return CATALOGUES / folder(locale) / "LC_MESSAGES" / f"{domain}.po"


def read(locale: str, domain: str = "hub") -> Catalog:
    """Return a catalogue of *locale*, empty where there is none yet."""
    path = po_path(locale, domain)
    if not path.exists():
        return Catalog(locale=folder(locale), domain=domain)
    with path.open("rb") as file:
        return read_po(file, locale=folder(locale), domain=domain)


def renewed(locale: str, domain: str = "hub") -> Catalog:
    """Return a catalogue of *locale* with the present msgids in their order, translations kept."""
    old, head = read(locale, domain), _HEADERS[domain]
    new = Catalog(
        locale=folder(locale), domain=domain, project="liaison-hub", version="1", header_comment=head, fuzzy=False
    )
    for msgid in msgids(domain):
        kept = old.get(msgid)
        new.add(msgid, kept.string if kept else None, flags=kept.flags - {"python-format"} if kept else ())
    return new


def po_bytes(catalogue: Catalog) -> bytes:
    """Return the text of a .po without dates and tool names, so that the same words give the same bytes."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=True, no_location=True)
    head = (
        f'{catalogue.header_comment}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + buffer.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue, the same bytes for the same words."""
    clean = Catalog(locale=catalogue.locale, fuzzy=False, creation_date=_NO_DATE, revision_date=_NO_DATE)
    for message in catalogue:
        if message.id:
            clean.add(message.id, message.string)
    buffer = io.BytesIO()
    write_mo(buffer, clean)
    return buffer.getvalue()


def update() -> None:
    """Write every .po and .mo anew."""
    for locale, domain in product(translated_locales(), DOMAINS):
        path = po_path(locale, domain)
        catalogue = renewed(locale, domain)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(catalogue))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalogue))


def faults() -> Iterator[str]:
    """Yield what is wrong, a line each."""
    for locale, domain in product(translated_locales(), DOMAINS):
        catalogue = renewed(locale, domain)
        yield from (
            f"{locale}: {fault}" for message in catalogue if message.id for fault in _faults(message, catalogue)
        )
        path = po_path(locale, domain)
        if not path.exists() or path.read_bytes() != po_bytes(catalogue):
            yield f"{locale}: {domain}.po is not current; run scripts/catalogues.py update"
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or _words(compiled.read_bytes()) != _words(mo_bytes(catalogue)):
            yield f"{locale}: {domain}.mo is not current; run scripts/catalogues.py update"


def _words(compiled: bytes) -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    """Return what a compiled catalogue says; its header names the Babel that made it and does not count."""
    entries = [message for message in read_mo(io.BytesIO(compiled)) if message.id]
    return {_hashable(message.id): _hashable(message.string) for message in entries}


def _hashable(text: str | Sequence[str]) -> str | tuple[str, ...]:
    return text if isinstance(text, str) else tuple(text)


def _faults(message: Message, catalogue: Catalog) -> Iterator[str]:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    wanted = catalogue.num_plurals if isinstance(message.id, tuple) else 1
    if len(forms) != wanted or not all(forms):
        yield f"{message.id!r} lacks a translation or a plural form"
        return
    if message.fuzzy:
        yield f"{message.id!r} is fuzzy"
    places = _places(message.id if isinstance(message.id, str) else message.id[1])
    for form in forms:
        # A form that stands for one number only (Arabic zero, one, two) may say it in words.
        spoken = {"count"} if wanted > 1 else set()
        if not places - spoken <= _places(form) <= places:
            yield f"{message.id!r}: places differ in {form!r}"


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text))


def main() -> int:
    """Run the command line; exit code 1 where `check` finds a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["update", "check"])
    if parser.parse_args().what == "update":
        update()
    found = list(faults())
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
